"""Every way to use a weight: what is put out has the wanted size, whoever computes it."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import isometry as iso
from tests.frameworks.torch.calibrating.nets import normal, seeded, state


class Held(nn.Module):
    """A weight of some shape, and a function that uses it."""

    def __init__(self, use: Callable[[Tensor, Tensor], Tensor], shape: tuple[int, ...]) -> None:
        super().__init__()
        self.w, self.use = nn.Parameter(torch.randn(shape) / 3), use
        self.register_buffer("mask", torch.ones(1))

    def forward(self, x: Tensor) -> Tensor:
        return self.use(x, self.w)


USES: dict[str, tuple[Callable[[Tensor, Tensor], Tensor], tuple[int, ...]]] = {
    "linear": (functional.linear, (5, 6)),
    "one output": (functional.linear, (6,)),
    "matmul": (lambda x, w: x @ w, (6, 5)),
    "matmul from the left": (lambda x, w: (w @ x.T).T, (5, 6)),
    "addmm": (lambda x, w: torch.addmm(torch.ones(5), x, w), (6, 5)),
    "einsum": (lambda x, w: torch.einsum("bi,io->bo", x, w), (6, 5)),
    "transposed": (lambda x, w: functional.linear(x, w.t()), (6, 5)),
    "scaled": (lambda x, w: functional.linear(x, 0.1 * w), (5, 6)),
    "part": (lambda x, w: functional.linear(x, w[:3]), (5, 6)),
    "in half precision": (lambda x, w: functional.linear(x.bfloat16(), w.bfloat16()), (5, 6)),
    "three axes": (lambda x, w: torch.matmul(x.reshape(2, -1, 6), w).flatten(0, 1), (2, 6, 5)),
    "convolution": (lambda x, w: functional.conv1d(x[:, None], w), (4, 1, 3)),
}


@pytest.mark.parametrize("name", USES)
@pytest.mark.parametrize("per", ["tensor", "channel"])
def test_a_use_has_unit_variance(name: str, per: str) -> None:
    use, shape = USES[name]
    net = seeded(lambda: Held(use, shape))
    record = iso.calibrate(net, normal(256, 6), per=per)
    with torch.no_grad():
        out = net(normal(256, 6)).float()
    assert record["w"].status == "scaled"
    # Units of one size and of different means are a little wider together.
    assert float(out.std(correction=0)) == pytest.approx(
        1.0, abs=0.02 if per == "channel" else 4e-3
    )


def test_units_of_a_sample_without_a_batch_stand_first() -> None:
    net = seeded(lambda: Held(lambda x, w: functional.conv1d(x.T, w), (4, 6, 3)))
    iso.calibrate(net, normal(256, 6), per="channel")
    with torch.no_grad():
        sizes = net(normal(256, 6)).std(1, correction=0)
    torch.testing.assert_close(sizes, torch.ones(4), rtol=1e-3, atol=0.0)


MIXED: dict[str, tuple[Callable[[Tensor, Tensor], Tensor], str]] = {
    "a norm of it": (
        lambda x, w: functional.linear(x, functional.normalize(w)),
        "what the layer uses is no multiple of it",
    ),
    "its inverse": (
        lambda x, w: functional.linear(x, 1 / w),
        "what the layer uses is no multiple of it",
    ),
    "a sum of a factor's own": (
        lambda x, w: torch.addmm(torch.ones(5), x, w.t(), beta=2),
        "no call was seen that uses it as a weight",
    ),
    "the signal": (
        lambda x, w: functional.linear(x, w * x.mean()),
        "no call was seen that uses it as a weight",
    ),
    "nothing": (lambda x, _: x, "no call was seen that uses it as a weight"),
}


@pytest.mark.parametrize("name", MIXED)
def test_what_takes_no_factor_is_kept_and_says_why(name: str) -> None:
    use, why = MIXED[name]
    net = seeded(lambda: Held(use, (5, 6)))
    before = state(net)
    record = iso.calibrate(net, normal(256, 6))
    assert (record["w"].status, record["w"].reason) == ("kept", why)
    assert torch.equal(before["w"], net.get_parameter("w"))


def test_weights_of_low_precision_get_an_unrounded_factor() -> None:
    net, x = seeded(lambda: Held(functional.linear, (64, 6))).bfloat16(), normal(1024, 6).bfloat16()
    before = net.get_parameter("w").detach().clone()
    record = iso.calibrate(net, x)
    ratio = (net.get_parameter("w").detach().float() / before.float()).mean()
    assert float(ratio) == pytest.approx(record["w"].factors[0], rel=5e-4)


class Several(nn.Module):
    """A layer used twice, a head tied to its embedding, and a table that positions index."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(11, 16), nn.Embedding(5, 16)
        self.layer, self.head = nn.Linear(16, 16), nn.Linear(16, 11, bias=False)
        self.head.weight = self.words.weight

    def forward(self, x: Tensor) -> Tensor:
        h = self.words(x) + self.places(torch.arange(5))
        y: Tensor = self.head(self.layer(torch.relu(self.layer(h))))
        return y


def test_a_shared_layer_counts_at_its_first_use() -> None:
    net, ids = seeded(Several), torch.arange(80).reshape(16, 5) % 11
    sizes: list[float] = []
    net.get_submodule("layer").register_forward_hook(lambda _, __, out: sizes.append(out.std()))
    record = iso.calibrate(net, ids)
    with torch.no_grad():
        sizes.clear()
        net(ids)
    assert float(sizes[0]) == pytest.approx(1.0, abs=0.01)
    assert abs(float(sizes[1]) - 1.0) > 0.1
    assert record["words.weight"].reason == "it is an embedding"


def test_embeddings_may_be_calibrated() -> None:
    net, ids = seeded(Several), torch.arange(80).reshape(16, 5) % 11
    record = iso.calibrate(net, ids, embeddings=True)
    assert record["words.weight"].after == record["places.weight"].after == 1.0
    assert float(net.get_submodule("words")(ids).detach().std(correction=0)) == pytest.approx(
        1.0, abs=1e-3
    )


def test_query_key_and_value_each_have_a_factor() -> None:
    net, x = seeded(lambda: nn.MultiheadAttention(8, 2, batch_first=True)), normal(64, 7, 8)
    with torch.no_grad():
        net.get_parameter("in_proj_weight")[8:16] *= 5
    record = iso.calibrate(net, (x, x, x))
    projected = functional.linear(x, net.in_proj_weight, net.in_proj_bias).detach()  # type: ignore[arg-type] # tensors of the module
    sizes = [float(part.std(correction=0)) for part in projected.chunk(3, -1)]
    assert sizes == pytest.approx([1.0, 1.0, 1.0], abs=1e-3)
    assert record["in_proj_weight"].parts == 3
    assert record["out_proj.weight"].after == pytest.approx(1.0)


def test_attention_to_another_stream_has_the_same() -> None:
    net = seeded(lambda: nn.MultiheadAttention(8, 2, batch_first=True))
    x, other = normal(64, 7, 8), 4 * normal(64, 3, 8, seed=2)
    record = iso.calibrate(net, (x, other, other))
    again = iso.calibrate(net, (x, other, other))
    assert record["in_proj_weight"].factors[0] < 0.5 < record["in_proj_weight"].factors[1]
    assert again["in_proj_weight"].factors == pytest.approx((1.0, 1.0), abs=1e-5)


@pytest.mark.parametrize("make", [nn.RNN, nn.GRU, nn.LSTM])
def test_gates_of_recurrent_layers_see_inputs_of_unit_variance(make: Callable[..., Any]) -> None:
    net = seeded(lambda: make(6, 5, 2, batch_first=True, bidirectional=True))
    x, gates = 3 * normal(64, 9, 6), {"RNN": 1, "GRU": 3, "LSTM": 4}[make.__name__]
    kept = net.get_parameter("weight_hh_l0").detach().clone()
    record = iso.calibrate(net, x)
    seen = functional.linear(x, net.weight_ih_l0, net.bias_ih_l0).detach()  # type: ignore[arg-type] # tensors of the module
    sizes = [float(part.std(correction=0)) for part in seen.chunk(gates, -1)]
    assert sizes == pytest.approx([1.0] * gates, abs=1e-3)
    assert record["weight_ih_l1_reverse"].after == pytest.approx(1.0)
    assert torch.equal(kept, net.get_parameter("weight_hh_l0"))


@pytest.mark.parametrize("make", [nn.RNN, nn.GRU, nn.LSTM])
@pytest.mark.parametrize("packed", [False, True])
def test_layers_run_one_by_one_give_what_the_call_gives(
    make: Callable[..., Any], *, packed: bool
) -> None:
    net, x = seeded(lambda: make(6, 5, 2, bidirectional=True)), normal(9, 4, 6)
    given: Any = nn.utils.rnn.pack_padded_sequence(x, torch.tensor([9, 7, 5, 2])) if packed else x
    seen: list[Any] = []
    net.register_forward_hook(lambda _, __, out: seen.append(out))
    iso.calibrate(net, (given,))
    with torch.no_grad():
        net(given)
    flat = [torch.utils._pytree.tree_leaves(one) for one in seen]
    pairs = [pair for pair in zip(*flat, strict=True) if isinstance(pair[0], Tensor)]
    torch.testing.assert_close(*zip(*pairs, strict=True), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("make", [nn.GRUCell, nn.LSTMCell])
def test_cells_are_calibrated_at_their_first_step(make: Callable[..., Any]) -> None:
    net = seeded(lambda: make(6, 5))
    record = iso.calibrate(net, 3 * normal(64, 6))
    assert record["weight_ih"].after == pytest.approx(1.0)
    assert record["weight_hh"].status == "kept"


NORMED: dict[str, tuple[Callable[[nn.Module], nn.Module], str]] = {
    "weight norm": (nn.utils.parametrizations.weight_norm, "scaled"),
    "spectral norm": (nn.utils.parametrizations.spectral_norm, "kept"),
    "orthogonal": (nn.utils.parametrizations.orthogonal, "kept"),
}


@pytest.mark.parametrize("name", NORMED)
def test_a_parametrization_takes_a_factor_or_says_that_it_does_not(name: str) -> None:
    wrap, status = NORMED[name]
    net = seeded(
        lambda: nn.Sequential(wrap(nn.Linear(6, 5)), nn.ReLU(), wrap(nn.Linear(5, 5)))
    ).eval()
    before = state(net)
    record = iso.calibrate(net, 3 * normal(256, 6))
    with torch.no_grad():
        size = float(net(3 * normal(256, 6)).std(correction=0))
    assert {record[path].status for path in ("0.weight", "2.weight")} == {status}
    assert (abs(size - 1.0) < 1e-3) == (status == "scaled")
    assert all(torch.equal(before[key], net.state_dict()[key]) for key in before) == (
        status == "kept"
    )


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_the_older_weight_norm_uses_its_new_weight_at_once() -> None:
    net = seeded(lambda: nn.utils.weight_norm(nn.Linear(6, 5)))
    iso.calibrate(net, 3 * normal(256, 6))
    seen = functional.linear(3 * normal(256, 6), net.weight, net.bias)  # type: ignore[arg-type] # tensors of the module
    assert float(seen.detach().std(correction=0)) == pytest.approx(1.0, abs=1e-3)
