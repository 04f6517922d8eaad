"""The table of layers: for each class of module, what each of its tensors is.

A class that is not listed is looked up by its bases; what no row names has the role ``free``.
Torch stores outputs first, ``(out, in, *window)``, except in transposed convolutions,
``(in, out, *window)``, in embeddings, ``(rows, dim)``, and in transformers' ``Conv1D``,
``(in, out)``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import cast

from torch import nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd
from torch.nn.modules.instancenorm import _InstanceNorm

from isometry import parameters
from isometry.frameworks.torch import norms
from isometry.parameters import Axes, Blocks, Layer, Role

Fact = int | float | str


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one tensor of a layer is.

    Attributes:
        role: What it does.
        layer: The kind of layer.
        axes: What its axes mean.
        facts: What else is known.
    """

    role: Role
    layer: Layer
    axes: Axes | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)


Row = Callable[[nn.Module], Mapping[str, Meaning]]

DENSE = Axes(outputs=(0,), inputs=(1,))
UNITS = Axes(outputs=(0,))


def meanings(module: nn.Module) -> Mapping[str, Meaning]:
    """Meaning of each of ``module``'s own tensors that is known, by attribute name."""
    for base in type(module).__mro__:
        row = _BY_CLASS.get(base) or _BY_NAME.get(f"{base.__module__}.{base.__qualname__}")
        if row is not None:
            return row(module)
    return _named_norm(module)


def _linear(module: nn.Module) -> Mapping[str, Meaning]:
    layer = cast(nn.Linear, module)
    return {
        "weight": Meaning("weight", "linear", DENSE),
        "bias": _bias("linear", (layer.out_features, layer.in_features), DENSE),
    }


def _conv1d_of_transformers(module: nn.Module) -> Mapping[str, Meaning]:
    axes = Axes(outputs=(1,), inputs=(0,))
    shape = tuple(cast(nn.Linear, module).weight.shape)
    return {
        "weight": Meaning("weight", "linear", axes),
        "bias": _bias("linear", shape, axes),
    }


def _conv(module: nn.Module) -> Mapping[str, Meaning]:
    layer = cast(_ConvNd, module)
    axes = Axes(
        outputs=(0,),
        inputs=(1,),
        window=_window(layer),
        groups=layer.groups,
        groups_on="outputs",
        stride=prod(layer.stride),
    )
    shape = (layer.out_channels, layer.in_channels // layer.groups, *layer.kernel_size)
    return {"weight": Meaning("weight", "conv", axes), "bias": _bias("conv", shape, axes)}


def _conv_transpose(module: nn.Module) -> Mapping[str, Meaning]:
    layer = cast(_ConvTransposeNd, module)
    axes = Axes(
        outputs=(1,),
        inputs=(0,),
        window=_window(layer),
        groups=layer.groups,
        groups_on="inputs",
        stride=prod(layer.stride),
        transposed=True,
    )
    shape = (layer.in_channels, layer.out_channels // layer.groups, *layer.kernel_size)
    return {
        "weight": Meaning("weight", "conv_transpose", axes),
        "bias": _bias("conv_transpose", shape, axes),
    }


def _bilinear(module: nn.Module) -> Mapping[str, Meaning]:
    layer = cast(nn.Bilinear, module)
    axes = Axes(outputs=(0,), inputs=(1, 2))
    shape = (layer.out_features, layer.in1_features, layer.in2_features)
    facts = {"in1_features": layer.in1_features}
    return {
        "weight": Meaning("weight", "bilinear", axes, facts),
        "bias": _bias("bilinear", shape, axes, facts),
    }


def _embedding(module: nn.Module) -> Mapping[str, Meaning]:
    layer = cast(nn.Embedding | nn.EmbeddingBag, module)
    axes = Axes(inputs=(0,), outputs=(1,), lookup=True)
    facts = {} if layer.padding_idx is None else {"padding_idx": layer.padding_idx}
    return {"weight": Meaning("table", "embedding", axes, facts)}


def _attention(module: nn.Module) -> Mapping[str, Meaning]:
    layer = cast(nn.MultiheadAttention, module)
    facts = {"heads": layer.num_heads}
    thirds = Blocks(axis=0, names=("q", "k", "v"), sizes=(layer.embed_dim,) * 3)
    packed = Axes(outputs=(0,), inputs=(1,), blocks=thirds)
    # One learned key and one learned value, appended to every sequence: a table of a single row.
    extra = Meaning("table", "attention", Axes(inputs=(0, 1), outputs=(2,), lookup=True), facts)
    separate = Meaning("weight", "attention", DENSE, facts)
    bias = {"fan_in": layer.embed_dim, **facts}
    return {
        "in_proj_weight": Meaning("weight", "attention", packed, facts),
        "q_proj_weight": separate,
        "k_proj_weight": separate,
        "v_proj_weight": separate,
        "in_proj_bias": Meaning("bias", "attention", Axes(outputs=(0,), blocks=thirds), bias),
        "bias_k": extra,
        "bias_v": extra,
    }


_GATES: dict[str, tuple[Layer, tuple[str, ...]]] = {
    "GRU": ("gru", ("r", "z", "n")),
    "LSTM": ("lstm", ("i", "f", "g", "o")),
    "RNN": ("rnn", ("h",)),
}
"""Torch's gates in storage order, by what the class or mode is called."""


def _recurrent(module: nn.Module) -> Mapping[str, Meaning]:
    layer = cast(nn.RNNBase, module)
    kind, gates = _GATES[layer.mode.partition("_")[0]]
    named: dict[str, Meaning] = {}
    for suffix in _suffixes(layer):
        named |= _cell_tensors(kind, gates, layer.hidden_size, suffix)
        named[f"weight_hr{suffix}"] = Meaning(
            "weight", kind, DENSE, {"hidden_size": layer.hidden_size}
        )
    return named


def _cell(module: nn.Module) -> Mapping[str, Meaning]:
    layer = cast(nn.RNNCellBase, module)
    kind, gates = _GATES[_cell_kind(layer)]
    return _cell_tensors(kind, gates, layer.hidden_size, "")


def _cell_kind(layer: nn.RNNCellBase) -> str:
    match layer:
        case nn.LSTMCell():
            return "LSTM"
        case nn.GRUCell():
            return "GRU"
        case _:
            return "RNN"


def _suffixes(layer: nn.RNNBase) -> tuple[str, ...]:
    directions = ("", "_reverse") if layer.bidirectional else ("",)
    return tuple(f"_l{depth}{way}" for depth in range(layer.num_layers) for way in directions)


def _cell_tensors(
    kind: Layer, gates: tuple[str, ...], hidden: int, suffix: str
) -> dict[str, Meaning]:
    blocks = Blocks(0, gates, (hidden,) * len(gates)) if len(gates) > 1 else None
    facts = {"hidden_size": hidden}
    weight = Axes(outputs=(0,), inputs=(1,), blocks=blocks)
    bias = Axes(outputs=(0,), blocks=blocks)
    return {
        f"weight_ih{suffix}": Meaning("input", kind, weight, facts),
        f"weight_hh{suffix}": Meaning("recurrent", kind, weight, facts),
        f"bias_ih{suffix}": Meaning("input-bias", kind, bias, facts),
        f"bias_hh{suffix}": Meaning("recurrent-bias", kind, bias, facts),
    }


def _norm(layer: Layer) -> Row:
    named: dict[str, Meaning] = {
        "weight": Meaning("scale", layer),
        "bias": Meaning("shift", layer),
        "running_mean": Meaning("mean", layer),
        "running_var": Meaning("variance", layer),
        "num_batches_tracked": Meaning("counter", layer),
    }

    def row(_: nn.Module) -> Mapping[str, Meaning]:
        return named

    return row


def _prelu(module: nn.Module) -> Mapping[str, Meaning]:
    return {"weight": Meaning("slope", "prelu", UNITS, {"slope": cast(nn.PReLU, module).init})}


def _named_norm(module: nn.Module) -> Mapping[str, Meaning]:
    match norms.convention(module):
        case ("scale", layer):
            return _norm(layer)(module)
        case ("offset", layer):  # the layer multiplies by 1 + weight
            return {**_norm(layer)(module), "weight": Meaning("shift", layer)}
        case _:
            return {}


def _window(layer: _ConvNd) -> tuple[int, ...]:
    return tuple(range(2, 2 + len(layer.kernel_size)))


def _bias(
    layer: Layer, weight_shape: tuple[int, ...], axes: Axes, facts: Mapping[str, Fact] | None = None
) -> Meaning:
    """A bias knows two fans of its weight: by meaning, and as torch reads it off the shape."""
    fan_in = parameters.fans(weight_shape, axes).fan_in
    known = {"fan_in": fan_in, "torch_fan_in": prod(weight_shape[1:]), **(facts or {})}
    return Meaning("bias", layer, UNITS, known)


_BY_CLASS: dict[type, Row] = {
    nn.Linear: _linear,
    nn.Bilinear: _bilinear,
    _ConvTransposeNd: _conv_transpose,
    _ConvNd: _conv,
    nn.Embedding: _embedding,
    nn.EmbeddingBag: _embedding,
    nn.MultiheadAttention: _attention,
    nn.RNNBase: _recurrent,
    nn.RNNCellBase: _cell,
    _InstanceNorm: _norm("instance_norm"),
    _NormBase: _norm("batch_norm"),
    nn.LayerNorm: _norm("layer_norm"),
    nn.RMSNorm: _norm("rms_norm"),
    nn.GroupNorm: _norm("group_norm"),
    nn.PReLU: _prelu,
}

_BY_NAME: dict[str, Row] = {
    "transformers.pytorch_utils.Conv1D": _conv1d_of_transformers,
    "torchvision.ops.misc.FrozenBatchNorm2d": _norm("batch_norm"),
}
"""Layers of libraries that need not be installed, by module and class."""
