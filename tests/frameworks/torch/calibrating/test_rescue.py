"""Nets whose layers were all scaled by 3 or by 0.3 learn digits again as from He's rule."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn import functional

import isometry as iso
from tests.frameworks.torch.calibrating.nets import scaled

RATES = (0.003, 0.01, 0.03, 0.1)


@dataclass(frozen=True)
class Digits:
    """Training and test digits in a fixed order."""

    inputs: Tensor
    labels: Tensor
    test_inputs: Tensor
    test_labels: Tensor


@cache
def digits() -> Digits:
    known = load_digits()
    inputs, labels = torch.tensor(known.data, dtype=torch.float32), torch.tensor(known.target)
    order = torch.randperm(len(inputs), generator=torch.Generator().manual_seed(0))
    inputs = ((inputs - inputs.mean()) / inputs.std())[order]
    labels = labels[order]
    return Digits(inputs[:1400], labels[:1400], inputs[1400:], labels[1400:])


def net(depth: int, factor: float) -> nn.Module:
    """He's rule, then a factor on every weight."""
    layers = [layer for _ in range(depth - 1) for layer in (nn.Linear(64, 64), nn.ReLU())]
    made = nn.Sequential(*layers, nn.Linear(64, 10))
    iso.initialize(made, digits().inputs[:8], recipe="he", seed=1)
    with torch.no_grad():
        for one in made.parameters():
            one.mul_(factor)
    return made


def accuracy(made: nn.Module, steps: int, rate: float) -> float:
    """On the test set after some steps of training, from a copy of the weights."""
    weights = {key: one.detach().clone().requires_grad_() for key, one in made.named_parameters()}
    optimizer = torch.optim.SGD(weights.values(), lr=rate, momentum=0.9)
    generator, known = torch.Generator().manual_seed(0), digits()
    for _ in range(steps):
        chosen = torch.randint(len(known.inputs), (64,), generator=generator)
        out = torch.func.functional_call(made, weights, (known.inputs[chosen],))
        loss = functional.cross_entropy(out, known.labels[chosen])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch does not type it
        optimizer.step()
    with torch.no_grad():
        out = torch.func.functional_call(made, weights, (known.test_inputs,))
    return float((out.argmax(1) == known.test_labels).float().mean())


@cache
def best(depth: int, steps: int) -> float:
    """What He's rule reaches at its best rate."""
    return max(accuracy(net(depth, 1.0), steps, rate) for rate in RATES)


@dataclass(frozen=True)
class Case:
    """A method with its options, the depth of the net, and the steps of training."""

    method: str
    depth: int = 12
    steps: int = 150
    options: dict[str, Any] = field(default_factory=dict)


CASES = (
    Case("lsuv"),
    Case("krahenbuhl"),
    Case("jacobian"),
    Case("gradinit"),
    Case("gradinit", options={"form": "adam"}),
    Case("gradinit", options={"first_order": True}),
    Case("metainit"),
    # The quotient alone leaves outputs that hardly vary, and training first makes them larger.
    Case("metainit", steps=600, options={"output": None}),
)


@pytest.mark.slow
@pytest.mark.parametrize("factor", [3.0, 0.3])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_spoiled_net_learns_again(case: Case, factor: float) -> None:
    spoiled, known = net(case.depth, factor), digits()
    without = max(accuracy(spoiled, case.steps, rate) for rate in RATES)
    iso.calibrate(spoiled, known.inputs, case.method, loss=known.labels, **case.options)
    found = max(accuracy(spoiled, case.steps, rate) for rate in RATES)
    assert without < 0.9 * best(case.depth, case.steps)
    assert found >= 0.9 * best(case.depth, case.steps)


DEEP = (16, 16, 0, 32, 32, 0, *[32] * 12)
"""Widths of sixteen convolutions; 0 is a pooling."""
SMALL = (8, 0, 16, 0, *[32] * 6)
NARROW = (16, 0, *[16] * 10)
"""Eleven convolutions, twelve layers with the head."""


def convolutions(widths: tuple[int, ...], seed: int = 1, factor: float = 1.0) -> nn.Module:
    """Convolutions without norms, started by He's rule, then a factor on every weight."""
    layers: list[nn.Module] = [nn.Unflatten(1, (1, 8, 8))]
    before = 1
    for width in widths:
        layers += (
            [nn.Conv2d(before, width, 3, padding=1), nn.ReLU()] if width else [nn.MaxPool2d(2)]
        )
        before = width or before
    places = 64 // 4 ** widths.count(0)
    made = nn.Sequential(*layers, nn.Flatten(), nn.Linear(before * places, 10))
    iso.initialize(made, digits().inputs[:8], recipe="he", seed=seed)
    return scaled(made, factor, factor)


@pytest.mark.slow
@pytest.mark.parametrize("factor", [3.0, 0.3])
def test_gradinit_mends_twelve_layers_of_convolutions(factor: float) -> None:
    made, known = convolutions(NARROW, factor=factor), digits()
    without = accuracy(made, 150, 0.01)
    he = max(accuracy(convolutions(NARROW), 150, rate) for rate in (0.003, 0.01))
    record = iso.calibrate(made, known.inputs, "gradinit", loss=known.labels, steps=100)
    assert record.notes[0].endswith("→ 1")
    assert record.after < record.before
    assert without < 0.5 * he
    assert max(accuracy(made, 150, rate) for rate in (0.003, 0.01)) >= 0.9 * he


@pytest.mark.slow
def test_metainit_is_as_good_as_hes_rule_from_normal_numbers_that_no_rule_chose() -> None:
    """The claim of Dauphin & Schoenholz 2019, for N(0, 0.1²) on a small VGG without norms."""
    made, known = convolutions(SMALL, 11), digits()
    he = max(accuracy(made, 88, rate) for rate in (0.01, 0.03))
    generator = torch.Generator().manual_seed(11)
    with torch.no_grad():
        for one in (one for one in made.parameters() if one.dim() > 1):
            one.copy_(0.1 * torch.randn(one.shape, generator=generator))
    early = max(accuracy(made, 22, rate) for rate in (0.01, 0.03))
    iso.calibrate(made, known.inputs, "metainit", loss=known.labels)
    assert max(accuracy(made, 22, rate) for rate in (0.01, 0.03)) > 1.5 * early
    assert max(accuracy(made, 88, rate) for rate in (0.01, 0.03)) >= 0.95 * he


@pytest.mark.slow
def test_gradinit_improves_a_deep_net_of_convolutions_without_norms() -> None:
    """The sign of Zhu et al. 2021, table 1; see docs/calibration.md for where it is the other."""
    gains, known = list[float](), digits()
    for seed in range(4):
        made = convolutions(DEEP, seed)
        before = max(accuracy(made, 88, rate) for rate in (0.003, 0.01))
        options: dict[str, Any] = {"loss": known.labels[:512], "samples": 64}
        iso.calibrate(made, known.inputs[:512], "gradinit", **options)
        gains.append(max(accuracy(made, 88, rate) for rate in (0.003, 0.01)) - before)
    assert sum(gains) / len(gains) > 0.1
