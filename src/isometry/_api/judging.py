"""The verbs that measure: diagnose, assert_well_initialized."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from isometry._api.owner import owner

if TYPE_CHECKING:
    from isometry import findings


def diagnose(
    model: Any,
    batch: Any = None,
    loss: Any = None,
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> "findings.Diagnosis":
    """Measure signal and gradient on one batch, find what is wrong and why; change nothing.

    One forward and one backward run as in evaluation, but with batch norms measuring the batch.
    Weights, buffers, gradients, generators, modes and hooks are afterwards as they were, also when
    the model raises.

    Args:
        model: A model with values.
        batch: The forward's arguments: a tensor, a tuple of positional or a dictionary of named
            ones; made from what the model says of its inputs where it is not given.
        loss: A function from the model's output to one number, or targets: whole numbers for
            classes, others for a mean square; or ``"auto"`` for targets drawn by chance. Without
            it, the loss that the model returns itself, else independent noise at the outputs.
        select: Codes of rules, or beginnings of codes; all where empty.
        ignore: Codes of rules to leave out, likewise.

    Returns:
        What was measured and found; ``.ok``, ``.findings``, ``.mend()``.

    Raises:
        ModelError: The model has no values or fails on the batch.
        InputError: The batch is missing, the loss does not fit, a code is unknown.

    >>> from torch import nn
    >>> import isometry as iso
    >>> net = nn.Sequential(*[layer for _ in range(20) for layer in (nn.Linear(64, 64), nn.Tanh())])
    >>> _ = iso.initialize(net, recipe="xavier", seed=0)
    >>> iso.diagnose(net).verdict
    'Your init is fine: signal and gradient keep their size through all layers.'
    """
    from isometry import findings  # noqa: PLC0415 - a third of all modules, for this verb alone

    rules = findings.selected(tuple(select), tuple(ignore))
    return findings.diagnose(owner(model).measure(model, batch, loss), rules)


def assert_well_initialized(
    model: Any,
    batch: Any = None,
    loss: Any = None,
    *,
    fail_on: "findings.FailOn" = "error",
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> "findings.Diagnosis":
    """Fail where a model is badly started, with the whole report as the message; for tests.

    Args:
        model: As in :func:`diagnose`, like the batch, the loss, ``select`` and ``ignore``.
        batch: The forward's arguments.
        loss: Where the gradient starts.
        fail_on: From which severity on a finding fails.
        select: Rules that look.
        ignore: Rules that do not.

    Returns:
        The diagnosis, where nothing is as bad as that.

    Raises:
        AssertionError: Something is, or the model stopped midway.
    """
    __tracebackhide__ = True  # pytest shows the line of the test, and the message
    found = diagnose(model, batch, loss, select=select, ignore=ignore)
    if found.fails(fail_on) or found.measurement.raised:
        from isometry import reports  # noqa: PLC0415 - loads rich

        raise AssertionError(f"{found.verdict}\n\n{reports.diagnosis_text(found)}")
    return found
