"""A batch in pieces: every layer's moments over all of them, and then the next layer."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from isometry import errors
from isometry.calibrations import Moments
from isometry.frameworks.torch.calibrating.corrector import corrected, counted, rows
from isometry.frameworks.torch.calibrating.lines import Change
from isometry.frameworks.torch.calibrating.onepass import OnePass
from isometry.frameworks.torch.calibrating.rule import Rule, Sight, Sizing
from isometry.frameworks.torch.calibrating.subject import Subject
from isometry.frameworks.torch.calibrating.uses import Use


class Reached(BaseException):  # no Exception, so that no model's own handler takes it
    """The layer that is measured was reached: the rest of the forward shows nothing new."""


class Gathering(Rule):
    """Gathers the moments of one layer over all pieces, and decides at the last of them.

    Args:
        rule: What decides, given moments.
    """

    def __init__(self, rule: Sizing) -> None:
        self.rule = rule
        self.last = False
        self._path = ""
        self._found: list[tuple[int, Moments]] = []
        self._decided = False

    def start(self) -> None:
        """Forget what was gathered: the next layer is looked for."""
        self._path, self._found, self._decided, self.last = "", [], False, False

    @property
    def idle(self) -> bool:
        """Whether no layer was found."""
        return not self._found

    @override
    def spares(self, path: str, use: Use) -> str:
        return self.rule.spares(path, use)

    @override
    def decide(self, sight: Sight) -> Change | str:
        if self._decided:
            raise Reached
        if self._path not in ("", sight.path):
            raise errors.ModelError(
                f"one piece of the batch came to {self._path} first and another to {sight.path}",
                needed="a forward that runs the same layers for every piece",
                do="calibrate on the whole batch, with pieces=1",
            )
        self._path = sight.path
        self._found.append((sight.result.numel(), self.rule.moments(sight)))
        if not self.last:
            raise Reached
        self._decided = True
        return self.rule.change(sight, together(self._found))

    @override
    def leaves(self, result: Tensor) -> Tensor:
        return self.rule.leaves(result)


def together(found: Sequence[tuple[int, Moments]]) -> Moments:
    """The moments over several pieces, each given with how many numbers it has.

    >>> one, other = (Moments(np.array([m]), np.array([1.0])) for m in (0.0, 2.0))
    >>> both = together([(10, one), (10, other)])
    >>> both.mean.tolist(), (both.std**2).round(9).tolist()
    ([1.0], [2.0])
    """
    shares = np.array([count for count, _ in found], np.float64)
    shares /= shares.sum()
    mean = sum(share * one.mean for share, (_, one) in zip(shares, found, strict=True))
    square = sum(
        share * (one.std**2 + (one.mean - mean) ** 2)
        for share, (_, one) in zip(shares, found, strict=True)
    )
    return Moments(np.asarray(mean), np.sqrt(square))


def piecewise(subject: Subject, passing: OnePass, gathering: Gathering, pieces: int) -> int:
    """Correct one layer after the other, each over all pieces of the batch.

    Args:
        subject: The model and its batch.
        passing: What corrects, by the rule of ``gathering``.
        gathering: Gathers.
        pieces: How many pieces.

    Returns:
        How many forwards were begun.
    """
    parts = torch.arange(counted(subject.given)).chunk(pieces)
    forwards = 0
    while True:
        gathering.start()
        for part in parts:
            gathering.last = part is parts[-1]
            forwards += 1
            _begin(subject, passing, part)
            if gathering.idle:
                return forwards


def _begin(subject: Subject, passing: OnePass, part: Tensor) -> None:
    try:
        corrected(subject.model, rows(subject.given, part), passing.learned, passing)
    except Reached:
        return
