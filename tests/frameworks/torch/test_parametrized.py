"""A parametrized weight is what the plan says, as far as its parametrization lets it be."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, parametrize

from isometry import errors, weights
from isometry.frameworks.torch import apply
from tests.frameworks.torch.models import initialized, one_scheme, same, values


def norm_hook() -> Any:
    with pytest.warns(FutureWarning):
        return nn.utils.weight_norm(nn.Linear(10, 20))


@pytest.mark.parametrize(
    "build", [lambda: parametrizations.weight_norm(nn.Linear(10, 20)), norm_hook]
)
def test_weight_norm_uses_the_planned_weight(build: Callable[[], Any]) -> None:
    net, plain = build(), nn.Linear(10, 20)
    ledger = apply(one_scheme(net), net, seed=0)
    apply(one_scheme(plain), plain, seed=0)
    torch.testing.assert_close(net.weight, plain.weight, rtol=1e-6, atol=0)
    torch.testing.assert_close(net(torch.ones(10)), plain(torch.ones(10)))
    assert ledger["weight"].status == "written"


SPECTRAL = [
    lambda: parametrizations.spectral_norm(nn.Linear(10, 20)),
    lambda: nn.utils.spectral_norm(nn.Linear(10, 20)),
    lambda: parametrizations.spectral_norm(nn.Conv2d(2, 3, 3)),
]


@pytest.mark.parametrize("build", SPECTRAL)
def test_spectral_norm_divides_the_planned_weight_by_its_norm(
    build: Callable[[], Any],
) -> None:
    net: Any = build().eval()
    with pytest.warns(errors.IsometryWarning, match="weight: the layer uses what its parametr"):
        ledger = apply(one_scheme(net), net, seed=0)
    plan = one_scheme(net)["weight"]
    exact = torch.from_numpy(weights.values(plan, 0))
    norm = torch.linalg.matrix_norm(exact.flatten(1), 2)
    torch.testing.assert_close(net.weight.detach(), exact / norm, rtol=1e-5, atol=0)
    assert ledger["weight"].note.startswith("the layer uses what its parametrization makes of")
    assert ledger["weight"].status == "written"


def test_the_vectors_of_spectral_norm_depend_on_the_seed_alone() -> None:
    nets = [parametrizations.spectral_norm(nn.Linear(10, 20)) for _ in range(2)]
    with pytest.warns(errors.IsometryWarning):
        first, second = (values(initialized(net, seed=4)) for net in nets)
    assert same(first, second)


@pytest.mark.parametrize("shape", [(10, 20), (8, 8)])
def test_an_orthogonal_parametrization_stays_orthogonal(shape: tuple[int, int]) -> None:
    nets = [parametrizations.orthogonal(nn.Linear(*shape)) for _ in range(2)]
    with pytest.warns(errors.IsometryWarning):
        first, second = (initialized(net, seed=4) for net in nets)
    gram = first.weight.mT @ first.weight
    torch.testing.assert_close(gram, torch.eye(shape[0]), rtol=0, atol=1e-5)
    assert same(values(first), values(second))


class OneWay(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.abs()


def test_a_parametrization_without_an_inverse_is_named() -> None:
    net: Any = nn.Linear(3, 2)
    parametrize.register_parametrization(net, "weight", OneWay())
    with pytest.raises(errors.UnsupportedTensorError) as caught:
        apply(one_scheme(net), net)
    assert str(caught.value) == (
        "weight: its parametrization OneWay has no right_inverse. Needed: a tensor whose memory "
        "can be written. Do: give it a right_inverse, or keep this tensor with a rule or skip=."
    )
