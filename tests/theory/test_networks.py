import math
from collections.abc import Callable

import pytest

from isometry import errors, theory
from isometry.theory import Chain, Layers, Residual


@pytest.mark.parametrize("depth", [1, 2, 10, 50, 1000])
def test_a_row_shares_the_slope(depth: int) -> None:
    assert theory.slope_for(Layers(depth)) == pytest.approx(1.5 ** (1 / depth), abs=1e-14)
    assert theory.curvature_for(Layers(depth)) == pytest.approx(0.3 / depth, rel=1e-12)


def test_a_split_row_is_a_row() -> None:
    split = Chain((Layers(3), Chain((Layers(4), Layers(2))), Layers(1)))
    assert theory.slope_for(split) == pytest.approx(theory.slope_for(Layers(10)), abs=1e-14)
    assert theory.curvature_for(split) == pytest.approx(0.03, rel=1e-12)
    assert theory.leaky_slope_for(Chain((Layers(50), Layers(50)))) == pytest.approx(
        0.570440, abs=1e-6
    )


def test_residual_blocks_follow_the_formula() -> None:
    """``(w² + (1 - w²) ξ²)^8 = ζ`` and ``8 (1 - w²) 2 κ = τ``, solved by hand."""
    net = Chain((Residual(Layers(2), 0.8),) * 8)
    by_hand = math.sqrt((1.5 ** (1 / 8) - 0.64) / 0.36)
    assert theory.slope_for(net) == pytest.approx(by_hand, abs=1e-14)
    assert theory.curvature_for(net) == pytest.approx(0.3 / (8 * 0.36 * 2), rel=1e-12)


def test_without_a_shortcut_a_block_is_its_branch() -> None:
    net = Residual(Layers(7), 0.0)
    assert theory.slope_for(net) == pytest.approx(1.5 ** (1 / 7), abs=1e-14)


def test_a_branch_can_be_the_largest_subnetwork() -> None:
    """Hardly anything of it reaches the sum, yet the branch itself must stay below ``ζ``."""
    net = Chain((Layers(2), Residual(Chain((Layers(20), Residual(Layers(3), 0.9))), 0.999)))
    inner = theory.slope_for(Chain((Layers(20), Residual(Layers(3), 0.9))))
    assert theory.slope_for(net) == inner
    assert theory.curvature_for(net) == pytest.approx(0.3 / (20 + 0.19 * 3), rel=1e-12)


@pytest.mark.parametrize("zeta", [1.1, 1.5, 4.0])
def test_the_slope_asked_for(zeta: float) -> None:
    assert theory.slope_for(Layers(12), zeta=zeta) ** 12 == pytest.approx(zeta, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: Layers(0),
            (
                "there are 0 layers. Needed: 1 or more."
                " Do: count the activations between input and output."
            ),
        ),
        (
            lambda: Residual(Layers(1), 1.0),
            (
                "the shortcut's weight is 1. Needed: w of w x + √(1 - w²) f(x), from 0 to below 1."
                " Do: pass shortcut=0.5 ** 0.5 for a sum of equal parts."
            ),
        ),
        (
            lambda: Chain(()),
            "the chain is empty. Needed: one part or more. Do: pass Chain((Layers(10),)).",
        ),
        (
            lambda: theory.slope_for(Layers(2), zeta=1.0),
            "zeta is 1. Needed: a finite slope above 1. Do: pass zeta=1.5.",
        ),
        (
            lambda: theory.curvature_for(Layers(2), tau=0.0),
            "tau is 0. Needed: a finite curvature above 0. Do: pass tau=0.3.",
        ),
    ],
)
def test_networks_that_cannot_be(call: Callable[[], object], message: str) -> None:
    with pytest.raises(errors.InputError) as caught:
        call()
    assert str(caught.value) == message
