"""Weights improved by data: the one door to all methods."""

from collections.abc import Sequence
from typing import Any

from torch import nn

from isometry import errors
from isometry.calibrations import (
    LSUV,
    Calibration,
    GradInit,
    Jacobian,
    Krahenbuhl,
    MetaInit,
    Method,
)
from isometry.frameworks.torch.calibrating.gradinit import gradinit
from isometry.frameworks.torch.calibrating.jacobian import jacobian
from isometry.frameworks.torch.calibrating.krahenbuhl import krahenbuhl
from isometry.frameworks.torch.calibrating.lsuv import lsuv
from isometry.frameworks.torch.calibrating.metainit import metainit
from isometry.frameworks.torch.calibrating.subject import subject
from isometry.frameworks.torch.observing.losses import LossLike


def calibrate(
    model: nn.Module,
    batch: Any,
    method: Method,
    *,
    loss: LossLike = None,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
) -> Calibration:
    """Improve the weights of a model by what a batch shows.

    Args:
        model: A module with values; wrappers are seen through.
        batch: The forward's arguments; made from what the model says of its inputs if ``None``.
        method: How.
        loss: A function of the output, targets, or nothing; for methods that train.
        only: Globs of paths; everything else is kept.
        skip: Globs of paths to keep.

    Returns:
        What was done to each parameter.

    Raises:
        ModelError: The model has no values, or its forward fails; it is then as it was.
        InputError: The method needs a loss.
    """
    given = subject(model, batch, loss, only=only, skip=skip)
    match method:
        case LSUV():
            return lsuv(given, method)
        case Krahenbuhl():
            return krahenbuhl(given, method)
        case Jacobian():
            return jacobian(given, method)
        case GradInit():
            return gradinit(given, method)
        case MetaInit():
            return metainit(given, method)
        case _:
            raise errors.InputError(
                f"{type(method).__name__} is no method that torch models have",
                needed="one of isometry.calibrations.METHODS",
                do="choose one of them",
            )
