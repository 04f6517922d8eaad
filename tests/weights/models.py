"""Assignments of every way that a tensor can be drawn."""

import numpy as np

from isometry import schemes
from isometry.parameters import Axes, Blocks, Parameter
from isometry.plans import Assignment
from isometry.schemes import Scheme

DENSE = Axes(outputs=(0,), inputs=(1,))
GATES = Axes(outputs=(0,), inputs=(1,), blocks=Blocks(0, ("r", "z", "n"), (4, 4, 4)))
EXPERTS = Axes(stacked=(0,), outputs=(1,), inputs=(2,))


def assignment(
    scheme: Scheme | None,
    shape: tuple[int, ...],
    *,
    path: str = "layer.weight",
    dtype: str = "float32",
    axes: Axes | None = DENSE,
) -> Assignment:
    """A tensor and its scheme."""
    known = axes if axes is not DENSE or len(shape) == 2 else None
    parameter = Parameter(path, shape, dtype, role="weight", axes=known)
    return Assignment(parameter, scheme, "For a test.", "mine[0] *.weight")


NORMAL = schemes.Normal(std=0.02)

CASES = {
    "elementwise": assignment(NORMAL, (12, 10)),
    "constant": assignment(schemes.Constant(0.3), (12, 10)),
    "whole": assignment(schemes.Orthogonal(), (12, 10)),
    "pieces": assignment(schemes.Orthogonal(), (12, 10), axes=GATES),
    "constants over laws": assignment(schemes.Rows(NORMAL, (1, -1)), (12, 10)),
    "laws over constants": assignment(
        schemes.Gates(schemes.Constant(0.0), (("z", NORMAL),)), (12, 10), axes=GATES
    ),
    "recorded": assignment(
        schemes.Values.of(np.linspace(-1.0, 1.0, 120).reshape(12, 10)), (12, 10)
    ),
    "recorded over laws": assignment(
        schemes.Patchwork(NORMAL, (((2, 4), (3, 7)),), (schemes.Values.of(np.ones((2, 4))),)),
        (12, 10),
    ),
    "experts": assignment(schemes.Orthogonal(), (3, 5, 8), axes=EXPERTS),
    "vector": assignment(NORMAL, (120,), axes=None),
    "scalar": assignment(NORMAL, (), axes=None),
    "empty": assignment(NORMAL, (0, 10)),
}
