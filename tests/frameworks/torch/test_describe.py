"""Every tensor of a model is described once, by its meaning, with global shapes."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations, parametrize

from isometry import errors, parameters
from isometry.frameworks.torch import describe
from isometry.parameters import Axes, Blocks, Parameter


def described(model: nn.Module) -> dict[str, Parameter]:
    return {parameter.path: parameter for parameter in describe(model)}


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
        (nn.Conv1d(6, 12, 5, groups=6, bias=False), (6, 31)),
        (nn.Conv2d(8, 8, 3, groups=4, bias=False), (8, 9, 9)),
        (nn.ConvTranspose1d(8, 2, 4, stride=2, bias=False), (8, 15)),
        (nn.ConvTranspose2d(4, 2, 3, bias=False), (4, 9, 9)),
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


class Gains(nn.Module):
    """Tensors that no layer of torch owns."""

    def __init__(self) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(3))
        self.nothing = None
        self.register_parameter("absent", None)
        self.register_buffer("positions", torch.arange(4))
        self.register_buffer("mask", torch.ones(2, dtype=torch.bool), persistent=False)


def test_bare_tensors_are_free() -> None:
    found = describe(Gains())
    assert [(one.path, one.role, one.kind, one.persistent, one.dtype) for one in found] == [
        ("gamma", "free", "parameter", True, "float32"),
        ("positions", "free", "buffer", True, "int64"),
        ("mask", "free", "buffer", False, "bool"),
    ]


class Own(nn.Linear):
    """A layer of the user's with a torch layer's weight and a tensor of its own."""

    def __init__(self) -> None:
        super().__init__(3, 4)
        self.extra = nn.Parameter(torch.ones(2))


def test_a_subclass_is_what_its_base_is() -> None:
    found = described(Own())
    assert [(path, one.role) for path, one in found.items()] == [
        ("weight", "weight"),
        ("bias", "bias"),
        ("extra", "free"),
    ]


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


def tied() -> Any:
    net: Any = nn.Sequential(nn.Embedding(5, 3), nn.Linear(3, 5, bias=False))
    net[1].weight = net[0].weight
    return net


def same_memory() -> Any:
    net: Any = nn.Sequential(nn.Embedding(5, 3), nn.Linear(3, 5, bias=False))
    net[1].weight = nn.Parameter(net[0].weight.data)
    return net


def transposed() -> Any:
    net: Any = nn.Sequential(nn.Linear(5, 3, bias=False), nn.Linear(3, 5, bias=False))
    net[1].weight = nn.Parameter(net[0].weight.t())
    return net


def shared_module() -> nn.Module:
    layer = nn.Linear(3, 3, bias=False)
    return nn.Sequential(layer, layer)


@pytest.mark.parametrize("build", [tied, same_memory, transposed, shared_module])
@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_tied_tensors_are_one(build: Callable[[], nn.Module], device: str) -> None:
    with torch.device(device):
        found = describe(build())
    assert [(one.path, one.ties) for one in found] == [("0.weight", ("1.weight",))]


def test_equal_shapes_are_not_ties() -> None:
    found = describe(nn.Sequential(nn.Linear(3, 3, bias=False), nn.Linear(3, 3, bias=False)))
    assert [one.ties for one in found] == [(), ()]


def test_neighbours_in_one_storage_are_two_tensors() -> None:
    net: Any = Gains()
    storage = torch.zeros(2, 6)
    net.gamma = nn.Parameter(storage[:, :3])
    net.delta = nn.Parameter(storage[:, 3:])
    assert "delta" in described(net)


def test_overlapping_tensors_are_refused() -> None:
    net: Any = Gains()
    storage = torch.zeros(8)
    net.gamma = nn.Parameter(storage[:5])
    net.delta = nn.Parameter(storage[4:])
    with pytest.raises(errors.UnsupportedTensorError) as caught:
        describe(net)
    assert str(caught.value) == (
        "delta: it shares a part of its memory with 'gamma'. Needed: tensors that are the same or "
        "apart. Do: clone one of the two in the model's constructor."
    )


def hooked(build: Callable[..., nn.Module]) -> nn.Module:
    with pytest.warns(FutureWarning):
        return build(nn.Linear(3, 4))


@pytest.mark.parametrize(
    "build",
    [
        lambda: parametrizations.weight_norm(nn.Linear(3, 4)),
        lambda: parametrizations.spectral_norm(nn.Linear(3, 4)),
        lambda: parametrizations.orthogonal(nn.Linear(3, 4)),
        lambda: hooked(nn.utils.weight_norm),
        lambda: nn.utils.spectral_norm(nn.Linear(3, 4)),
    ],
)
def test_a_parametrized_weight_is_the_weight(build: Callable[[], nn.Module]) -> None:
    found = described(build())
    assert sorted(found) == ["bias", "weight"]
    weight = found["weight"]
    assert (weight.shape, weight.role, weight.axes) == ((4, 3), "weight", DENSE)
    assert weight.fact("module") == "Linear"


class Scaled(nn.Module):
    """A parametrization of the user's, with a parameter of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(2.0))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale


def test_a_parametrizations_own_parameters_are_tensors_of_the_model() -> None:
    layer = nn.Linear(3, 4)
    parametrize.register_parametrization(layer, "weight", Scaled())
    assert sorted(described(layer)) == ["bias", "parametrizations.weight.0.scale", "weight"]


def test_describing_changes_nothing() -> None:
    net: Any = nn.Sequential(
        parametrizations.spectral_norm(nn.Linear(3, 4)), nn.BatchNorm1d(4), HouseRMSNorm(4, 0.0)
    )
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    state, ids = torch.get_rng_state(), [id(parameter) for parameter in net.parameters()]
    describe(net)
    assert all(torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items())
    assert torch.equal(torch.get_rng_state(), state)
    assert [id(parameter) for parameter in net.parameters()] == ids
    assert net.training


def test_lazy_tensors_are_named() -> None:
    with pytest.raises(errors.UnsupportedTensorError) as caught:
        describe(nn.Sequential(nn.LazyLinear(3)))
    assert str(caught.value) == (
        "0.weight: it is an UninitializedParameter, which has no shape yet. Needed: a shape. Do: "
        "run the model once on an example batch, then plan."
    )


def partitioned(*, mark: bool) -> Any:
    net: Any = nn.Sequential(nn.Linear(3, 4) if not mark else Gains())
    name = "gamma" if mark else "weight"
    empty = nn.Parameter(torch.empty(0))
    if mark:
        vars(empty).update(ds_id=7, ds_shape=(3,))
    setattr(net[0], name, empty)
    return net


@pytest.mark.parametrize(
    ("mark", "start"),
    [
        (True, "0.gamma: it holds 0 elements here of shape (3,), as DeepSpeed's ZeRO stage 3 "),
        (False, "0.weight: it holds 0 elements here, as DeepSpeed's ZeRO stage 3 "),
    ],
)
def test_partitioned_away_is_named(mark: bool, start: str) -> None:
    with pytest.raises(errors.UnsupportedTensorError) as caught:
        describe(partitioned(mark=mark))
    assert str(caught.value) == start + (
        "leaves it. Needed: the whole tensor, or the place of its shard. Do: enter "
        "deepspeed.zero.GatheredParameters(model.parameters(), modifier_rank=0), or write the "
        "shard with isometry.torch.fill_local."
    )


@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors:UserWarning")
def test_a_layer_of_size_zero_is_no_placeholder() -> None:
    assert described(nn.Linear(0, 5))["weight"].shape == (5, 0)


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor:UserWarning")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_packed_quantized_modules_are_named() -> None:
    quantized: Any = torch.ao.nn.quantized
    with pytest.raises(errors.UnsupportedTensorError) as caught:
        describe(nn.Sequential(quantized.Linear(3, 4)))
    assert str(caught.value) == (
        "0: Linear packs its weight where it cannot be written. Needed: a module whose weights "
        "are parameters. Do: initialize the float model, then quantize it."
    )
