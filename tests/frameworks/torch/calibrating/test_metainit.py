"""The gradient quotient against its definition, written out in double precision."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import isometry as iso
from isometry import errors
from tests.frameworks.torch.calibrating.nets import mlp, normal, scaled, seeded, state

LABELS = torch.arange(64) % 32
EPS = 1e-5


def bent(factor: float) -> nn.Module:
    """A smooth net, so that differences of its gradient have a limit."""
    return scaled(seeded(lambda: mlp(4, 32, nn.Tanh)).double(), factor, 0.0)


def gradient(net: nn.Module, weights: list[Tensor]) -> Tensor:
    """Of the matrices alone, flat."""
    names = [name for name, one in net.named_parameters() if one.dim() > 1]
    held = [one.detach().requires_grad_() for one in weights]
    out = torch.func.functional_call(
        net, dict(zip(names, held, strict=True)), (normal(64, 32).double(),)
    )
    found = torch.autograd.grad(functional.cross_entropy(out, LABELS), held)
    return torch.cat([one.flatten() for one in found])


def quotient(net: nn.Module) -> float:
    """``mean |(g - Hg)/(g + ε·sign g) - 1|`` with ``Hg`` from differences of the gradient."""
    weights = [one.detach() for one in net.parameters() if one.dim() > 1]
    g, h = gradient(net, weights), 1e-4
    pieces = torch.split(g, [one.numel() for one in weights])
    ends = [
        gradient(net, [w + way * h * p.view_as(w) for w, p in zip(weights, pieces, strict=True)])
        for way in (1.0, -1.0)
    ]
    hg = (ends[0] - ends[1]) / (2 * h)
    sign = torch.where(g >= 0, 1.0, -1.0)
    return float(((g - hg) / (g + EPS * sign) - 1).abs().mean())


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_the_quotient_is_that_of_its_definition(factor: float) -> None:
    net = bent(factor)
    expected = quotient(net)
    record = iso.calibrate(net, normal(64, 32).double(), "metainit", loss=LABELS, steps=1)
    assert record.before == pytest.approx(expected, rel=1e-3)


def size(net: nn.Module) -> float:
    with torch.no_grad():
        return float(net(normal(64, 32)).std())


def loud() -> nn.Module:
    """A net of rectifiers that makes its signal larger by 1.6 in every layer."""
    return scaled(seeded(lambda: mlp(6)), 4.0, 0.0)


def test_the_quotient_falls_and_only_norms_change() -> None:
    net, before = loud(), loud()
    record = iso.calibrate(net, normal(64, 32), "metainit", loss=LABELS, steps=60)
    assert record.after < record.before / 5
    expected = {path: before.get_parameter(path) * record[path].factors[0] for path in state(net)}
    torch.testing.assert_close(state(net), expected)
    assert record["0.bias"].reason == "it is no matrix"


@pytest.mark.parametrize("factor", [1.0, 6.0])
def test_the_output_has_its_size_when_it_is_held(factor: float) -> None:
    net = scaled(seeded(lambda: mlp(12)), factor, 0.0)
    assert abs(size(net) - 1) > 0.5
    record = iso.calibrate(net, normal(64, 32), "metainit", loss=LABELS, steps=20)
    assert size(net) == pytest.approx(1.0, abs=0.06)
    assert record.notes[0].startswith("size of the output over the wanted one, or its inverse")
    assert record.notes[0].endswith("→ 1.05")


def test_the_quotient_alone_makes_the_output_vanish() -> None:
    net = scaled(seeded(lambda: mlp(12)), 6**0.5, 0.0)
    before = size(net)
    record = iso.calibrate(net, normal(64, 32), "metainit", loss=LABELS, steps=60, output=None)
    assert size(net) < before / 10
    assert record.notes == ()


class Hidden(nn.Module):
    """A net whose output is no tensor, and holds none that could be found."""

    def __init__(self) -> None:
        super().__init__()
        self.net = seeded(mlp)

    def forward(self, x: Tensor) -> Callable[[], Tensor]:
        out = self.net(x)
        return lambda: out


def test_an_output_that_cannot_be_measured_must_not_be_held() -> None:
    net = Hidden()
    given: dict[str, Any] = {"loss": lambda out: functional.cross_entropy(out(), LABELS)}
    with pytest.raises(errors.InputError) as caught:
        iso.calibrate(net, normal(64, 32), "metainit", steps=1, **given)
    assert str(caught.value) == (
        "the model returns no tensor whose size could be held. Needed: a tensor, a tuple that "
        "starts with one, or an output with logits. Do: pass output=None."
    )
    iso.calibrate(net, normal(64, 32), "metainit", steps=1, output=None, **given)
