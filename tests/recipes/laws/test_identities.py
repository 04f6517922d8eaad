"""ZerO, IDInit, the tanh identity and mimetic attention: what they start as."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

import isometry as iso
from isometry import errors, recipes, schemes
from isometry.recipes import Rule, Selector
from tests.recipes.laws.nets import (
    Residual,
    Transformer,
    drawn,
    planned,
    plans_of,
    stream,
    weight,
    words,
)

X = drawn(64, 8)


@pytest.mark.parametrize(("recipe", "most"), [("zero", 0.0), ("idinit", 1e-3)])
def test_blocks_start_as_the_identity(recipe: str, most: float) -> None:
    net = Residual(30)
    planned(net, X, recipe)
    x = drawn(64, 32)
    assert float((stream(net, x) - x).abs().max()) <= most


def test_he_blocks_do_not() -> None:
    net = Residual(30)
    planned(net, X, "he")
    x = drawn(64, 32)
    assert float((stream(net, x) - x).abs().max()) > 1


def rank(rules: Sequence[Rule]) -> int:
    """The rank of what 30 steps change in a hidden weight, behind 8 inputs."""
    net = nn.Sequential(
        nn.Linear(8, 64, bias=False), nn.ReLU(), nn.Linear(64, 64, bias=False), nn.ReLU(),
        nn.Linear(64, 64, bias=False),
    )  # fmt: skip
    iso.apply(iso.plan(net, X, recipe="zero", rules=rules), net, seed=0)
    start, y = weight(net, "2.weight").clone(), drawn(64, 64, seed=1)
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    for _ in range(30):
        optimizer.zero_grad()
        (net(X) - y).square().mean().backward()
        optimizer.step()
    return int(torch.linalg.matrix_rank(weight(net, "2.weight") - start, rtol=1e-4))


def test_the_hadamard_corner_of_zero_frees_the_rank() -> None:
    assert rank(()) > 8


def test_a_partial_identity_in_its_place_binds_it() -> None:
    first = Rule(Selector(path="0.weight"), schemes.Identity(), "The control.")
    assert rank([first]) <= 8


def test_idinit_leaves_no_unit_dead() -> None:
    net = Residual(3)
    planned(net, X, "idinit")
    assert int(torch.linalg.matrix_rank(weight(net, "second.0.weight") * 1e6)) == 32
    planned(net, X, "zero")
    assert int(torch.linalg.matrix_rank(weight(net, "second.0.weight") * 1e6)) == 0


def test_idinit_after_relu_is_the_root_of_2() -> None:
    net = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8))
    planned(net, X, "idinit")
    assert torch.equal(weight(net, "0.weight"), torch.eye(8))
    assert torch.allclose(weight(net, "2.weight"), 2**0.5 * torch.eye(8))


def after(recipe: str, layers: int) -> Tensor:
    """What a narrow tanh net makes of 64 inputs."""
    body = [one for _ in range(layers) for one in (nn.Linear(64, 64), nn.Tanh())]
    net = nn.Sequential(*body)
    planned(net, drawn(2, 64), recipe)
    with torch.no_grad():
        made: Tensor = net(drawn(64, 64))
    return made


@pytest.mark.slow
def test_the_tanh_identity_survives_1000_layers() -> None:
    assert float(after("tanh-identity", 1000).std()) >= 0.05


def test_the_tanh_identity_survives_100_layers() -> None:
    assert float(after("tanh-identity", 100).std()) >= 0.05


@pytest.mark.slow
def test_glorot_does_not_survive_them() -> None:
    assert float(after("xavier", 1000).std()) <= 1e-4


def products(recipe: str) -> tuple[float, float]:
    """The mean diagonals of ``W_Qᵀ W_K`` and ``W_O W_V`` of the first block."""
    net = Transformer(2, 64)
    planned(net, words(), recipe)
    q, k, v, o = (weight(net, f"blocks.0.{part}.weight") for part in "qkvo")
    return float((q.T @ k).trace()) / 64, float((o @ v).trace()) / 64


def test_mimetic_attention_has_its_diagonals() -> None:
    assert products("mimetic") == pytest.approx((0.7, -0.4), abs=0.1)


def test_glorot_has_none() -> None:
    assert products("xavier") == pytest.approx((0, 0), abs=0.1)


def test_the_noise_of_mimetic_products() -> None:
    """Off the diagonal, std 0.7/sqrt(64), and what the product of both noises adds."""
    net = Transformer(2, 64)
    planned(net, words(), "mimetic")
    product = weight(net, "blocks.0.q.weight").T @ weight(net, "blocks.0.k.weight")
    rest = product[~torch.eye(64, dtype=torch.bool)]
    assert float(rest.std()) == pytest.approx(0.7 / 8 * (1 + 1 / 4) ** 0.5, rel=0.05)


def test_mimetic_blocks_of_a_packed_weight() -> None:
    net = nn.TransformerEncoder(
        nn.TransformerEncoderLayer(16, 2, 32, batch_first=True), 2, enable_nested_tensor=False
    )
    planned(net, drawn(2, 5, 16), "mimetic")
    q, k, v = weight(net, "layers.0.self_attn.in_proj_weight").chunk(3)
    out = weight(net, "layers.0.self_attn.out_proj.weight")
    signs = [float((a @ b).trace()) / 16 for a, b in ((q.T, k), (out, v))]
    assert signs == pytest.approx([0.7, -0.4], abs=0.25)


def test_mimetic_without_attention() -> None:
    with pytest.raises(errors.InputError) as caught:
        recipes.recipe("mimetic", plans_of(Residual(2), X))
    assert str(caught.value) == (
        "recipe mimetic: no weight is seen to serve attention. Needed: queries, keys, values and "
        "outputs, as the model's graph shows them. "
        "Do: pass an example of the forward's arguments, or choose another recipe."
    )


def test_mimetic_with_fewer_keys_than_queries() -> None:
    net = Transformer(1, 32)
    found = plans_of(net, words())
    (key,) = [one for one in found if one.path == "blocks.0.k.weight"]
    narrow = iso.parameters.Parameter(
        key.path, (16, 32), role="weight", axes=key.axes, surroundings=key.surroundings
    )
    with pytest.raises(errors.InputError, match=r"key of shape \(16, 32\) are not square"):
        recipes.recipe("mimetic", [narrow])
