"""A tensor that cannot be written is named before anything is written."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.testing._internal.two_tensor import TwoTensor

from isometry import errors, plans, schemes
from isometry.frameworks.torch import apply, describe
from isometry.parameters import Parameter
from tests.frameworks.torch.models import NORMAL, kept, one_scheme


class Strange(nn.Module):
    """A good tensor, then one that cannot be written."""

    def __init__(self, tensor: torch.Tensor) -> None:
        super().__init__()
        self.good = nn.Parameter(torch.zeros(3))
        self.strange = nn.Parameter(tensor, requires_grad=False)


def quantized() -> torch.Tensor:
    return torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8)


def two_tensors() -> torch.Tensor:
    build: Any = TwoTensor
    made: torch.Tensor = build(torch.ones(3), torch.ones(3))
    return made


STRANGE: list[tuple[Callable[[], torch.Tensor], str, str]] = [
    (
        lambda: torch.eye(3).to_sparse(),
        "its layout is torch.sparse_coo",
        "initialize it dense, then convert it",
    ),
    (
        lambda: torch.empty(3, device="meta"),
        "it is on the meta device and has no memory",
        "call materialize(model, plan)",
    ),
    (
        quantized,
        "it is quantized (qint8)",
        "initialize the float model, then quantize it",
    ),
    (
        two_tensors,
        "it is a TwoTensor, a tensor class with operations of its own",
        "initialize the model before its weights are converted",
    ),
    (
        lambda: torch.ones(3, dtype=torch.complex64).conj(),
        "it is a conjugate that has not been computed yet",
        "call .resolve_conj() on it in the model's constructor",
    ),
    (
        lambda: torch.nested.nested_tensor([torch.ones(2)], layout=torch.jagged),
        "its layout is torch.jagged",
        "initialize it dense, then convert it",
    ),
]


@pytest.mark.parametrize(("make", "found", "do"), STRANGE)
@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor:UserWarning")
@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors:UserWarning")
def test_a_tensor_that_cannot_be_written_is_named(
    make: Callable[[], torch.Tensor], found: str, do: str
) -> None:
    net: Any = Strange(torch.zeros(3))
    plan = one_scheme(net)
    net.strange = nn.Parameter(make(), requires_grad=False)
    strange = Parameter("strange", tuple(net.strange.shape))
    plan = plans.Plan("one", (plan.assignments[0], plans.Assignment(strange, NORMAL, "", "")))
    with pytest.raises(errors.UnsupportedTensorError) as caught:
        apply(plan, net)
    assert str(caught.value) == (
        f"strange: {found}. Needed: a tensor whose memory can be written. Do: {do}."
    )
    assert net.good.tolist() == [0.0] * 3


def test_a_strange_tensor_can_be_kept() -> None:
    net: Any = Strange(torch.eye(3).to_sparse())
    plan = plans.Plan("one", tuple(plans.Assignment(p, None, "", "") for p in describe(net)))
    assert kept(apply(plan, net)) == ["good", "strange"]


def test_several_strange_tensors_are_named_together() -> None:
    with torch.device("meta"):
        net = nn.Linear(3, 2)
    with pytest.raises(errors.UnsupportedTensorError) as caught:
        apply(one_scheme(net), net)
    assert str(caught.value) == (
        "weight: it is on the meta device and has no memory; and so with 1 more\n"
        "  bias: it is on the meta device and has no memory. Needed: a tensor whose memory can be "
        "written. Do: call materialize(model, plan)."
    )


def test_a_tensor_of_whole_numbers_takes_constants() -> None:
    net: Any = Strange(torch.ones(3, dtype=torch.int8))
    apply(one_scheme(net, schemes.Constant(5.0)), net)
    assert net.strange.tolist() == [5, 5, 5]
