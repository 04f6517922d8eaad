"""Why a tensor is filled as it is, in the words of the code that decided."""

from typing import Any

from isometry.frameworks.torch.native.drawing import bound
from isometry.frameworks.torch.native.sites import Site
from isometry.frameworks.torch.native.tape import Call, Literal, Ref, Write

__all__ = ["noted", "reason"]

_SHOWN = {
    "bernoulli_": ("p",),
    "exponential_": ("lambd",),
    "fill_": ("value",),
    "full": ("fill_value",),
    "normal_": ("mean", "std"),
    "orthogonal_": ("gain",),
    "sparse_": ("sparsity", "std"),
    "trunc_normal_": ("mean", "std", "a", "b"),
    "uniform_": ("from", "to"),
}
"""Arguments worth reading in a reason, by operator."""


def reason(writes: list[Write]) -> str:
    """The sentence for the writes that a tensor's values come from, in order.

    The last full write decides; slices written over it are named after it.
    """
    clauses = dict.fromkeys(_clause(write.call) for write in writes)
    return ", then ".join(clauses) if clauses else "the model's code makes it"


def noted(note: tuple[str, Site] | None) -> str:
    """The sentence for a tensor that was computed for real."""
    if note is None:
        return "the model's code makes it"
    name, site = note
    return f"{site.name} makes it with {name}"


def _clause(call: Call) -> str:
    site = call.site
    made = _call_text(call)
    if site.through and site.through != call.name:
        made = f"{site.through}, which calls {made}"
    return f"{site.name} calls {made}"


def _call_text(call: Call) -> str:
    values = bound(call)
    shown = ((name, values.get(name)) for name in _SHOWN.get(call.name, ()))
    listed = ", ".join(f"{name}={_number(v)}" for name, v in shown if v is not None)
    return f"{call.name}({listed})"


def _number(value: Any) -> str:
    if isinstance(value, Literal):
        value = value.tensor.item() if value.tensor.numel() == 1 else "…"
    if isinstance(value, float):
        return f"{value:.6g}"
    return "…" if isinstance(value, Ref) else str(value)
