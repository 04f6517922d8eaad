"""Real data that comes with scikit-learn: nothing is fetched, and splits never change."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from sklearn import datasets

SPLIT_SEED = 0
TEST = {"digits": 450, "cancer": 171}
"""Examples kept for the test; the other 1347 and 398 are learned from."""


@dataclass(frozen=True, slots=True)
class Data:
    """Inputs and labels to learn from, and to be tested on."""

    inputs: torch.Tensor
    labels: torch.Tensor
    test_inputs: torch.Tensor
    test_labels: torch.Tensor


@cache
def data(task: str) -> Data:
    """The data of a task.

    Args:
        task: ``"digits"``: 8x8 pictures of ten digits, standardised by one mean and one deviation;
            ``"cancer"``: 30 features of two kinds of tumours, each standardised by itself.

    Returns:
        The data as rows of numbers; what a net wants else it does itself.
    """
    bunch = {"digits": datasets.load_digits, "cancer": datasets.load_breast_cancer}[task]()
    order = np.random.default_rng(SPLIT_SEED).permutation(len(bunch.target))
    test, train = order[: TEST[task]], order[TEST[task] :]
    inputs = bunch.data.astype(np.float32)
    axis = None if task == "digits" else 0
    mean, std = inputs[train].mean(axis=axis), inputs[train].std(axis=axis)
    whitened, labels = torch.from_numpy((inputs - mean) / std), torch.from_numpy(bunch.target)
    return Data(whitened[train], labels[train], whitened[test], labels[test])


def classes(task: str) -> int:
    """How many answers a task has."""
    return int(data(task).labels.max()) + 1


class Batches:
    """Endless batches of indices, epoch after epoch, the same for every start."""

    def __init__(self, count: int, size: int, seed: int) -> None:
        """Shuffle by a generator of its own.

        Args:
            count: How many examples there are.
            size: Examples a batch; what is left of an epoch is dropped.
            seed: The seed of the order.
        """
        self._count, self._size = count, size
        self._generator = np.random.default_rng(seed)
        self._left: list[torch.Tensor] = []

    def __next__(self) -> torch.Tensor:
        """The next batch."""
        if not self._left:
            order = torch.from_numpy(self._generator.permutation(self._count))
            whole = self._count // self._size * self._size
            self._left = list(torch.split(order[:whole], self._size))
        return self._left.pop()
