"""What is observed is what torch itself computes."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import isometry as iso
from isometry import theory
from isometry.frameworks.torch.measuring import measure


def plain(
    activation: Callable[[], nn.Module], fill: Callable[[Tensor], Any], *, depth: int = 12
) -> nn.Sequential:
    layers: list[nn.Module] = []
    for _ in range(depth):
        layer = nn.Linear(64, 64)
        fill(layer.weight)
        nn.init.zeros_(layer.bias)
        layers += [layer, activation()]
    return nn.Sequential(*layers)


class Both(nn.Module):
    def __init__(self, *, fused: bool) -> None:
        super().__init__()
        self.make, self.fused = nn.Linear(32, 96), fused

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (one.unflatten(-1, (4, 8)).transpose(1, 2) for one in self.make(x).chunk(3, -1))
        if self.fused:
            return functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        hidden = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
        logits = (q @ k.transpose(-1, -2) / math.sqrt(8)).masked_fill(hidden, -math.inf)
        made: Tensor = logits.softmax(-1) @ v
        return made


@pytest.fixture
def seeded() -> None:
    torch.manual_seed(0)


@pytest.mark.usefixtures("seeded")
def test_numbers_are_those_of_torch() -> None:
    model, batch = plain(nn.Tanh, nn.init.xavier_normal_, depth=3), torch.randn(32, 64)
    targets = torch.randint(0, 64, (32,))
    found = measure(model, batch, targets)
    held = batch
    outs = []
    for module in model:
        held = module(held)
        held.retain_grad()
        outs.append(held)
    loss = functional.cross_entropy(held, targets)
    loss.backward()  # type: ignore[no-untyped-call]  # torch's own
    made = outs[::2]
    stds = [float(out.detach().std(correction=0)) for out in made]
    deltas = [float(out.grad.square().mean().sqrt()) for out in made if out.grad is not None]
    assert [one.values.std for one in found.layers] == pytest.approx(stds, rel=1e-5)
    seen = [one.gradient.rms for one in found.layers if one.gradient is not None]
    assert seen == pytest.approx(deltas, rel=1e-4)
    assert found.loss.value == pytest.approx(float(loss.detach()), rel=1e-6)
    assert found.loss.uninformed == math.log(64)
    weight = next(model.parameters())
    assert weight.grad is not None
    ratio = float(weight.grad.norm() / weight.detach().norm())
    assert found.layers[0].ratio == pytest.approx(ratio, rel=1e-4)


@pytest.mark.usefixtures("seeded")
def test_gradients_before_a_change_in_place_are_the_preactivations() -> None:
    class InPlace(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two = nn.Linear(8, 8), nn.Linear(8, 8)

        def forward(self, x: Tensor) -> Tensor:
            made: Tensor = self.two(functional.relu_(self.one(x)))
            return made

    model, batch = InPlace(), torch.randn(16, 8)
    inside = nn.Sequential(model.one, nn.ReLU(), model.two)
    ours, theirs = (measure(one, batch).layers[0].gradient for one in (model, inside))
    assert ours is not None
    assert theirs is not None
    assert ours.rms == pytest.approx(theirs.rms, rel=1e-6)


@pytest.mark.usefixtures("seeded")
def test_the_exact_spectrum_is_that_of_the_jacobian() -> None:
    model, batch = plain(nn.Tanh, nn.init.orthogonal_), torch.randn(64, 64)
    found = measure(model, batch).spectrum
    assert found is not None
    start = model[0](batch[0]).detach()
    matrix: Tensor = torch.func.jacrev(model[1:-1])(start)
    values = np.linalg.svd(matrix.detach().double().numpy(), compute_uv=False)
    np.testing.assert_allclose(found.values, values, rtol=2e-4, atol=1e-6)
    assert found.mean == pytest.approx(float((values**2).mean()), rel=1e-4)


@pytest.mark.usefixtures("seeded")
def test_random_directions_agree_with_the_exact_spectrum() -> None:
    model, batch = plain(nn.Tanh, nn.init.orthogonal_, depth=6), torch.randn(64, 64)
    exact, few = measure(model, batch).spectrum, measure(model, batch[:4]).spectrum
    assert exact is not None
    assert few is not None
    assert few.values == ()
    assert few.mean == pytest.approx(exact.mean, rel=0.15)


def test_the_spectrum_tells_gaussian_from_orthogonal_weights_as_theory_does() -> None:
    def variance(fill: Callable[[Tensor], Any]) -> float:
        torch.manual_seed(1)
        found = measure(plain(nn.Identity, fill, depth=9), torch.randn(64, 64)).spectrum
        assert found is not None
        return found.variance

    stated = theory.jacobian_spectrum("linear", 8, weight_var=1.0, q=1.0, ensemble="gaussian")
    assert variance(nn.init.orthogonal_) < 1e-8
    gaussian = variance(lambda w: nn.init.normal_(w, 0, 1 / 8))
    assert gaussian == pytest.approx(stated.variance, rel=0.35)


@pytest.mark.usefixtures("seeded")
def test_batch_norms_measure_the_batch() -> None:
    model = nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 8)).eval()
    batch = 100 * torch.randn(64, 8)
    entering = measure(model, batch).layers[1].entering
    assert entering == pytest.approx(math.sqrt(0.5), rel=0.15)


@pytest.mark.usefixtures("seeded")
def test_dead_units_are_those_that_torch_shows_dead() -> None:
    model, batch = plain(nn.ReLU, nn.init.kaiming_normal_, depth=2), torch.randn(64, 64)
    with torch.no_grad():
        model.get_parameter("0.bias")[:20] = -50.0
    found = measure(model, batch)
    expected = [int((out <= 0).all(0).sum()) for out in (model[:1](batch), model[:3](batch))]
    assert [one.dead for one in found.activations] == expected
    assert expected[0] == 20


@pytest.mark.usefixtures("seeded")
def test_attention_is_the_same_fused_and_by_hand() -> None:
    hand, fused = Both(fused=False), Both(fused=True)
    fused.load_state_dict(hand.state_dict())
    batch = 3 * torch.randn(1, 10, 32)
    (one,), (other,) = (measure(model, batch).attentions for model in (hand, fused))
    assert one.entropy == pytest.approx(other.entropy, rel=1e-5)
    assert one.visible == other.visible == 6.0
    assert 0.3 < one.entropy < 1


def test_who_made_the_first_nan_is_told_from_who_handed_it_on() -> None:
    class Logarithm(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            made: Tensor = (x - 10).log()
            return made

    model = nn.Sequential(nn.Linear(4, 4), Logarithm(), nn.Linear(4, 4), nn.ReLU())
    (found,) = iso.diagnose(model, torch.zeros(2, 4)).of("ISO103")
    assert found.paths == ("1",)
    assert found.message == (
        "The log in 1 makes 8 NaN values out of finite values; 2 later steps only hand them on."
    )


@pytest.mark.usefixtures("seeded")
def test_the_tape_lets_go_of_what_the_model_lets_go_of() -> None:
    """Memory: what a forward frees is not kept, so that the peak is that of a training step."""
    alive: list[int] = []

    class Counting(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            x = x * 1.0
            alive.append(x.untyped_storage().size())
            return torch.ones_like(x) + x.detach().sum() * 0

    from isometry.frameworks.torch.observing.observe import recorded

    model = nn.Sequential(*[Counting() for _ in range(5)], nn.Linear(4, 4))
    with recorded(model, torch.zeros(2, 4), lambda *_: None) as run:
        held = sum(len(kept) for kept in run.tape.aliases.values())
        made = len(run.tape.nodes)
    assert made > 25
    assert held < 12
    assert all(a == b for a, b in pairwise(alive))
