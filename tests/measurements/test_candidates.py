"""Torch's defaults, as torch itself draws them, are told from all else."""

from collections.abc import Callable
from typing import Any

import pytest

from isometry.measurements import TensorMeasurement, candidates, measure_tensor
from tests.schemes.shapes import bias, conv, dense, table

torch: Any = pytest.importorskip("torch")
nn = torch.nn

LAYERS: dict[str, Callable[[], Any]] = {
    "linear": lambda: nn.Linear(256, 300),
    "wide linear": lambda: nn.Linear(2000, 500),
    "small linear": lambda: nn.Linear(12, 10),
    "conv": lambda: nn.Conv2d(32, 64, 3),
    "grouped conv": lambda: nn.Conv1d(64, 64, 5, groups=8),
    "depthwise conv": lambda: nn.Conv2d(64, 64, 7, groups=64),
    "transposed conv": lambda: nn.ConvTranspose2d(32, 64, 4, stride=2),
    "embedding": lambda: nn.Embedding(1000, 64),
    "padded embedding": lambda: nn.Embedding(50, 64, padding_idx=3),
    "lstm": lambda: nn.LSTM(64, 128, num_layers=2),
    "gru": lambda: nn.GRU(64, 128, bidirectional=True),
    "rnn": lambda: nn.RNN(64, 128),
    "attention": lambda: nn.MultiheadAttention(128, 4),
    "attention of other widths": lambda: nn.MultiheadAttention(128, 4, kdim=64, vdim=96),
    "bilinear": lambda: nn.Bilinear(32, 16, 20),
    "batch norm": lambda: nn.BatchNorm2d(64),
    "layer norm": lambda: nn.LayerNorm(64),
    "prelu": lambda: nn.PReLU(8),
}


def look(net: Any) -> dict[str, TensorMeasurement]:
    from isometry.torch import array, describe

    held = {**dict(net.named_parameters()), **dict(net.named_buffers())}
    return {one.path: measure_tensor(one, array(held[one.path].detach())) for one in describe(net)}


def built(name: str) -> Any:
    with torch.random.fork_rng():
        torch.manual_seed(5)
        return LAYERS[name]()


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_layer_that_nobody_touched_is_at_its_default(name: str, dtype: Any) -> None:
    found = look(built(name).to(dtype))
    assert [path for path, one in found.items() if not one.apparent.default] == []
    assert all("torch default" in one.apparent.fits for one in found.values())


@pytest.mark.parametrize("size", [1, 2, 4, 16, 64])
def test_defaults_of_few_values_are_recognised(size: int) -> None:
    """Four sampling errors of mean and std are exceeded about once in 5000."""
    with torch.random.fork_rng():
        torch.manual_seed(7)
        layers = [nn.Linear(32, size) for _ in range(100)]
    assert sum(look(one)["bias"].apparent.default for one in layers) >= 99


OTHERS: dict[str, Callable[[Any], Any]] = {
    "he": nn.init.kaiming_normal_,
    "he uniform": nn.init.kaiming_uniform_,
    "xavier": nn.init.xavier_normal_,
    "small": lambda weight: nn.init.normal_(weight, std=0.02),
    "orthogonal": nn.init.orthogonal_,
    "zeros": nn.init.zeros_,
    "ones": nn.init.ones_,
    "a normal of the same std": lambda weight: weight.normal_(0.0, float(weight.std())),
    "a little more": lambda weight: weight.mul_(1.04),
    "a little less": lambda weight: weight.mul_(0.95),
    "one step of sign descent": lambda weight: weight.sub_(0.01 * torch.randn_like(weight).sign()),
}

WEIGHTS = ["linear", "wide linear", "conv", "grouped conv", "transposed conv"]


@pytest.mark.parametrize("name", WEIGHTS)
@pytest.mark.parametrize("other", OTHERS)
def test_a_layer_that_was_drawn_again_is_not(name: str, other: str) -> None:
    net = built(name)
    with torch.no_grad(), torch.random.fork_rng():
        torch.manual_seed(6)
        OTHERS[other](net.weight)
    assert not look(net)["weight"].apparent.default


@pytest.mark.parametrize("factor", [0.95, 1.05])
def test_an_embedding_of_another_std_is_not(factor: float) -> None:
    net = built("embedding")
    with torch.no_grad():
        net.weight.mul_(factor)
    assert not look(net)["weight"].apparent.default


@pytest.mark.parametrize("value", [0.0, 0.01])
@pytest.mark.parametrize("name", ["linear", "small linear", "conv"])
def test_a_constant_bias_is_not_the_default(name: str, value: float) -> None:
    net = built(name)
    nn.init.constant_(net.bias, value)
    assert not look(net)["bias"].apparent.default


def test_every_scheme_that_needs_no_option_is_a_candidate() -> None:
    found = {one.name for one in candidates.candidates(dense(64, 32))}
    assert {"he_normal", "glorot_uniform", "orthogonal", "zeros", "torch default"} <= found
    assert not found & {"kaiming_normal", "xavier_uniform", "variance_scaling", "constant"}


FAMILIES = {
    "torch default": ("uniform", "uniform", "normal"),
    "keras default": ("uniform", "uniform", "uniform"),
    "flax default": ("truncated normal", "truncated normal", "normal"),
}


@pytest.mark.parametrize("name", FAMILIES)
def test_defaults_look_as_frameworks_draw_them(name: str) -> None:
    parameters = (dense(64, 32), conv(8, 4, 3), table(10, 4))
    held = [{one.name: one.family for one in candidates.candidates(each)} for each in parameters]
    assert tuple(one[name] for one in held) == FAMILIES[name]


def test_a_scheme_that_cannot_fill_a_tensor_is_no_candidate() -> None:
    assert not {one.name for one in candidates.candidates(bias(8))} & {"he_normal", "orthogonal"}
