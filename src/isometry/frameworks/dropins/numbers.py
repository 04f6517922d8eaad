"""What other libraries call a scale or a mode, in this library's words."""

import math
from typing import Final

from isometry import errors
from isometry.parameters import FanMode

FAN_MODES: Final[dict[str, FanMode]] = {
    "fan_avg": "fan_avg",
    "fan_geo": "fan_geo",
    "fan_geo_avg": "fan_geo",
    "fan_in": "fan_in",
    "fan_out": "fan_out",
}
"""Every name of a fan mode; JAX calls the geometric mean ``fan_geo_avg``."""


def std_gain(scale: float) -> float:
    """The factor on the std for a ``scale`` of Keras or JAX, which is a factor on the variance.

    Args:
        scale: Factor on the variance.

    Returns:
        Its square root.

    Raises:
        InputError: ``scale`` is not finite and above 0.

    >>> std_gain(4.0)
    2.0
    """
    if not (math.isfinite(scale) and scale > 0):
        raise errors.InputError(
            f"scale is {scale!r}",
            needed="a finite number above 0; it multiplies the variance",
            do="pass scale=2.0 for a ReLU, 1.0 for a linear layer",
        )
    return math.sqrt(scale)


def fan_of(mode: str) -> FanMode:
    """The fan that a ``mode`` names.

    Args:
        mode: Any framework's word for it.

    Returns:
        This library's word for it.

    Raises:
        UnknownNameError: It names none.
    """
    if mode not in FAN_MODES:
        raise errors.UnknownNameError(
            f"mode is {mode!r}",
            needed=", ".join(repr(name) for name in FAN_MODES),
            do="pass one of these",
        )
    return FAN_MODES[mode]
