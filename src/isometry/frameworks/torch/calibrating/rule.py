"""What a rule sees of a weight's first use, and what it may say."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from isometry.calibrations import Moments, merged
from isometry.calibrations.factors import Array
from isometry.frameworks.torch.calibrating.lines import Change
from isometry.frameworks.torch.calibrating.uses import Use, unit_moments, whole_moments

NO_SPREAD = "its output does not vary on this batch"
NOT_FINITE = "its output is not finite"


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """A use of a weight with what it gives, as a rule sees it.

    Attributes:
        path: The weight.
        use: The call.
        result: What it gives, without a bias that cannot change.
        sizes: Units of each part of a packed weight; empty where it is one whole.
    """

    path: str
    use: Use
    result: Tensor
    sizes: tuple[int, ...] = ()

    def moments(self, *, per_unit: bool) -> Moments:
        """Moments of each unit, of each part of a packed weight, or of all."""
        if not per_unit and not self.sizes:
            return _moments(*whole_moments(self.result))
        units = _moments(*unit_moments(self.use, self.result))
        return units if per_unit else merged(units, self.sizes)

    def spread(self, values: Array) -> Tensor:
        """Numbers of the groups as numbers of the units."""
        repeated = np.repeat(values, self.sizes) if 1 < len(values) == len(self.sizes) else values
        return torch.from_numpy(repeated).to(self.result.device)


def _moments(mean: Tensor, std: Tensor) -> Moments:
    return Moments(mean.double().cpu().numpy(), std.double().cpu().numpy())


class Rule(ABC):
    """Decides what becomes of a weight, from what its first use shows."""

    @abstractmethod
    def spares(self, path: str, use: Use) -> str:
        """Why a weight is left alone whatever it does; empty where it is not."""

    @abstractmethod
    def decide(self, sight: Sight) -> Change | str:
        """The change, or why there is none."""

    @abstractmethod
    def leaves(self, result: Tensor) -> Tensor:
        """What the layers behind take in place of the result of a use."""


class Sizing(Rule):
    """A rule that needs nothing but the moments of what a layer puts out."""

    @abstractmethod
    def moments(self, sight: Sight) -> Moments:
        """The moments that count: of each unit, of each part, or of all."""

    @abstractmethod
    def change(self, sight: Sight, found: Moments) -> Change | str:
        """The change for these moments, or why there is none."""

    @override
    def leaves(self, result: Tensor) -> Tensor:
        return result
