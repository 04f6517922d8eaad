"""Which part is done by what."""

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


def work(part: Part, scene: Scene) -> Work:
    """A part at work on a model.

    Args:
        part: What is wanted.
        scene: The model.

    Returns:
        What does it.

    Raises:
        InputError: It needs a plan and there is none, or it cannot act on this model.
    """
    if part.planned and scene.planned is None:
        raise errors.InputError(
            f"{part.name} draws weights and there is no plan",
            needed="a plan of the model",
            do="pass plan=iso.plan(model, example, recipe=...)",
        )
    match part:
        case calibrations.Balance():
            return Balancing(scene, part)
        case calibrations.Clip():
            return Clipping(scene, part)
        case calibrations.Gain():
            return Gaining(scene, part)
        case calibrations.Orthogonal():
            return Orthogonalising(scene, part)
        case calibrations.Renew():
            return Renewing(scene, part)
        case calibrations.Revive():
            return Reviving(scene, part)
        case calibrations.Shrink():
            return Shrinking(scene, part)
        case calibrations.Variance():
            return Spreading(scene, part)
        case _:
            raise errors.InputError(
                f"no torch model can be kept up by {type(part).__name__}",
                needed=f"one of {', '.join(calibrations.PARTS)}",
                do="choose one of them",
            )
