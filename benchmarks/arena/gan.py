"""Two nets against each other on the digits, and a weak measure of what comes out."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from benchmarks.arena import starts
from benchmarks.arena.cells import Cell
from benchmarks.arena.data import Batches, data
from benchmarks.arena.limits import limits

NOISE = 16
HIDDEN = 128
SLOPE = 0.2
"""Of the leaky units, as in Radford et al. 2016."""
BETAS = (0.5, 0.999)
"""Of Adam, as there."""
DRAWN = 1000
"""Pictures drawn for a score."""

Moments = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


class Adversaries(nn.Module):
    """A generator and a discriminator."""

    def __init__(self, depth: int, features: int) -> None:
        """Make both with ``depth`` hidden layers."""
        super().__init__()
        self.generator = _perceptron(NOISE, depth, features)
        self.discriminator = _perceptron(features, depth, 1)


def _perceptron(inputs: int, depth: int, outputs: int) -> nn.Module:
    layers: list[nn.Module] = []
    for level in range(depth):
        layers += [nn.Linear(HIDDEN if level else inputs, HIDDEN), nn.LeakyReLU(SLOPE)]
    return nn.Sequential(*layers, nn.Linear(HIDDEN, outputs))


def adversaries(cell: Cell, seed: int) -> Adversaries:
    """Both nets after their start.

    Args:
        cell: What is run.
        seed: The seed of the weights.

    Returns:
        The nets.
    """
    known = data(cell.task)
    both = Adversaries(cell.depth, known.inputs.shape[1])
    noise = torch.randn(limits(cell).batch, NOISE)
    starts.start(cell.recipe, both.generator, noise, _no_criterion, 2 * seed)
    pictures = known.inputs[: limits(cell).batch]
    starts.start(cell.recipe, both.discriminator, pictures, _no_criterion, 2 * seed + 1)
    return both


def _no_criterion(_model: nn.Module) -> torch.Tensor:
    raise NotImplementedError("a game of two nets has no one loss to start from")


class Duel:
    """Two nets in training."""

    def __init__(self, both: Adversaries, cell: Cell, rate: float, seed: int) -> None:
        """Make ready to learn.

        Args:
            both: The nets after their start.
            cell: What is run.
            rate: The learning rate of both.
            seed: The seed of batches and noise.
        """
        known = data(cell.task)
        self._nets, self._pictures = both, known.inputs
        self._batches = Batches(len(known.labels), limits(cell).batch, seed)
        self._generator = torch.Generator().manual_seed(seed)
        self._fixed = torch.randn(DRAWN, NOISE, generator=torch.Generator().manual_seed(0))
        self._real = moments(known.test_inputs)
        self._optimizers = [
            torch.optim.Adam(one.parameters(), lr=rate, betas=BETAS, fused=True)
            for one in (both.discriminator, both.generator)
        ]

    def step(self) -> float:
        """One step of each net; the losses together."""
        real = self._pictures[next(self._batches)]
        noise = torch.randn(len(real), NOISE, generator=self._generator)
        judge, drawn = self._nets.discriminator, self._nets.generator(noise)

        def judged() -> torch.Tensor:
            return _says(judge(real), 1.0) + _says(judge(drawn.detach()), 0.0)

        losses = (judged, lambda: _says(judge(drawn), 1.0))
        return sum(map(_stepped, self._optimizers, losses))

    def score(self) -> float:
        """How near the drawn pictures are in mean and covariance, at best 1.

        The Fréchet distance in pixels, as a part of that of one picture, the mean, drawn always.
        """
        with torch.inference_mode():
            drawn = moments(self._nets.generator(self._fixed))
        return 1.0 - distance(drawn, self._real) / float(np.trace(self._real[1]))


def _says(judgement: torch.Tensor, truth: float) -> torch.Tensor:
    wanted = torch.full_like(judgement, truth)
    return functional.binary_cross_entropy_with_logits(judgement, wanted)


def _stepped(optimizer: torch.optim.Optimizer, loss: Callable[[], torch.Tensor]) -> float:
    optimizer.zero_grad()
    found = loss()
    found.backward()  # type: ignore[no-untyped-call]  # torch does not type it
    optimizer.step()
    return float(found.detach())


def moments(pictures: torch.Tensor) -> Moments:
    """Mean and covariance over pictures."""
    rows = pictures.double().numpy()
    return rows.mean(axis=0), np.cov(rows.T)


def distance(one: Moments, other: Moments) -> float:
    """The Fréchet distance of two Gaussians, squared (Dowson and Landau 1982).

    Args:
        one: Mean and covariance of one.
        other: Those of the other.

    Returns:
        ``|m - m'|² + tr(C + C' - 2 (C C')^½)``.
    """
    shift = one[0] - other[0]
    if not np.isfinite(one[1]).all():
        return float("inf")
    # Pixels that are never drawn on leave eigenvalues of 0, which rounding takes below.
    values, vectors = np.linalg.eigh(other[1])
    half = vectors * np.sqrt(np.clip(values, 0.0, None)) @ vectors.T
    # The eigenvalues of C C' are those of the symmetric C'^½ C C'^½.
    shared = np.linalg.eigvalsh(half @ one[1] @ half)
    common = 2.0 * np.sqrt(np.clip(shared, 0.0, None)).sum()
    return float(shift @ shift + np.trace(one[1]) + np.trace(other[1]) - common)
