"""A graph from a model and an example: fake tensors first, real ones where those do not suffice."""

import contextlib
import gc
import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode
from torch.nn.parameter import is_lazy
from torch.utils import _pytree as pytree

from isometry import errors
from isometry.frameworks.torch.tracing import calls
from isometry.frameworks.torch.tracing.constants import Constants, noted
from isometry.frameworks.torch.tracing.notes import notes
from isometry.frameworks.torch.tracing.preserving import preserved
from isometry.frameworks.torch.tracing.recorder import Recorder
from isometry.frameworks.torch.tracing.scopes import scopes
from isometry.frameworks.torch.tracing.standins import off_meta, stand_in
from isometry.frameworks.torch.tracing.tape import Tape
from isometry.graphs import Graph

STATE = "past_key_values"
"""Name of the outputs that are a cache for the next call and nobody's result."""


def capture(model: nn.Module, example: Any) -> Graph:
    """The dataflow of one forward of ``model`` on ``example``; the model stays as it is.

    Shapes are followed on fake tensors, so no memory is needed whatever the model's size; where the
    model looks at values, it is run for real.

    Args:
        model: Any module, on any device or on meta.
        example: The forward's arguments: a tensor, a tuple of positional or a dictionary of named
            ones.

    Returns:
        Every step of the forward; what could not be seen is among its notes.

    Raises:
        ModelError: The forward fails in every way of running it, or a parameter has no shape yet.
    """
    _check_shaped(model)
    problems: list[str] = []
    for way in ways(model):
        try:
            return run(model, example, way)
        except Exception as problem:
            problems.append(f"{way.__name__}: {_said(problem)}")
    raise errors.ModelError(
        f"the forward failed ({'; '.join(problems)})",
        needed="an example that the model's forward takes",
        do="call the model on the example yourself and mend what it reports",
        path=type(model).__name__,
    )


def _check_shaped(model: nn.Module) -> None:
    for path, parameter in model.named_parameters():
        if is_lazy(parameter):
            raise errors.ModelError(
                "the parameter has no shape yet",
                needed="a model whose lazy layers have run once",
                do="call the model on the example before",
                path=path,
            )


def _said(problem: Exception) -> str:
    first = next(iter(str(problem).splitlines()), "")
    return f"{type(problem).__name__}: {first}"


def ways(model: nn.Module) -> list[Callable[[], Any]]:
    """The ways of running a forward, cheapest first; on meta nothing real can be run."""
    on_meta = any(parameter.is_meta for parameter in model.parameters())
    return [fake, symbolic] if on_meta else [fake, symbolic, real]


def fake() -> FakeTensorMode:
    """Tensors that have shapes and no values."""
    return FakeTensorMode(allow_non_fake_inputs=True)


def symbolic() -> FakeTensorMode:
    """The same, where a shape may depend on a value."""
    from torch.fx.experimental.symbolic_shapes import ShapeEnv

    return FakeTensorMode(allow_non_fake_inputs=True, shape_env=ShapeEnv())


def real() -> contextlib.AbstractContextManager[None]:
    """The model's own tensors."""
    return contextlib.nullcontext()


def run(model: nn.Module, example: Any, way: Callable[[], Any]) -> Graph:
    """One recorded forward."""
    with (
        preserved(model),
        warnings.catch_warnings(),
        torch.no_grad(),
        eager(),
        silent(),
        off_meta(),
        way() as mode,
    ):
        warnings.simplefilter("ignore")
        if mode is not None:
            stand_in(model)
        return recorded(model, example, mode)


def recorded(model: nn.Module, example: Any, mode: Any) -> Graph:
    """The forward itself, under a fake mode or ``None``."""
    tape = Tape()
    given = placed(example, model, mode)
    for name, tensor in calls.tensors_in(given):
        tape.add("input", (), tensor, path=name, signal=True)
    constants = Constants(model)
    constants.know(given, example)
    with existing(mode) as held:
        recorder = Recorder(tape, *addresses(model), held=held)
        with scopes(model, recorder), constants, recorder:
            outputs = call(model, given)
        results = (tensor for name, tensor in calls.tensors_in(outputs) if STATE not in name)
        found = tuple(dict.fromkeys(recorder.step_of(tensor) for tensor in results))
    used = {node.path for node in tape.nodes if node.family == "parameter"}
    unused = tuple(path for path in addresses(model)[0].values() if path not in used)
    nodes = noted(tape, constants)
    return Graph(nodes, found, unused, notes(nodes, tape))


@contextlib.contextmanager
def existing(mode: Any) -> Iterator[Callable[[torch.Tensor], bool]]:
    """What tells a tensor that was there before the run from one that it made.

    Under a fake mode all that is made is fake. Else the collector is asked: what it holds at the
    start is frozen, which takes no time, and what is listed later is new.

    Args:
        mode: The fake mode of the run; ``None`` where there is none.

    Yields:
        Whether a tensor was there.
    """
    if mode is not None:
        yield lambda tensor: not isinstance(tensor, FakeTensor)
    elif gc.get_freeze_count():  # frozen by the program: it must stay so
        alive = {id(item): item for item in _tensors()}
        yield lambda tensor: id(tensor) in alive
    else:
        gc.freeze()
        try:
            yield lambda tensor: all(item is not tensor for item in _tensors())
        finally:
            gc.unfreeze()


def _tensors() -> list[torch.Tensor]:
    return [item for item in gc.get_objects() if issubclass(type(item), torch.Tensor)]


def call(model: nn.Module, given: Any) -> Any:
    """The model's answer to an example."""
    if isinstance(given, dict):
        return model(**given)
    return model(*given) if isinstance(given, tuple) else model(given)


def placed(example: Any, model: nn.Module, mode: Any) -> Any:
    """The example on the model's device, fake where the run is."""
    device = next((p.device for p in model.parameters()), torch.device("cpu"))

    def place(leaf: Any) -> Any:
        if not isinstance(leaf, torch.Tensor):
            return leaf
        if mode is not None and leaf.is_meta:
            return torch.empty_like(leaf, device=device)
        leaf = leaf.to(device)
        return leaf if mode is None else mode.from_tensor(leaf)

    return pytree.tree_map(place, example)


def addresses(model: nn.Module) -> tuple[dict[int, str], dict[int, str]]:
    """Identity of every parameter and buffer to its path; a shared one goes by its first."""
    parameters = {
        id(p): name for name, p in reversed(list(model.named_parameters(remove_duplicate=False)))
    }
    buffers = {
        id(b): name for name, b in reversed(list(model.named_buffers(remove_duplicate=False)))
    }
    return dict(reversed(parameters.items())), buffers


@contextlib.contextmanager
def silent() -> Iterator[None]:
    """What torch would log of a fake call that failed; the error says it."""
    logger = logging.getLogger("torch._subclasses.fake_tensor")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


@contextlib.contextmanager
def eager() -> Iterator[None]:
    """Compiled parts run as plain Python, if anything is compiled at all."""
    if "torch._dynamo" not in sys.modules:
        yield
        return
    with torch.compiler.set_stance("force_eager"):
        yield
