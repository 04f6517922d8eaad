"""What it takes to leave a model as it was when writing stops midway."""

from collections.abc import Callable

import torch
from torch import Tensor

Step = Callable[[], None]


class Undo:
    """Copies of what is about to be written, as long as they fit a limit.

    Args:
        limit: Bytes that the copies may take.
        planned: Bytes that will be written in all; above the limit no copies are made.
    """

    def __init__(self, *, limit: int, planned: int) -> None:
        self.is_possible = planned <= limit
        self._steps: list[Step] = []

    def keep(self, *tensors: Tensor) -> None:
        """Remember the values of tensors that have memory."""
        if self.is_possible:
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
