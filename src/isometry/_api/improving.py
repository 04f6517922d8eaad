"""The verb that improves weights by data: calibrate."""

from collections.abc import Sequence
from typing import Any

from isometry import calibrations
from isometry._api.owner import owner


def calibrate(
    model: Any,
    batch: Any = None,
    method: calibrations.MethodLike = "lsuv",
    *,
    loss: Any = None,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    **options: Any,
) -> calibrations.Calibration:
    """Improve a model's weights by what a batch shows; in place, and all or nothing.

    Nothing but weights and biases changes: buffers, modes, gradients, generators and hooks are
    afterwards as they were. Where the model or an argument fails, weights are as they were, too.

    Args:
        model: A model with values.
        batch: The forward's arguments: a tensor, a tuple of positional or a dictionary of named
            ones; made from what the model says of its inputs where it is not given.
        method: ``"lsuv"``, ``"krahenbuhl"``, ``"jacobian"``, ``"gradinit"``, ``"metainit"``, or a
            method of ``isometry.calibrations`` with its options.
        loss: As in :func:`diagnose`; ``gradinit`` and ``metainit`` need one.
        only: Globs of paths; everything else is kept.
        skip: Globs of paths to keep.
        **options: Options of the method, where it is given by name.

    Returns:
        What was done to each parameter, and what it cost.

    Raises:
        ModelError: The model has no values or fails on the batch.
        InputError: An option is unknown, or a loss is missing.

    >>> from torch import nn
    >>> import isometry as iso
    >>> net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))
    >>> record = iso.calibrate(net, mean=0.0, per="channel")
    >>> record.forwards, record["2.weight"].status, record["2.bias"].status
    (1, 'scaled', 'shifted')
    """
    chosen = calibrations.method(method, **options)
    record: calibrations.Calibration = owner(model).calibrate(
        model, batch, chosen, loss=loss, only=only, skip=skip
    )
    return record
