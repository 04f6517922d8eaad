"""Calls that map a signal by a weight: which tensor is the weight, and where its units lie."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from isometry.frameworks.torch.tracing import calls
from isometry.graphs import operations


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """One call that maps a signal by a weight.

    Attributes:
        op: Canonical name of the call.
        signal: What is mapped.
        weight: The weight, as the call gets it.
        bias: What it adds, if it has a slot for that and it is filled.
        axis: Axis of the weight that runs over units; ``None`` where units have none.
        out: Axis of the result that runs over units; ``None`` likewise.
        groups: Groups of a transposed convolution, whose weight has its units group by group.
    """

    op: str
    signal: Tensor
    weight: Tensor
    bias: Tensor | None
    axis: int | None
    out: int | None
    groups: int = 1

    @property
    def units(self) -> int:
        """How many units it has; 1 where they have no axis."""
        return 1 if self.axis is None else self.weight.shape[self.axis] * self.groups

    def on_weight(self, factors: Tensor) -> Tensor:
        """Factors of the units, shape (units,), so that they can be multiplied to the weight."""
        axis = 0 if self.axis is None else self.axis % self.weight.dim()
        if self.axis is None or len(factors) == 1:
            return factors.reshape(())
        rest = (1,) * (self.weight.dim() - axis - 1)
        if self.groups == 1:
            return factors.reshape(-1, *rest)
        rows = self.weight.shape[0] // self.groups
        return (
            factors.reshape(self.groups, -1)
            .repeat_interleave(rows, 0)
            .reshape(self.weight.shape[0], -1, *rest)
        )

    def on_output(self, values: Tensor, result: Tensor) -> Tensor:
        """Values of the units so that they can be combined with the result."""
        if self.out is None or len(values) == 1:
            return values.reshape(())
        behind = result.dim() - self.out % result.dim() - 1
        return values.reshape(-1, *(1,) * behind)


Learned = Callable[[Tensor], bool]
"""Whether a tensor is computed from parameters and constants alone."""


def use_of(
    func: Callable[..., Any],
    op: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    *,
    learned: Learned,
) -> Use | None:
    """The use of a weight that a call makes, ``None`` for one that makes none.

    Args:
        func: What is called.
        op: Its canonical name.
        args: Its arguments.
        kwargs: Its named arguments.
        learned: Tells weights from signals.

    Returns:
        The use.
    """
    if op in SLOTTED:
        return _slotted(op, calls.bound(func, op, args, kwargs), learned)
    if op in operations.CONTRACTIONS:
        return _contraction(op, calls.bound(func, op, args, kwargs), learned)
    return None


SLOTTED = frozenset(
    """
    bilinear conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d embedding
    embedding_bag linear
    """.split()
)
"""Calls with a slot for their weight, but for recurrent layers."""


def _slotted(op: str, named: dict[str, Any], learned: Learned) -> Use | None:
    weight, bias = named.get("weight"), named.get("bias")
    signal = named.get("input1", named.get("input"))
    if not isinstance(weight, Tensor) or not isinstance(signal, Tensor) or not learned(weight):
        return None
    match op:
        case "embedding" | "embedding_bag":
            return Use(op, signal, weight, None, 1, -1)
        case "linear":
            axes = (0, -1) if weight.dim() == 2 else (None, None)
            return Use(op, signal, weight, bias, *axes)
        case "bilinear":
            return Use(op, signal, weight, bias, 0, -1)
        case _:
            out = 1 - weight.dim()  # the units stand before the window
            if op.startswith("conv_transpose"):
                return Use(op, signal, weight, bias, 1, out, int(named.get("groups", 1)))
            return Use(op, signal, weight, bias, 0, out)


def _contraction(op: str, named: dict[str, Any], learned: Learned) -> Use | None:
    """A product with one side learned and the other a signal."""
    held = calls.tensors_in({k: v for k, v in named.items() if k not in ("bias", "out")})
    sides = [tensor for _, tensor in held if tensor.is_floating_point() or tensor.is_complex()]
    if len(sides) != 2 or learned(sides[0]) == learned(sides[1]):
        return None
    bias = named.get("bias")
    if isinstance(bias, Tensor) and not (op == "addmm" and bias.dim() == 1 and _plain(named)):
        return None
    first = learned(sides[0])
    weight, signal = sides if first else sides[::-1]
    axis, out = _matrix_axes(weight, signal, first=first) if op in MATRICES else (None, None)
    return Use(op, signal, weight, bias, axis, out)


MATRICES = frozenset(("addmm", "matmul", "mm", "mv"))
"""Products whose units are known to lie along one axis, where the weight is a plain matrix."""


def _matrix_axes(weight: Tensor, signal: Tensor, *, first: bool) -> tuple[int | None, int | None]:
    if weight.dim() != 2:
        return None, None
    if first:
        return 0, -2 if signal.dim() > 1 else -1
    return 1, -1


def _plain(named: dict[str, Any]) -> bool:
    """Whether a product is added to its bias without factors."""
    return (named.get("beta", 1), named.get("alpha", 1)) == (1, 1)


def unit_moments(use: Use, result: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each unit over everything else, shape (units,)."""
    if use.out is None:
        return whole_moments(result)
    out, axis = _real(result), use.out % result.dim()
    others = [i for i in range(out.dim()) if i != axis]
    if not others:
        return out, torch.zeros_like(out)
    mean = out.mean(others, keepdim=True)
    return mean.flatten(), (out - mean).square_().mean(others).sqrt_()


def whole_moments(result: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of all entries, shape (1,) each.

    Not by torch's ``var_mean``, which goes through the entries one by one and takes four times as
    long; nor by a norm, which loses 0.2 percent of ten million entries to rounding.
    """
    out = _real(result)
    mean = out.mean()
    return mean.reshape(1), (out - mean).square_().mean().sqrt_().reshape(1)


def _real(result: Tensor) -> Tensor:
    """The result in a precision that sums can be taken in."""
    return result if result.dtype in (torch.float32, torch.float64) else result.float()
