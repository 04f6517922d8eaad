"""A model that has every kind of tensor that recipes know, described and never built."""

from dataclasses import replace
from typing import Any

from isometry.parameters import Axes, Blocks, Parameter, Role, Surroundings
from tests.recipes import plain

DENSE = Axes(outputs=(0,), inputs=(1,))
UNITS = Axes(outputs=(0,))
GATES = Blocks(axis=0, names=("i", "f", "g", "o"), sizes=(6, 6, 6, 6))
PACKED = Axes(outputs=(0,), inputs=(1,), blocks=Blocks(0, ("q", "k", "v"), (8, 8, 8)))
CONV = Axes(outputs=(0,), inputs=(1,), window=(2, 3), groups=2, stride=4)
TRANSPOSED = Axes(outputs=(1,), inputs=(0,), window=(2, 3), transposed=True)

EMBEDDING = (
    Parameter(
        "wte.weight",
        (50, 8),
        role="table",
        layer="embedding",
        axes=Axes(inputs=(0,), outputs=(1,), lookup=True),
        facts=(("padding_idx", 1),),
    ),
)


def block(number: int, stack: str = "h") -> tuple[Parameter, ...]:
    """One block of a transformer, with two residual outputs."""
    path = f"{stack}.{number}"
    return (
        Parameter(f"{path}.ln.weight", (8,), role="scale", layer="layer_norm"),
        Parameter(f"{path}.ln.bias", (8,), role="shift", layer="layer_norm"),
        Parameter(f"{path}.attn.weight", (24, 8), role="weight", layer="linear", axes=DENSE),
        _dense(f"{path}.attn.c_proj", 8, 8),
        _bias(f"{path}.attn.c_proj", 8, 8),
        _dense(f"{path}.mlp.c_fc", 32, 8),
        _dense(f"{path}.mlp.c_proj", 8, 32),
    )


def _dense(path: str, outputs: int, inputs: int) -> Parameter:
    shape = (outputs, inputs)
    return Parameter(f"{path}.weight", shape, role="weight", layer="linear", axes=DENSE)


def _bias(path: str, outputs: int, fan_in: int) -> Parameter:
    facts = (("fan_in", fan_in), ("torch_fan_in", fan_in))
    return Parameter(f"{path}.bias", (outputs,), role="bias", layer="linear", facts=facts)


STATISTICS = (
    Parameter("bn.running_mean", (8,), role="mean", layer="batch_norm", kind="buffer"),
    Parameter("bn.running_var", (8,), role="variance", layer="batch_norm", kind="buffer"),
    Parameter(
        "bn.num_batches_tracked", (), "int64", role="counter", layer="batch_norm", kind="buffer"
    ),
)

TRANSFORMER = (*EMBEDDING, *block(0), *block(1), *block(2), *STATISTICS)


def _gates(name: str, shape: tuple[int, ...], role: Role) -> Parameter:
    axes = Axes(outputs=(0,), inputs=(1,) if len(shape) == 2 else (), blocks=GATES)
    facts = (("hidden_size", 6),)
    return Parameter(f"lstm.{name}", shape, role=role, layer="lstm", axes=axes, facts=facts)


RECURRENT = (
    _gates("weight_ih", (24, 5), "input"),
    _gates("weight_hh", (24, 6), "recurrent"),
    _gates("bias_ih", (24,), "input-bias"),
    _gates("bias_hh", (24,), "recurrent-bias"),
)

GRU_BIAS = Parameter(
    "gru.bias_ih",
    (9,),
    role="input-bias",
    layer="gru",
    axes=Axes(outputs=(0,), blocks=Blocks(0, ("r", "z", "n"), (3, 3, 3))),
    facts=(("hidden_size", 3),),
)

OTHERS = (
    Parameter("conv.weight", (8, 2, 3, 3), role="weight", layer="conv", axes=CONV),
    Parameter("up.weight", (4, 8, 3, 3), role="weight", layer="conv_transpose", axes=TRANSPOSED),
    Parameter("mha.in_proj_weight", (24, 8), role="weight", layer="attention", axes=PACKED),
    Parameter("mha.in_proj_bias", (24,), role="bias", layer="attention"),
    Parameter(
        "mha.bias_k",
        (1, 1, 8),
        role="table",
        layer="attention",
        axes=Axes(inputs=(0, 1), outputs=(2,), lookup=True),
    ),
    Parameter(
        "mha.out_proj.bias",
        (8,),
        role="bias",
        layer="linear",
        facts=(("module", "NonDynamicallyQuantizableLinear"), ("torch_fan_in", 8)),
    ),
    Parameter(
        "bilinear.weight",
        (5, 3, 4),
        role="weight",
        layer="bilinear",
        axes=Axes(outputs=(0,), inputs=(1, 2)),
        facts=(("in1_features", 3),),
    ),
    Parameter(
        "prelu.weight", (8,), role="slope", layer="prelu", axes=UNITS, facts=(("slope", 0.1),)
    ),
)

EVERYTHING = (*TRANSFORMER, *RECURRENT, GRU_BIAS, *OTHERS)


def _weight(path: str, shape: tuple[int, ...], **around: Any) -> Parameter:
    known = Surroundings(**around)
    return Parameter(path, shape, role="weight", layer="linear", axes=DENSE, surroundings=known)


def _branch(place: int, **around: Any) -> dict[str, Any]:
    return {"place": place, "depth": 4, "stream": 1, "height": 2, "normed": "after"} | around


def layer(number: int) -> tuple[Parameter, ...]:
    """One layer of a post-norm transformer, with what a graph would show."""
    first, second = 2 * number + 1, 2 * number + 2
    packed = {"parts": ("query", "key", "value"), "sizes": (8, 8, 8), "feeds": ("linear",)}
    output = _branch(first, residual="output", parts=("attention-output",), feeds=("linear",))
    bias = _bias(f"layer.{number}.out", 8, 8)
    return (
        _weight(f"layer.{number}.qkv", (24, 8), **_branch(first, residual="branch", **packed)),
        _weight(f"layer.{number}.out", (8, 8), **output),
        replace(bias, surroundings=Surroundings(**output)),
        _weight(
            f"layer.{number}.up", (32, 8),
            **_branch(second, residual="branch", parts=("up",), feeds=("linear",)),
        ),
        _weight(
            f"layer.{number}.down", (8, 32),
            **_branch(second, residual="output", parts=("down",), feeds=("relu",)),
        ),
    )  # fmt: skip


FACTOR = Parameter(
    "factor", (), surroundings=Surroundings(residual="output", place=2, depth=4, stream=1)
)
FREQUENCIES = Parameter("inv_freq", (4,), kind="buffer")
ENTRY = _weight("entry", (8, 5), sources=("input",), feeds=("linear",))
LAST = _weight("logits", (10, 8), parts=("head",), sources=("norm",), feeds=("relu",))

SEEN = (*EVERYTHING, FREQUENCIES, ENTRY, *layer(0), *layer(1), LAST)
"""The same with a transformer whose dataflow is known."""

ADAPTED = (
    *EMBEDDING,
    *STATISTICS,
    _weight("base", (8, 8), residual="shortcut", height=0),
    _weight(
        "a", (2, 8), residual="branch", height=2, feeds=("linear",), consumers=("linear",)
    ),
    _weight("b", (8, 2), residual="output", height=2, feeds=("linear",), sources=("linear",)),
)  # fmt: skip
"""A weight with a low-rank adapter beside it."""

MODELS = {
    "admin": SEEN,
    "auto": (*SEEN, FACTOR, *plain.stack(("tanh",) * 6)),
    "autoinit": SEEN,
    "completep": SEEN,
    "deepnorm": SEEN,
    "deepscale-lm": SEEN,
    "dks": (*SEEN, *plain.stack(("tanh",) * 6)),
    "fixup": (*SEEN, FACTOR),
    "flax": EVERYTHING,
    "gpt2": TRANSFORMER,
    "he": EVERYTHING,
    "idinit": SEEN,
    "keras": EVERYTHING,
    "kumar": EVERYTHING,
    "lecun": EVERYTHING,
    "lora": ADAPTED,
    "mimetic": SEEN,
    "mup": SEEN,
    "orthogonal": EVERYTHING,
    "skipinit": (*SEEN, FACTOR),
    "small-init": TRANSFORMER,
    "spectral": SEEN,
    "t-fixup": SEEN,
    "tanh-identity": (*EVERYTHING, FREQUENCIES),
    "tat": (*SEEN, *plain.stack(("tanh",) * 6)),
    "torch": EVERYTHING,
    "xavier": EVERYTHING,
    "zero": SEEN,
}
"""For every recipe a model in which each of its rules has work to do."""
