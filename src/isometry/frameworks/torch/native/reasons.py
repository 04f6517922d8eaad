"""Why a tensor is filled as it is, in the words of the code that decided."""

from itertools import groupby
from typing import Any

from isometry.frameworks.torch.native.drawing import bound
from isometry.frameworks.torch.native.replay import Replay, read
from isometry.frameworks.torch.native.sites import Site
from isometry.frameworks.torch.native.tape import Call, Literal, Ref

__all__ = ["noted", "reason", "trail"]

_SHOWN = {
    "bernoulli_": ("p",),
    "exponential_": ("lambd",),
    "fill_": ("value",),
    "full": ("fill_value",),
    "log_normal_": ("mean", "std"),
    "normal_": ("mean", "std"),
    "orthogonal_": ("gain",),
    "sparse_": ("sparsity", "std"),
    "trunc_normal_": ("mean", "std", "a", "b"),
    "uniform_": ("from", "to"),
}
"""Arguments worth reading in a reason, by operator."""

_MOST = 8
"""Calls and callers that one reason names."""


def trail(replay: Replay, ref: Ref, time: int) -> list[Call]:
    """The calls that the values of ``ref`` come from, first to last."""
    calls: dict[int, Call] = {}
    stack = [(ref, time)]
    while stack:
        for write in replay.behind(*stack.pop()):
            if write.call.time not in calls:
                calls[write.call.time] = write.call
                leaves = (leaf for leaf in read(write.call) if isinstance(leaf, Ref))
                stack += [(leaf, write.call.time) for leaf in leaves]
    return [calls[moment] for moment in sorted(calls)]


def reason(calls: list[Call]) -> str:
    """The sentence for the calls that a tensor's values come from.

    >>> reason([])
    "the model's code makes it"
    """
    clauses: list[str] = []
    for owner, group in groupby(calls, lambda call: call.site.name):
        made = list(dict.fromkeys(map(_clause, group)))
        clauses.append(f"{owner} calls {', '.join(_shortened(made))}")
    return ", then ".join(_shortened(clauses)) or "the model's code makes it"


def noted(note: tuple[str, Site] | None) -> str:
    """The sentence for a tensor that was computed for real."""
    if note is None:
        return "the model's code makes it"
    name, site = note
    return f"{site.name} makes it {'from data' if name == 'lift_fresh' else f'with {name}'}"


def _shortened(texts: list[str]) -> list[str]:
    return texts if len(texts) <= _MOST else [*texts[: _MOST - 2], "…", texts[-1]]


def _clause(call: Call) -> str:
    made = _call_text(call)
    through = call.site.through
    return f"{through} = {made}" if through and through != call.name else made


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
