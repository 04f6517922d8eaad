"""The verbs that improve weights by data: calibrate, before training, and dynamic, during it."""

from collections.abc import Iterable, Sequence
from typing import Any

from isometry import calibrations, plans
from isometry._api.owner import owner
from isometry._api.starting import plan as planned
from isometry.calibrations import upkeep


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


def dynamic(
    model: Any,
    optimizer: Any,
    parts: calibrations.PartLike | Iterable[calibrations.PartLike],
    *,
    example: Any,
    plan: plans.Plan | None = None,
    seed: int = 0,
) -> Any:
    """Keep a start up while the model trains: parts that act around each step of the optimizer.

    They hang on the optimizer, so that any loop or trainer that calls ``optimizer.step()`` runs
    them, until ``remove()`` or the end of a ``with`` block. Which units belong together is read
    from the graph, once. A part that fails leaves weights and the optimizer's memory as they were
    before it, and the error that names it goes up through ``optimizer.step()``.

    Args:
        model: A torch model with values, compiled, under autocast or in data parallel or not;
            shards are refused.
        optimizer: The torch optimizer that trains it.
        parts: ``"revive"``, ``"renew"``, ``"balance"``, ``"gain"``, ``"variance"``, ``"clip"``,
            ``"orthogonal"``, ``"shrink"``, or these of ``isometry.calibrations`` with options; one
            or several, which act in this order.
        example: The forward's arguments, a batch like those of training; the same on each rank.
        plan: Where fresh weights come from; what the model's own code does where not given.
        seed: Of fresh weights; those of each step are others.

    Returns:
        An ``isometry.torch.Dynamic``: ``changes``, ``remove()``, ``state_dict()``,
        ``load_state_dict()``.

    Raises:
        ModelError: The model has no values or is sharded, or its forward fails.
        InputError: A part or an option is unknown, or the optimizer trains another model.

    >>> import torch
    >>> import isometry as iso
    >>> net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))
    >>> x = torch.ones(3, 4)
    >>> optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    >>> with iso.dynamic(net, optimizer, "clip", example=x) as kept:
    ...     (1e6 * net(x).sum()).backward()
    ...     optimizer.step()
    >>> [(one.part, one.path) for one in kept.changes]
    [('clip', '0.weight'), ('clip', '0.bias')]
    """
    framework = owner(model)
    found = upkeep.chosen(parts)
    if plan is None and any(one.planned for one in found):
        plan = planned(model, example)
    return framework.Dynamic(model, optimizer, found, example=example, plan=plan, seed=seed)
