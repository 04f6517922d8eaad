"""What it takes to leave a model as it was when writing stops midway."""

from collections.abc import Callable

import torch
from torch import Tensor

Step = Callable[[], None]


class Undo:
    """What to do, last first, to be where one was.

    Args:
        copies: Whether the old values of what is written are kept.
    """

    def __init__(self, *, copies: bool) -> None:
        self.copies = copies
        self._steps: list[Step] = []

    def keep(self, *tensors: Tensor) -> None:
        """Remember the values of tensors that have memory, where copies are kept."""
        if self.copies:
            self._steps.extend(_restoring(tensor) for tensor in tensors)

    def then(self, step: Step) -> None:
        """Remember something else to do, after all tensors kept before are restored."""
        self._steps.insert(0, step)

    def roll_back(self) -> None:
        """Restore everything, last first."""
        with torch.no_grad():
            while self._steps:
                self._steps.pop()()


def _restoring(tensor: Tensor) -> Step:
    target = tensor.detach()
    saved = target.clone()

    def restore() -> None:
        target.copy_(saved)

    return restore
