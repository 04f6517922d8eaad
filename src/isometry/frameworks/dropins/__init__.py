"""What the drop-in initializers of all frameworks have in common; no framework is touched here.

``calls`` gives a call that names no path a path of its own; ``layouts`` says what the axes of a
bare shape mean in each framework's own convention; ``drawing`` turns a scheme, a shape and a path
into values; ``numbers`` translates what other libraries call *scale*.
"""

from isometry.frameworks.dropins.calls import Calls, calls, current
from isometry.frameworks.dropins.drawing import REASON, SOURCE, described, drawn, resolved
from isometry.frameworks.dropins.layouts import (
    LAYOUTS,
    Layout,
    axes_of,
    checked_layout,
    from_torch,
    torch_shape,
    transposed,
)
from isometry.frameworks.dropins.numbers import fan_of, std_gain

__all__ = [
    "LAYOUTS",
    "REASON",
    "SOURCE",
    "Calls",
    "Layout",
    "axes_of",
    "calls",
    "checked_layout",
    "current",
    "described",
    "drawn",
    "fan_of",
    "from_torch",
    "resolved",
    "std_gain",
    "torch_shape",
    "transposed",
]
