"""A meta model gets memory and values in one step, or stays as it was."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations

from isometry import errors, plans, schemes, weights
from isometry.frameworks.torch import apply, describe, fingerprint, materialize
from tests.frameworks.torch.models import Net, everything, planned, same, values

NORMAL = schemes.Normal(std=0.02)


def on_meta(build: Callable[[], Any] = everything) -> Any:
    with torch.device("meta"):
        return build()


def constants(model: nn.Module) -> plans.Plan:
    """Every tensor by a constant, of whatever dtype."""
    one = schemes.Constant(1.0)
    return plans.Plan("ones", tuple(plans.Assignment(p, one, "", "") for p in describe(model)))


def test_the_values_are_those_of_apply() -> None:
    net, twin = on_meta(), everything()
    plan = planned(net)
    ledger = materialize(net, plan, seed=4)
    apply(plan, twin, seed=4)
    assert same(values(net), values(twin))
    assert ledger.uncovered == ()
    assert {entry.status for entry in ledger} == {"written"}


def test_nothing_is_left_on_meta() -> None:
    net = on_meta()
    materialize(net, planned(net))
    tensors = [*net.parameters(), *net.buffers(), net.weight_norm.weight]
    assert {tensor.device.type for tensor in tensors} == {"cpu"}


@pytest.mark.filterwarnings("ignore:LSTM with projections:UserWarning")
def test_the_model_runs() -> None:
    net = on_meta()
    materialize(net, planned(net))
    assert net.net(torch.tensor([[1, 2]])).shape == (1, 2, 11)
    assert net.lstm(torch.ones(1, 2, 3))[0].shape == (1, 2, 4)
    assert net.weight_norm(torch.ones(1, 3)).shape == (1, 5)


def test_ties_formats_and_marks_are_kept() -> None:
    net = on_meta()
    net.conv.bias.requires_grad_(False)  # noqa: FBT003 - torch takes it by position
    net.conv.weight.mark = "mine"
    materialize(net, planned(net))
    assert net.net.head.weight is net.net.emb.weight
    assert net.conv.weight.is_contiguous(memory_format=torch.channels_last)
    assert net.transposed.weight.stride() == (1, 5)
    assert (net.conv.bias.requires_grad, net.conv.weight.requires_grad) == (False, True)
    assert net.conv.weight.mark == "mine"
    assert "inv_freq" not in net.net.h[0].state_dict()


def test_a_transposed_tie_is_one_memory_again() -> None:
    def build() -> Any:
        net: Any = nn.Sequential(nn.Linear(5, 3, bias=False), nn.Linear(3, 5, bias=False))
        net[1].weight = nn.Parameter(net[0].weight.t())
        return net

    net = on_meta(build)
    materialize(net, constants(net))
    with torch.no_grad():
        net[0].weight[2, 1] = 7.0
    assert net[1].weight[1, 2] == 7.0


class Marked(nn.Parameter):
    """A parameter class of the user's."""


def test_a_parameter_class_is_kept() -> None:
    net: Any = nn.Linear(2, 2)
    net.weight = Marked(torch.empty(2, 2, device="meta"))
    materialize(net, constants(net))
    assert type(net.weight) is Marked


@pytest.mark.parametrize("dtype", ["bfloat16", torch.bfloat16])
def test_a_dtype_is_for_what_a_checkpoint_holds(dtype: Any) -> None:
    net, exact = on_meta(), on_meta()
    plan = planned(net)
    materialize(net, plan, dtype=dtype)
    materialize(exact, plan)
    assert torch.equal(net.net.emb.weight, exact.net.emb.weight.bfloat16())
    assert net.batch_norm.running_var.dtype == torch.bfloat16
    assert net.net.h[0].inv_freq.dtype == torch.float32
    assert net.net.h[0].positions.dtype == torch.int64


@pytest.mark.parametrize("dtype", ["bf16", "int8"])
def test_a_dtype_that_is_none_is_refused(dtype: str) -> None:
    net = on_meta()
    with pytest.raises(errors.DtypeError) as caught:
        materialize(net, planned(net), dtype=dtype)
    assert str(caught.value) == (
        f"dtype is '{dtype}'. Needed: the name of a floating-point dtype of torch. Do: pass "
        "'float32', 'bfloat16' or 'float16'."
    )


def test_a_tensor_that_is_kept_has_nothing_to_keep() -> None:
    net = on_meta(lambda: nn.Linear(2, 2))
    plan = constants(net).replace("bias", None)
    with pytest.raises(errors.MismatchError) as caught:
        materialize(net, plan)
    assert str(caught.value) == (
        "the plan keeps 1 tensors that are on the meta device and hold nothing: bias. Needed: a "
        "scheme for every tensor without memory. Do: plan them, or load the model first and call "
        "apply."
    )


@pytest.mark.parametrize("error", [MemoryError(), KeyboardInterrupt()])
@pytest.mark.parametrize("after", [0, 7, 20])
def test_an_exception_midway_leaves_the_model_on_meta(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, after: int
) -> None:
    net = on_meta()
    plan, before = planned(net), {id(tensor) for tensor in (*net.parameters(), *net.buffers())}
    outcomes: list[Any] = [None] * after + [error]
    real, steps = weights.write, iter(outcomes)

    def fail(*args: Any, **options: Any) -> None:
        outcome = next(steps)
        real(*args, **options)
        raise_if(outcome)

    monkeypatch.setattr(weights, "write", fail)
    with pytest.raises(type(error)):
        materialize(net, plan)
    assert {id(tensor) for tensor in (*net.parameters(), *net.buffers())} == before
    assert net.weight_norm.weight.is_meta


def raise_if(error: BaseException | None) -> None:
    if error is not None:
        raise error


@pytest.mark.parametrize(
    "build",
    [
        lambda: parametrizations.spectral_norm(nn.Linear(3, 5)),
        lambda: parametrizations.orthogonal(nn.Linear(3, 5)),
        lambda: nn.utils.spectral_norm(nn.Linear(3, 5)),
    ],
)
def test_parametrized_weights(build: Callable[[], Any]) -> None:
    net = on_meta(build)
    with pytest.warns(errors.IsometryWarning):
        materialize(net, planned(net))
    assert torch.isfinite(net(torch.ones(1, 3))).all()


def test_a_sharded_model_part_by_part_is_the_whole_model() -> None:
    whole, stage = on_meta(), on_meta()
    plan = planned(whole)
    materialize(whole, plan)
    materialize(stage.net, planned(stage.net))
    names = set(values(stage.net))
    assert names == {name.removeprefix("net.") for name in values(whole) if name[:4] == "net."}


MEMORY = """
import re
from pathlib import Path
import torch
from torch import nn
from isometry import plans, schemes
from isometry.frameworks.torch import describe, materialize

def kilobytes(name):
    status = Path("/proc/self/status").read_text()
    return int(re.search(name + r":\\s+(\\d+) kB", status)[1])

def build(width, depth):
    with torch.device("meta"):
        net = nn.Sequential(*(nn.Linear(width, width, bias=False) for _ in range(depth)))
    law = schemes.Normal(std=0.02)
    plan = plans.Plan("n", tuple(plans.Assignment(p, law, "", "") for p in describe(net)))
    return net, plan

materialize(*build(2100, 1))  # loads the engine
net, plan = build(2048, 16)
Path("/proc/self/clear_refs").write_text("5")  # forgets the peak of loading
before = kilobytes("VmRSS")
materialize(net, plan)
print((kilobytes("VmHWM") - before) * 1024 / sum(one.nbytes for one in net.parameters()))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the process's peak memory from /proc")
def test_no_second_copy_is_held() -> None:
    ran = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True)
    assert 0.8 < float(ran.stdout) < 1.1


def test_a_fingerprint_of_a_meta_model_is_refused() -> None:
    with pytest.raises(errors.UnsupportedTensorError) as caught:
        fingerprint(on_meta(lambda: nn.Linear(2, 2)))
    assert str(caught.value) == (
        "weight: it is on the meta device and has no memory. Needed: a tensor with values. Do: "
        "call materialize(model, plan)."
    )


def test_a_fingerprint_is_of_names_and_bits() -> None:
    net, twin = Net(), Net()
    plan = planned(net)
    apply(plan, net, seed=0)
    apply(plan, twin, seed=0)
    first = fingerprint(net)
    assert first == fingerprint(twin) == fingerprint(net, threads=1)
    with torch.no_grad():
        bits = twin.emb.weight.view(torch.int32)
        bits[3, 2] += 1
    assert first.differing(fingerprint(twin)) == ("emb.weight",)


def test_a_fingerprint_is_that_of_the_values() -> None:
    net = nn.Linear(3, 2)
    items = [(name, tensor.detach().numpy()) for name, tensor in net.named_parameters()]
    assert fingerprint(net) == weights.fingerprint(items)
    assert np.isfinite(fingerprint(net).total)
