"""Which part is done by what."""

from collections.abc import Mapping

from isometry import calibrations, errors
from isometry.calibrations import Part
from isometry.frameworks.torch.dynamics.balancing import Balancing
from isometry.frameworks.torch.dynamics.clipping import Clipping
from isometry.frameworks.torch.dynamics.gains import Gaining
from isometry.frameworks.torch.dynamics.orthogonality import Orthogonalising
from isometry.frameworks.torch.dynamics.renewing import Renewing
from isometry.frameworks.torch.dynamics.reviving import Reviving
from isometry.frameworks.torch.dynamics.scene import Scene
from isometry.frameworks.torch.dynamics.shrinking import Shrinking
from isometry.frameworks.torch.dynamics.variances import Spreading
from isometry.frameworks.torch.dynamics.work import Work

WORKS: Mapping[type[Part], type[Work]] = {
    calibrations.Balance: Balancing,
    calibrations.Clip: Clipping,
    calibrations.Gain: Gaining,
    calibrations.Orthogonal: Orthogonalising,
    calibrations.Renew: Renewing,
    calibrations.Revive: Reviving,
    calibrations.Shrink: Shrinking,
    calibrations.Variance: Spreading,
}
"""What does each part."""


def work(part: Part, scene: Scene) -> Work:
    """A part at work on a model.

    Args:
        part: What is wanted.
        scene: The model.

    Returns:
        What does it.

    Raises:
        InputError: It needs a plan and there is none, or it cannot hear this model.
    """
    if part.planned and scene.planned is None:
        raise errors.InputError(
            f"{part.name} draws weights and there is no plan",
            needed="a plan of the model",
            do="pass plan=iso.plan(model, example, recipe=...)",
        )
    return WORKS[type(part)](scene, part)
