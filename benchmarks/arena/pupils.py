"""What learns: a net that tells classes apart, under one start and one rate."""

import copy

import torch
from torch import nn
from torch.nn import functional

from benchmarks.arena import nets, starts
from benchmarks.arena.cells import Cell
from benchmarks.arena.data import Batches, Data, data
from benchmarks.arena.flat import flattened
from benchmarks.arena.gan import Adversaries, Duel, adversaries
from benchmarks.arena.limits import limits
from benchmarks.arena.training import Pupil

START_SEED = 1_000_003
"""Added to the seed for the batches that a start may look at, so that it does not see the order
that training will take."""


class Classifier:
    """A net, its optimizer and its batches."""

    def __init__(self, model: nn.Module, cell: Cell, rate: float, seed: int) -> None:
        """Make ready to learn.

        Args:
            model: The net after its start.
            cell: What is run.
            rate: The learning rate.
            seed: The seed of the batches.
        """
        given = limits(cell)
        self.model, self._data = model, data(cell.task)
        self._batches = Batches(len(self._data.labels), given.batch, seed)
        self._optimizer = optimizer(cell, model, rate)

    def step(self) -> float:
        """One batch: loss, gradient, step."""
        self._optimizer.zero_grad(set_to_none=False)
        loss = _loss(self.model, self._data, next(self._batches))
        loss.backward()  # type: ignore[no-untyped-call]  # torch does not type it
        self._optimizer.step()
        return float(loss.detach())

    def score(self) -> float:
        """Accuracy on the test data."""
        self.model.eval()
        with torch.inference_mode():
            found = self.model(self._data.test_inputs).argmax(dim=1)
        self.model.train()
        return float((found == self._data.test_labels).float().mean())


def _loss(model: nn.Module, known: Data, batch: torch.Tensor) -> torch.Tensor:
    return functional.cross_entropy(model(known.inputs[batch]), known.labels[batch])


def optimizer(cell: Cell, model: nn.Module, rate: float) -> torch.optim.Optimizer:
    """Adam, or gradient descent with momentum 0.9; no decay, no clipping, no warm-up."""
    whole = [flattened(model)]
    if cell.optimizer == "sgd":
        return torch.optim.SGD(whole, lr=rate, momentum=0.9, fused=True)
    return torch.optim.Adam(whole, lr=rate, fused=True)


def pupil(model: nn.Module, cell: Cell, rate: float, seed: int) -> Pupil:
    """A copy of a started net, ready to learn.

    Args:
        model: The net after its start; left as it is.
        cell: What is run.
        rate: The learning rate.
        seed: The seed of the batches.

    Returns:
        What learns.
    """
    mine = copy.deepcopy(model)
    if isinstance(mine, Adversaries):
        return Duel(mine, cell, rate, seed)
    return Classifier(mine, cell, rate, seed)


def started(cell: Cell, seed: int) -> nn.Module:
    """The net of a cell after its start.

    Args:
        cell: What is run.
        seed: The seed of the weights.

    Returns:
        The net.
    """
    torch.manual_seed(seed)
    if cell.net == "gan":
        return adversaries(cell, seed)
    model, known, given = nets.net(cell), data(cell.task), limits(cell)
    batches = Batches(len(known.labels), given.batch, START_SEED + seed)

    def criterion(net: nn.Module) -> torch.Tensor:
        return _loss(net, known, next(batches))

    starts.start(cell.recipe, model, known.inputs[next(batches)], criterion, seed)
    return model
