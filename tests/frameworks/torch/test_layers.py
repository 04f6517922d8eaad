"""The table of layers says what each tensor is, and its fans are the Jacobian's."""

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from isometry import parameters
from isometry.frameworks.torch import describe
from isometry.parameters import Axes, Blocks
from tests.frameworks.torch.models import described

DENSE = Axes(outputs=(0,), inputs=(1,))

AXES: list[tuple[nn.Module, str, str, str, Axes | None]] = [
    (nn.Linear(3, 4), "weight", "weight", "linear", DENSE),
    (nn.Linear(3, 4), "bias", "bias", "linear", Axes(outputs=(0,))),
    (
        nn.Conv1d(6, 12, 5, groups=6, stride=2),
        "weight",
        "weight",
        "conv",
        Axes((0,), (1,), window=(2,), groups=6, stride=2),
    ),
    (
        nn.Conv3d(2, 4, 3, stride=(1, 2, 3)),
        "weight",
        "weight",
        "conv",
        Axes((0,), (1,), window=(2, 3, 4), stride=6),
    ),
    (
        nn.ConvTranspose2d(8, 4, 3, stride=2, groups=2),
        "weight",
        "weight",
        "conv_transpose",
        Axes((1,), (0,), window=(2, 3), groups=2, groups_on="inputs", stride=4, transposed=True),
    ),
    (
        nn.Embedding(5, 3, padding_idx=1),
        "weight",
        "table",
        "embedding",
        Axes(outputs=(1,), inputs=(0,), lookup=True),
    ),
    (
        nn.EmbeddingBag(5, 3),
        "weight",
        "table",
        "embedding",
        Axes(outputs=(1,), inputs=(0,), lookup=True),
    ),
    (nn.Bilinear(2, 3, 4), "weight", "weight", "bilinear", Axes(outputs=(0,), inputs=(1, 2))),
    (
        nn.MultiheadAttention(4, 2),
        "in_proj_weight",
        "weight",
        "attention",
        Axes((0,), (1,), blocks=Blocks(0, ("q", "k", "v"), (4, 4, 4))),
    ),
    (nn.MultiheadAttention(4, 2, kdim=3), "k_proj_weight", "weight", "attention", DENSE),
    (
        nn.MultiheadAttention(4, 2, add_bias_kv=True),
        "bias_k",
        "table",
        "attention",
        Axes(outputs=(2,), inputs=(0, 1), lookup=True),
    ),
    (
        nn.LSTM(3, 2),
        "weight_ih_l0",
        "input",
        "lstm",
        Axes((0,), (1,), blocks=Blocks(0, ("i", "f", "g", "o"), (2, 2, 2, 2))),
    ),
    (nn.LSTM(3, 4, proj_size=2), "weight_hr_l0", "weight", "lstm", DENSE),
    (
        nn.GRU(3, 2, num_layers=2, bidirectional=True),
        "weight_hh_l1_reverse",
        "recurrent",
        "gru",
        Axes((0,), (1,), blocks=Blocks(0, ("r", "z", "n"), (2, 2, 2))),
    ),
    (nn.RNN(3, 2), "bias_hh_l0", "recurrent-bias", "rnn", Axes(outputs=(0,))),
    (
        nn.LSTMCell(3, 2),
        "bias_ih",
        "input-bias",
        "lstm",
        Axes((0,), blocks=Blocks(0, ("i", "f", "g", "o"), (2, 2, 2, 2))),
    ),
    (nn.GRUCell(3, 2, bias=False), "weight_ih", "input", "gru", None),
    (nn.RNNCell(3, 2), "weight_hh", "recurrent", "rnn", DENSE),
    (nn.BatchNorm2d(3), "weight", "scale", "batch_norm", None),
    (nn.BatchNorm1d(3), "running_var", "variance", "batch_norm", None),
    (nn.BatchNorm1d(3), "running_mean", "mean", "batch_norm", None),
    (nn.SyncBatchNorm(3), "num_batches_tracked", "counter", "batch_norm", None),
    (nn.InstanceNorm1d(3, affine=True), "bias", "shift", "instance_norm", None),
    (nn.LayerNorm((2, 3)), "weight", "scale", "layer_norm", None),
    (nn.RMSNorm(3), "weight", "scale", "rms_norm", None),
    (nn.GroupNorm(2, 4), "bias", "shift", "group_norm", None),
    (nn.PReLU(3), "weight", "slope", "prelu", Axes(outputs=(0,))),
]


@pytest.mark.parametrize(("module", "name", "role", "layer", "axes"), AXES)
def test_meaning(module: nn.Module, name: str, role: str, layer: str, axes: Axes | None) -> None:
    found = described(module)[name]
    assert (found.role, found.layer) == (role, layer)
    assert axes is None or found.axes == axes


@pytest.mark.parametrize("module", [row[0] for row in AXES], ids=str)
def test_every_tensor_once_with_torchs_names_shapes_and_order(module: nn.Module) -> None:
    tensors = [*module.named_parameters(), *module.named_buffers()]
    found = [(parameter.path, parameter.shape) for parameter in describe(module)]
    assert sorted(found) == sorted((name, tuple(tensor.shape)) for name, tensor in tensors)


@pytest.mark.parametrize("module", [row[0] for row in AXES], ids=str)
def test_no_tensor_of_a_known_layer_is_free(module: nn.Module) -> None:
    assert all(parameter.role != "free" for parameter in describe(module))


@pytest.mark.parametrize(
    ("module", "path", "fact", "value"),
    [
        (nn.Embedding(5, 3, padding_idx=1), "weight", "padding_idx", 1),
        (nn.Embedding(5, 3), "weight", "padding_idx", None),
        (nn.LSTM(3, 2), "bias_ih_l0", "hidden_size", 2),
        (nn.MultiheadAttention(4, 2), "in_proj_weight", "heads", 2),
        (nn.Linear(3, 4), "bias", "fan_in", 3.0),
        (nn.Conv2d(8, 8, 3, groups=4), "bias", "fan_in", 18.0),
        (nn.ConvTranspose2d(8, 2, 3, stride=2), "bias", "fan_in", 18.0),
        (nn.ConvTranspose2d(8, 2, 3, stride=2), "bias", "torch_fan_in", 18),
        (nn.ConvTranspose2d(8, 2, 3), "bias", "fan_in", 72.0),
        (nn.Bilinear(2, 3, 4), "bias", "torch_fan_in", 6),
        (nn.PReLU(init=0.1), "weight", "slope", 0.1),
        (nn.Conv2d(1, 1, 1), "weight", "module", "Conv2d"),
    ],
)
def test_facts(module: nn.Module, path: str, fact: str, value: object) -> None:
    assert described(module)[path].fact(fact) == value


@pytest.mark.parametrize(
    ("module", "example"),
    [
        (nn.Linear(5, 3, bias=False), (5,)),
        (nn.Conv1d(6, 12, 5, groups=6, bias=False), (6, 13)),
        (nn.Conv2d(8, 8, 3, groups=4, bias=False), (8, 5, 5)),
        (nn.ConvTranspose1d(8, 2, 4, stride=2, bias=False), (8, 15)),
        (nn.ConvTranspose2d(4, 2, 3, bias=False), (4, 5, 5)),
    ],
)
def test_fans_are_the_non_zeros_of_the_jacobian(
    module: nn.Module, example: tuple[int, ...]
) -> None:
    (parameter,) = describe(module)
    x = torch.ones(1, *example)
    differentiate: Any = torch.autograd.functional.jacobian
    jacobian = differentiate(module, x)
    out = jacobian.ndim - x.ndim
    per_output = (jacobian != 0).flatten(out).sum(-1).max()
    per_input = (jacobian != 0).flatten(0, out - 1).sum(0).max()
    assert parameter.axes is not None
    fans = parameters.fans(parameter.shape, parameter.axes)
    assert (fans.fan_in, fans.fan_out) == (per_output, per_input)


class HouseRMSNorm(nn.Module):
    """As in Llama: multiplies by ``weight``."""

    def __init__(self, size: int, offset: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.offset = offset

    def forward(self, x: Tensor) -> Tensor:
        normed = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)
        return normed * (self.offset + self.weight)


class StrangeRMSNorm(HouseRMSNorm):
    """One whose weight is neither a scale nor an offset from one."""

    def forward(self, x: Tensor) -> Tensor:
        return x + self.weight


class BrokenLayerNorm(HouseRMSNorm):
    def forward(self, x: Tensor) -> Tensor:
        raise RuntimeError


@pytest.mark.parametrize(
    ("norm", "role", "layer"),
    [
        (HouseRMSNorm(8, 0.0), "scale", "rms_norm"),
        (HouseRMSNorm(8, 1.0), "shift", "rms_norm"),
        (StrangeRMSNorm(8, 0.0), "free", "custom"),
        (BrokenLayerNorm(8, 0.0), "free", "custom"),
    ],
)
def test_a_foreign_norm_is_asked_how_it_uses_its_weight(
    norm: nn.Module, role: str, layer: str
) -> None:
    before = copy.deepcopy(norm.state_dict())
    found = described(norm.to("meta"))["weight"]
    assert (found.role, found.layer) == (role, layer)
    assert before["weight"].tolist() == [1.0] * 8


def test_transformers_conv1d_is_stored_inputs_first() -> None:
    pytorch_utils = pytest.importorskip("transformers.pytorch_utils")
    found = described(pytorch_utils.Conv1D(6, 4))
    assert found["weight"].axes == Axes(outputs=(1,), inputs=(0,))
    assert found["bias"].fact("fan_in") == 4.0
