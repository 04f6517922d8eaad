"""Every tensor of a model is described once, by its meaning, with global shapes."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations, parametrize

from isometry import errors
from isometry.frameworks.torch import describe
from isometry.parameters import Axes
from tests.frameworks.torch.models import described

DENSE = Axes(outputs=(0,), inputs=(1,))


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
        parametrizations.spectral_norm(nn.Linear(3, 4)), nn.BatchNorm1d(4), nn.RMSNorm(4)
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
