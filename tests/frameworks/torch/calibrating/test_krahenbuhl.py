"""Rates of change become equal, the function stays, and other nets are told why not."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import isometry as iso
from tests.frameworks.torch.calibrating.nets import cnn, mlp, normal, outputs, scaled, seeded, units


def rates(net: nn.Module, batch: Tensor, *, draws: int = 8) -> list[float]:
    """``√(mean E‖∇W‖²/‖W‖²)``, each sample going backward alone, with noise at the outputs."""
    weights = [one for one in net.parameters() if one.dim() > 1]
    total = [torch.zeros(len(one)) for one in weights]
    generator = torch.Generator().manual_seed(5)
    for sample in batch.repeat(draws, *[1] * (batch.dim() - 1)):
        out = net(sample[None])
        found = torch.autograd.grad(out, weights, torch.randn(out.shape, generator=generator))
        squares = [one.flatten(1).square().sum(1) for one in found]
        total = [sums + one for sums, one in zip(total, squares, strict=True)]
    pairs = zip(total, weights, strict=True)
    return [float((t / w.detach().flatten(1).square().sum(1)).mean().sqrt()) for t, w in pairs]


def test_rates_become_equal_and_the_function_stays() -> None:
    net, rival, batch = seeded(mlp), seeded(mlp), normal(64, 32)
    record = iso.calibrate(net, batch, "krahenbuhl", rounds=30, strength=0.5)
    iso.calibrate(rival, batch, "lsuv", per="channel", mean=0.0)
    before, after = np.log(rates(rival, batch)), np.log(rates(net, batch))
    assert np.ptp(before) > 0.5
    assert np.ptp(after) < 0.15
    with torch.no_grad():
        torch.testing.assert_close(net(batch), rival(batch), rtol=1e-3, atol=1e-4)
    assert (record.forwards, record.backwards, record.notes) == (31, 30, ())


def test_a_factor_divides_its_layers_rate_by_its_square_and_multiplies_the_next_ones() -> None:
    net, batch = seeded(lambda: scaled(mlp(), 1.0, 0.0)), normal(16, 32)
    before = np.array(rates(net, batch))
    with torch.no_grad():
        net.get_parameter("2.weight").mul_(3.0)
        net.get_parameter("4.weight").div_(3.0)
    expected = before * [1, 1 / 9, 9, 1, 1, 1]
    np.testing.assert_allclose(rates(net, batch), expected, rtol=1e-3)


def test_the_record_tells_what_the_layers_put_out() -> None:
    net, batch = seeded(mlp), normal(64, 32)
    before = [one.detach().clone() for one in net.parameters()]
    record = iso.calibrate(net, batch, "krahenbuhl")
    sizes = [
        float(units(out).std(1, correction=0).square().mean().sqrt()) for out in outputs(net, batch)
    ]
    told = [one for one in record if one.path.endswith("weight")]
    assert [one.after for one in told] == pytest.approx(sizes, rel=1e-3)
    ratios = [after.detach() / one for one, after in zip(before, net.parameters(), strict=True)]
    found = [(float(one.min()), float(one.max())) for one in ratios[::2]]
    assert found == [pytest.approx(one.factors, rel=1e-3) for one in told]


def test_other_nets_get_the_first_part_and_a_reason() -> None:
    net, batch = seeded(cnn), normal(64, 3, 12, 12)
    record = iso.calibrate(net, batch, "krahenbuhl")
    assert record.notes == (
        "rates were not equalised: between 2.weight and 4.weight: tanh is not positively "
        "homogeneous",
    )
    found = [units(out) for out in outputs(net, batch)]
    assert max(float((out.std(1, correction=0) - 1).abs().max()) for out in found) < 1e-3
    assert (record.forwards, record.backwards) == (1, 0)


def test_a_tensor_that_is_kept_is_not_moved() -> None:
    net = seeded(mlp)
    record = iso.calibrate(net, normal(64, 32), "krahenbuhl", skip=["4.*"])
    assert record.notes == ("rates were not equalised: 4.weight is kept",)
