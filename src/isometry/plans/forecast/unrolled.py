"""Loops of recurrent cells, written out by the graph: turns before the one that is looked at.

Every turn takes the state that the one before has made with the same weights, so it is no
independent number: the whole loop is one recurrence.
"""

from dataclasses import replace

from isometry.plans.forecast.signal import Signal
from isometry.plans.forecast.steps import Step

STATE = ("state", "state.0")
"""Names of the argument that brings the state."""

GIVEN = ("input", "state", "state.0", "state.1")
"""Arguments that differ from turn to turn."""


def start(step: Step, longest: int) -> tuple[Step, int]:
    """The turn that a simulation starts from, and how many turns it takes to get here."""
    count = 1
    while count < longest and (earlier := _earlier(step)) is not None:
        step, count = earlier, count + 1
    return step, count


def _earlier(step: Step) -> Step | None:
    index = next((i for name in STATE if (i := step.index(name)) is not None), None)
    if index is None:
        return None
    node = step.parts.links.node(index)
    before = replace(step, node=node)
    return before if node.op == step.node.op and _kept(before) == _kept(step) else None


def _kept(step: Step) -> list[int]:
    """Weights and biases."""
    pairs = zip(step.node.slots, step.node.inputs, strict=True)
    return [i for slot, i in pairs if slot not in GIVEN]


def sequence(step: Step, first: Step, before: Signal) -> Signal:
    """The input of a turn as one of a sequence: cut from one value, turns share what its places do.

    Turns that all read the same value share all of it; where nothing is known of what they share,
    it is what two samples do.
    """
    index = first.index("input")
    if step is not first and index == step.index("input"):
        return replace(before, positions=before.square)
    while index is not None and first.parts.links.node(index).family == "view":
        index = next(iter(first.parts.links.node(index).inputs), None)
    whole = first.signals.get(index) if index is not None else None
    settled = whole is None or whole.positions == whole.square
    return replace(
        before, positions=before.samples if settled or whole is None else whole.positions
    )
