"""Unit variance of every layer in one forward (Mishkin & Matas 2016), and in pieces of a batch."""

import math
import time
from dataclasses import dataclass

import numpy as np
import torch
from typing_extensions import override

from isometry.calibrations import LSUV, Calibration, Moments, correction
from isometry.frameworks.torch.calibrating.corrector import corrected
from isometry.frameworks.torch.calibrating.learned import Learned
from isometry.frameworks.torch.calibrating.lines import Change
from isometry.frameworks.torch.calibrating.onepass import OnePass
from isometry.frameworks.torch.calibrating.orthogonal import orthogonal
from isometry.frameworks.torch.calibrating.pieces import Gathering, piecewise
from isometry.frameworks.torch.calibrating.rule import NO_SPREAD, NOT_FINITE, Sight, Sizing
from isometry.frameworks.torch.calibrating.subject import Subject
from isometry.frameworks.torch.calibrating.uses import Use
from isometry.frameworks.torch.tracing.preserving import as_measured
from isometry.frameworks.torch.undo import Undo

LOOKUPS = ("embedding", "embedding_bag")


@dataclass(frozen=True, slots=True)
class UnitVariance(Sizing):
    """The size of a layer's output becomes the target."""

    method: LSUV
    subject: Subject

    @override
    def spares(self, path: str, use: Use) -> str:
        if use.op in LOOKUPS and not self.method.embeddings:
            return "it is an embedding"
        known = self.subject.uses.get(path) if self._looks else None
        if known is None:
            return ""
        if self.method.skip_normed and known.after == ("norm",):
            return "a norm follows"
        last = self.method.branches == "skip" and known.residual == "T"
        return "it ends a residual branch" if last else ""

    @property
    def _looks(self) -> bool:
        """Whether the graph is read at all: that takes longer than the forward of a small model."""
        return self.method.skip_normed or self.method.branches != "unit"

    def target(self, path: str) -> float:
        """The wanted size of a layer's output."""
        known = self.subject.uses.get(path) if self.method.branches == "depth" else None
        shared = known is not None and known.residual == "T"
        return self.method.target / math.sqrt(known.depth if known and shared else 1)

    @override
    def moments(self, sight: Sight) -> Moments:
        return sight.moments(per_unit=self.method.per == "channel")

    @override
    def decide(self, sight: Sight) -> Change | str:
        return self.change(sight, self.moments(sight))

    @override
    def change(self, sight: Sight, found: Moments) -> Change | str:
        if not np.isfinite(found.std).all() or not np.isfinite(found.mean).all():
            return NOT_FINITE
        if not found.varies.any():
            return NO_SPREAD
        c, d = correction(
            found, self.target(sight.path), moment=self.method.moment, mean=self.method.mean
        )
        sizes = (one.size(self.method.moment) for one in (found, found.moved(c, d)))
        return Change(c, d, *sizes)


def lsuv(subject: Subject, method: LSUV) -> Calibration:
    """Give every layer's output the wanted size.

    Args:
        subject: The model and its batch.
        method: What is wanted.

    Returns:
        The record; the model is as it was where an exception stopped it.
    """
    start, undo = time.perf_counter(), Undo(copies=True)
    try:
        if method.orthogonal:
            orthogonal(subject, method.seed, undo)
        passing, forwards = run(subject, UnitVariance(method, subject), undo, method.pieces)
    except BaseException:
        undo.roll_back()
        raise
    told = f"{method.pieces} pieces of the batch, each run anew for every layer"
    return Calibration(
        method,
        subject.record(passing.adjustments()),
        forwards,
        seconds=time.perf_counter() - start,
        notes=(told,) if method.pieces > 1 else (),
    )


def run(subject: Subject, rule: Sizing, undo: Undo, pieces: int = 1) -> tuple[OnePass, int]:
    """Correct every layer by a rule, on the whole batch or piece by piece.

    Args:
        subject: The model and its batch.
        rule: The rule.
        undo: What remembers the old values.
        pieces: How many pieces.

    Returns:
        What has corrected, and how many forwards that took.
    """
    learned, gathering = Learned(slot for slot, _ in subject.held), Gathering(rule)
    passing = OnePass(subject, learned, gathering if pieces > 1 else rule, undo)
    forwards = 1
    with as_measured(subject.model), torch.no_grad():
        if pieces > 1:
            forwards = piecewise(subject, passing, gathering, pieces)
        else:
            corrected(subject.model, subject.given, learned, passing)
    refresh(subject)
    return passing, forwards


def refresh(subject: Subject) -> None:
    """Renew what is computed from changed tensors and kept: the older hooks keep their weight."""
    for slot, _ in subject.slots:
        if slot.parametrization is not None:
            slot.parametrization.refresh()
