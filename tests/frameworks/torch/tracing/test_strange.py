"""Strange models get a right graph, a note of what was not seen, or a clear error."""

import re
from collections.abc import Callable
from typing import Any, cast

import pytest
import torch
from torch import nn

from isometry import errors, graphs
from isometry.frameworks.torch.tracing import capture
from tests.frameworks.torch.tracing import strange_models as strange

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*TorchScript.*:DeprecationWarning",
    "ignore:.*torch.jit.*:DeprecationWarning",
    "ignore:.*torch.jit.*:FutureWarning",
    "ignore:.*weight_norm.*:FutureWarning",
    "ignore:.*torch.ao.quantization.*:DeprecationWarning",
    "ignore:.*quantize_per_tensor.*:UserWarning",
)

Row = tuple[str, float, float, str, str]
"""A use of a weight: last part of its path before ``weight``, fans, what precedes, what follows."""

FIRST: Row = ("first", 4, 6, "input", "relu")
SECOND: Row = ("second", 6, 3, "relu", "output")
CALM: tuple[Row, ...] = (FIRST, SECOND)
NUMBERS = torch.linspace(-1, 1, 20).reshape(5, 4)


def compiled(module: nn.Module) -> nn.Module:
    """The module under ``torch.compile``, whose type says a callable."""
    return cast("nn.Module", torch.compile(module, backend="eager"))


def quantized(module: nn.Module) -> nn.Module:
    """The module with its linear layers quantized."""
    quantize: Any = torch.ao.quantization.quantize_dynamic
    return cast("nn.Module", quantize(module, {nn.Linear}))


SEEN: dict[str, tuple[Callable[[], nn.Module], Any, tuple[Row, ...]]] = {
    "called twice": (
        strange.Twice,
        NUMBERS,
        (("same", 4, 4, "input", "relu"), ("same", 4, 4, "relu", "output")),
    ),
    "complex numbers": (
        strange.Complex,
        NUMBERS.to(torch.complex64),
        (("waves", 4, 6, "input", "linear"), ("second", 12, 3, "linear", "output")),
    ),
    "integers": (
        strange.Integers,
        torch.arange(10).reshape(2, 5),
        (("table", 1, 4, "index", "tanh"), ("second", 4, 3, "tanh", "output")),
    ),
    "returns a dictionary": (strange.ReturnsDictionary, NUMBERS, CALM),
    "returns a record": (strange.ReturnsRecord, NUMBERS, CALM),
    "keywords only": (
        strange.KeywordsOnly,
        {"left": NUMBERS, "right": torch.ones(5, 6)},
        (("first", 4, 6, "input", "add"), SECOND),
    ),
    "checkpointed": (lambda: strange.Checkpointed(reentrant=False), NUMBERS, CALM),
    "checkpointed, reentrant": (lambda: strange.Checkpointed(reentrant=True), NUMBERS, CALM),
    "compiled": (lambda: compiled(strange.Plain()), NUMBERS, CALM),
    "compiled within": (
        lambda: strange.Holder(compiled(nn.Linear(4, 6))),
        NUMBERS,
        CALM,
    ),
    "calls what is compiled": (
        strange.CallsCompiled,
        NUMBERS,
        (("first", 4, 6, "input", "gelu"), ("second", 6, 3, "gelu", "output")),
    ),
    "parallel": (lambda: nn.DataParallel(strange.Plain()), NUMBERS, CALM),
    "in place through views": (strange.ThroughViews, NUMBERS, CALM),
    "written by slices": (strange.WritesSlices, NUMBERS, (FIRST, FIRST, SECOND)),
    "mapped over samples": (strange.Mapped, NUMBERS, CALM),
    "gradient of its own": (strange.OwnGradient, NUMBERS, CALM),
    "draws numbers": (strange.Noisy, NUMBERS, CALM),
    "frozen": (strange.Frozen, NUMBERS, CALM),
    "spectral norm": (lambda: strange.Normed("spectral_norm"), NUMBERS, CALM),
    "orthogonal": (lambda: strange.Normed("orthogonal"), NUMBERS, CALM),
    "one giant parameter": (
        lambda: strange.Raw(2**17, "meta"),
        torch.empty(2, 2**17, device="meta"),
        (("", 2**17, 2**17, "input", "output"),),
    ),
    "flexible attention": (
        strange.Flexible,
        torch.ones(2, 5, 8),
        (("first", 8, 24, "input", "attention"), ("second", 8, 8, "attention", "output")),
    ),
    "nothing to learn": (strange.Nothing, NUMBERS, ()),
}


def rows(graph: graphs.Graph) -> tuple[Row, ...]:
    """What a graph says of each use of a weight, in the words of :data:`Row`."""
    return tuple(
        (_place(use.map.weights[0]), use.map.fan_in, use.map.fan_out, *use.before, *use.after)  # type: ignore[misc]  # one label each, or the comparison fails
        for use in graphs.read(graph).uses
    )


def _place(path: str) -> str:
    noise = r"(module|_orig_mod|parametrizations|weight|original)(\.|$)"
    return re.sub(noise, "", path).strip(".")


@pytest.mark.parametrize("name", SEEN)
def test_the_graph_is_right_and_nothing_is_noted(name: str) -> None:
    make, example, truth = SEEN[name]
    graph = capture(make(), example)
    assert rows(graph) == truth
    assert graph.notes == ()
    assert graph.unused == ()


@pytest.mark.parametrize(
    ("make", "weights"),
    [
        (
            lambda: strange.Normed("weight_norm"),
            (
                "first.parametrizations.weight.original0",
                "first.parametrizations.weight.original1",
            ),
        ),
        (
            lambda: strange.Holder(nn.utils.weight_norm(nn.Linear(4, 6))),
            ("first.weight_g", "first.weight_v"),
        ),
    ],
)
def test_a_weight_made_of_two_names_both(
    make: Callable[[], nn.Module], weights: tuple[str, ...]
) -> None:
    assert graphs.read(capture(make(), NUMBERS)).uses[0].map.weights == weights


BRANCHES = "hands a value of the signal to Python: the graph is that of this example alone"
HIDDEN = "a value comes from code that torch does not announce: what it depends on is unknown"

NOTED: dict[str, tuple[Callable[[], nn.Module], tuple[str, ...]]] = {
    "branches": (strange.Branching, (f"bool {BRANCHES} (in the model itself)",)),
    "asks for a number": (strange.AsksItem, (f"item {BRANCHES} (in the model itself)",)),
    "leaves torch": (
        strange.ThroughNumpy,
        (f"{HIDDEN} (in second)", f"numpy {BRANCHES} (in the model itself)"),
    ),
    "TorchScript": (
        strange.Scripted,
        (
            (
                "TorchScript runs outside of Python: its inside is one step of unknown effect "
                "(in inner)"
            ),
        ),
    ),
    "unannounced": (strange.Unannounced, (f"{HIDDEN} (in second)",)),
    "quantized": (
        lambda: quantized(strange.Plain()),
        (
            (
                "no rule describes linear_dynamic: its effect on the signal is unknown "
                "(in first and 1 more)"
            ),
        ),
    ),
}


@pytest.mark.parametrize("name", NOTED)
def test_what_is_not_seen_is_noted(name: str) -> None:
    make, notes = NOTED[name]
    assert capture(make(), NUMBERS).notes == notes


def test_parameters_of_torchscript_are_named_by_the_step_that_takes_them() -> None:
    graph = capture(strange.Scripted(), NUMBERS)
    (step,) = (node for node in graph if node.op == "torchscript")
    taken = [node.path for node in graph.parents(step)]
    assert taken == ["first", "inner.0.weight", "inner.0.bias"]
    assert graph.unused == ()


def test_a_lazy_layer_is_an_error() -> None:
    with pytest.raises(errors.ModelError) as caught:
        capture(strange.Holder(nn.LazyLinear(6)), NUMBERS)
    assert str(caught.value) == (
        "first.weight: the parameter has no shape yet. Needed: a model whose lazy layers have run "
        "once. Do: call the model on the example before."
    )


def test_a_forward_that_raises_is_an_error() -> None:
    with pytest.raises(errors.ModelError) as caught:
        capture(strange.RaisesMidway(), NUMBERS)
    assert str(caught.value) == (
        "RaisesMidway: the forward failed (fake: LookupError: no such layer; symbolic: "
        "LookupError: no such layer; real: LookupError: no such layer). Needed: an example that "
        "the model's forward takes. Do: call the model on the example yourself and mend what it "
        "reports."
    )


@pytest.mark.parametrize("kind", [strange.Remembers, strange.Branching, strange.DropsAndNorms])
def test_a_forward_that_changes_its_model_leaves_it_as_it_was(kind: type[nn.Module]) -> None:
    model = kind().train()
    before = _state(model)
    capture(model, NUMBERS)
    assert _state(model) == before


def test_a_forward_that_raises_leaves_its_model_as_it_was() -> None:
    model = strange.RaisesMidway()
    before = _state(model)
    with pytest.raises(errors.ModelError):
        capture(model, NUMBERS)
    assert _state(model) == before


def test_without_capture_such_a_forward_does_change_its_model() -> None:
    model = strange.Remembers()
    before = _state(model)
    model(NUMBERS)
    assert _state(model) != before


def _state(model: nn.Module) -> dict[str, Any]:
    """All that can be compared of a model, and torch's generator."""
    return {
        "values": {name: tensor.tolist() for name, tensor in model.state_dict().items()},
        "identities": {name: id(p) for name, p in model.named_parameters()},
        "modes": [module.training for module in model.modules()],
        "attributes": [sorted(vars(module)) for module in model.modules()],
        "hooks": [len(module._forward_hooks) for module in model.modules()],
        "numbers": (getattr(model, "count", 0), len(getattr(model, "seen", ()))),
        "generator": torch.get_rng_state().tolist(),
    }
