"""A model with a batch, and what a diagnosis should say of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

import isometry as iso
from isometry import findings


@dataclass(frozen=True, slots=True)
class Case:
    """One model under one start.

    Attributes:
        name: What it is called.
        make: Builds it, its weights the same every time.
        batch: Makes the forward's arguments.
        loss: Makes targets or a function of the output; ``None`` for noise at the outputs.
        says: Codes of errors and warnings that it should get, the first of all first.
        path: A path that the first of them should name.
        mends: Whether ``mend()`` should make the next diagnosis clean; a fault of the code stays.
        why: For a good start, why its warning is right.
    """

    name: str
    make: Callable[[], nn.Module]
    batch: Callable[[], Any]
    loss: Callable[[], Any] = lambda: None
    says: tuple[str, ...] = ()
    path: str = ""
    mends: bool = True
    why: str = ""

    def build(self) -> nn.Module:
        """The model; torch's generator is left as it was."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return self.make()

    def diagnosed(self, model: nn.Module) -> findings.Diagnosis:
        """What a diagnosis says."""
        return iso.diagnose(model, self.batch(), self.loss())


def codes(found: findings.Diagnosis, *severities: findings.Severity) -> list[str]:
    """The codes of some severities, in order."""
    return [one.code for one in found.findings if one.severity in severities]
