"""What a part does to one model: the frame that every part fills in."""

from abc import ABC
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from isometry.calibrations import Change, Part
from isometry.frameworks.torch.dynamics.scene import Scene
from isometry.frameworks.torch.undo import Undo

State = dict[str, Any]


@dataclass(slots=True)
class Work(ABC):
    """One part at work on one model.

    Attributes:
        scene: The model and all that is known of it.
        part: What is wanted.
    """

    scene: Scene
    part: Part

    def before(self, step: int, scale: Tensor | float) -> list[Change]:
        """Act on gradients, before the optimizer's step.

        Args:
            step: Which step that is, counted from 1.
            scale: What a gradient scaler has left in the gradients.

        Returns:
            What was done.
        """
        del step, scale
        return []

    def after(self, step: int, undo: Undo) -> list[Change]:
        """Act on weights, after the optimizer's step.

        Args:
            step: Which step that was.
            undo: Told of each tensor before it is written.

        Returns:
            What was done.
        """
        del step, undo
        return []

    def summary(self) -> tuple[Change, ...]:
        """What was done too often for a line each time."""
        return ()

    def state(self) -> State:
        """What resumption needs beside the model, the optimizer and the count of steps."""
        return {}

    def load(self, state: State) -> None:
        """Go on from such a state."""
        del state

    def close(self) -> None:
        """Take away what was put on the model."""
        return
