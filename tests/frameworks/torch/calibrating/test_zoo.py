"""How many models of the zoo are calibrated: all layers, and to the wanted size."""

import re
from dataclasses import dataclass

import pytest

import isometry as iso
from tests.zoo import ZOO, Model

ON_PURPOSE = frozenset(
    (
        "it is an embedding",  # and the head that is tied to it
        "the matrix of a recurrent layer's state feeds itself back",
        "its parametrization keeps no factor",  # spectral norm
        "its output does not vary on this batch",  # a state that is zero at the first step
    )
)
NEAR = 1e-3


@dataclass(frozen=True)
class Outcome:
    """What became of the layers of one model.

    Attributes:
        left: Layers that were kept although they need not be, with the reason.
        furthest: Largest distance from 1 of a factor of a second calibration.
    """

    left: dict[str, str]
    furthest: float

    @property
    def succeeds(self) -> bool:
        """Whether all is well."""
        return not self.left and self.furthest < NEAR


def outcome(model: Model) -> Outcome:
    """Calibrate a model twice: the second time finds what the first one has really written."""
    net, rows = model.build(), [row for row in model.rows() if row.kind != "embedding"]
    first = iso.calibrate(net, model.example())
    second = iso.calibrate(net, model.example())
    told = [one for one in first if any(re.fullmatch(row.path, one.path) for row in rows)]
    left = {one.path: one.reason for one in told if one.reason not in ON_PURPOSE}
    return Outcome(
        {path: why for path, why in left.items() if first[path].status == "kept"},
        max(abs(factor - 1) for one in second for factor in one.factors),
    )


QUICK = ("mlp-tanh", "gpt2", "lstm-stacked", "mixtral")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", QUICK)
def test_all_layers_of_a_model_are_calibrated(name: str) -> None:
    found = outcome(next(model for model in ZOO if model.name == name))
    assert found.left == {}
    assert found.furthest < NEAR


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_all_models_but_one_are_calibrated() -> None:
    found = {model.name: outcome(model) for model in ZOO}
    failed = {name: one for name, one in found.items() if not one.succeeds}
    assert set(failed) == {"lora-merged"}  # a weight that is the sum of two parameters' own
    assert len(failed) <= 0.1 * len(ZOO)
