"""Dead units and saturated values of an activation that is known by its name."""

import math

import numpy as np

from isometry import theory
from isometry.measurements.activations import (
    FAR,
    SATURATED,
    dead_units,
    slopes_of,
    steepest,
)
from isometry.measurements.observed import Array


def dead(name: str, low: Array, high: Array) -> int:
    """How many units have hardly any slope between the least and greatest value they met.

    >>> dead("relu", np.array([-3.0, -2.0]), np.array([-1.0, 2.0]))
    1
    """
    phi = theory.activation(name)
    return dead_units(slopes_of(name, phi.function), low, high)


def saturated(name: str, values: Array) -> float:
    """Share of values on the flat ends; 0 for an activation that is unbounded on a side.

    >>> saturated("tanh", np.array([0.0, 0.1, 5.0, -9.0])), saturated("relu", np.array([-9.0]))
    (0.5, 0.0)
    """
    function = theory.activation(name).function
    ends = np.abs(function(np.array([-FAR, FAR])))
    if not (ends < math.sqrt(FAR)).all():
        return 0.0
    slopes = slopes_of(name, function)
    return float((slopes(values) < SATURATED * steepest(slopes)).mean())
