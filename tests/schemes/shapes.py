"""Parameters of every kind of layer, for the tests of schemes."""

from isometry.parameters import Axes, Blocks, Parameter, Role

DENSE = Axes(outputs=(0,), inputs=(1,))
GATES = ("i", "f", "g", "o")


def dense(outputs: int, inputs: int) -> Parameter:
    """A linear layer's weight, stored ``(outputs, inputs)``."""
    return Parameter("fc.weight", (outputs, inputs), role="weight", layer="linear", axes=DENSE)


def transposed(inputs: int, outputs: int) -> Parameter:
    """A linear layer's weight, stored ``(inputs, outputs)``."""
    axes = Axes(inputs=(0,), outputs=(1,))
    return Parameter("c_fc.weight", (inputs, outputs), role="weight", layer="linear", axes=axes)


def conv(outputs: int, inputs: int, *kernel: int) -> Parameter:
    """A convolution's weight."""
    axes = Axes((0,), (1,), window=tuple(range(2, 2 + len(kernel))))
    shape = (outputs, inputs, *kernel)
    return Parameter("conv.weight", shape, role="weight", layer="conv", axes=axes)


def grouped(outputs: int, inputs: int, groups: int, *kernel: int) -> Parameter:
    """A grouped convolution's weight."""
    axes = Axes((0,), (1,), window=tuple(range(2, 2 + len(kernel))), groups=groups)
    shape = (outputs, inputs // groups, *kernel)
    return Parameter("conv.weight", shape, role="weight", layer="conv", axes=axes)


def conv_transpose(inputs: int, outputs: int, kernel: int, stride: int) -> Parameter:
    """A transposed convolution's weight in two dimensions."""
    axes = Axes((1,), (0,), window=(2, 3), stride=stride**2, transposed=True)
    shape = (inputs, outputs, kernel, kernel)
    return Parameter("up.weight", shape, role="weight", layer="conv_transpose", axes=axes)


def experts(count: int, inputs: int, outputs: int) -> Parameter:
    """Weights of several experts in one tensor."""
    axes = Axes(stacked=(0,), inputs=(1,), outputs=(2,))
    shape = (count, inputs, outputs)
    return Parameter("moe.w", shape, role="weight", layer="experts", axes=axes)


def packed(width: int, *sizes: int) -> Parameter:
    """Query, key and value projections in one tensor."""
    axes = Axes((0,), (1,), blocks=Blocks(0, ("q", "k", "v")[: len(sizes)], sizes))
    shape = (sum(sizes), width)
    return Parameter("attn.in_proj", shape, role="weight", layer="attention", axes=axes)


def recurrent(hidden: int) -> Parameter:
    """The recurrent weight of an LSTM."""
    axes = Axes((0,), (1,), blocks=Blocks(0, GATES, (hidden,) * 4))
    shape = (4 * hidden, hidden)
    return Parameter("lstm.weight_hh", shape, role="recurrent", layer="lstm", axes=axes)


def gate_bias(hidden: int, role: Role = "input-bias") -> Parameter:
    """A bias of an LSTM."""
    axes = Axes((0,), blocks=Blocks(0, GATES, (hidden,) * 4))
    return Parameter("lstm.bias", (4 * hidden,), role=role, layer="lstm", axes=axes)


def bias(size: int) -> Parameter:
    """A linear layer's bias."""
    axes = Axes(outputs=(0,))
    return Parameter("fc.bias", (size,), role="bias", layer="linear", axes=axes)


def table(rows: int, width: int, padding: int | None = None) -> Parameter:
    """An embedding."""
    axes = Axes(inputs=(0,), outputs=(1,), lookup=True)
    facts = () if padding is None else (("padding_idx", padding),)
    shape = (rows, width)
    return Parameter("emb.weight", shape, role="table", layer="embedding", axes=axes, facts=facts)


def bare(*shape: int) -> Parameter:
    """A tensor of which nothing is known but its shape."""
    return Parameter("free", shape)
