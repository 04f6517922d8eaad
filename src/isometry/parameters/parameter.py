"""The description of one tensor of a model: everything a scheme needs to know, and no value."""

from dataclasses import dataclass
from math import prod
from typing import Literal, get_args

from isometry import errors
from isometry.parameters.axes import Axes
from isometry.parameters.surroundings import Surroundings

Role = Literal[
    "bias",
    "counter",
    "free",
    "input",
    "input-bias",
    "mean",
    "recurrent",
    "recurrent-bias",
    "scale",
    "shift",
    "slope",
    "table",
    "variance",
    "weight",
]
"""What a tensor does in its layer.

``weight`` maps inputs to outputs; ``input`` and ``recurrent`` are the two maps of a recurrent
layer; ``table`` is looked up; ``scale`` and ``shift`` belong to a norm; ``mean``, ``variance`` and
``counter`` are a norm's running statistics; ``slope`` is a learned negative slope; ``free`` is
everything whose meaning is not known.
"""

ROLES: tuple[str, ...] = get_args(Role)

Layer = Literal[
    "attention",
    "batch_norm",
    "bilinear",
    "conv",
    "conv_transpose",
    "custom",
    "embedding",
    "experts",
    "group_norm",
    "gru",
    "instance_norm",
    "layer_norm",
    "linear",
    "lstm",
    "prelu",
    "rms_norm",
    "rnn",
]
"""The kind of layer that owns a tensor, in the field's words; ``custom`` where it is not known."""

LAYERS: tuple[str, ...] = get_args(Layer)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One tensor of a model, described.

    Attributes:
        path: Address in the model, wrappers' prefixes removed: ``"h.0.attn.c_proj.weight"``.
        shape: Global, logical shape; never that of a shard.
        dtype: Name of the storage dtype: ``"float32"``, ``"bfloat16"``, …
        role: What it does in its layer.
        layer: The kind of layer that owns it.
        axes: Meaning of its axes; ``None`` where none is known.
        kind: Whether it is a parameter or a buffer.
        persistent: Whether it belongs in a checkpoint.
        ties: Other paths of the same tensor, sorted; ``path`` is the first of all in model order.
        facts: What else is known of the layer, sorted by name: ``padding_idx``, ``hidden_size``,
            ``heads``, ``slope``, ``module`` (the owner's class) …
        surroundings: Where it stands in the model's dataflow; ``None`` where that is not known.

    Raises:
        InputError: Role, layer or kind is unknown, a fact is named twice, or the axes do not fit.

    >>> Parameter(
    ...     "fc.weight",
    ...     (10, 4),
    ...     axes=Axes(outputs=(0,), inputs=(1,)),
    ...     role="weight",
    ...     layer="linear",
    ... ).size
    40
    """

    path: str
    shape: tuple[int, ...]
    dtype: str = "float32"
    role: Role = "free"
    layer: Layer = "custom"
    axes: Axes | None = None
    kind: Literal["buffer", "parameter"] = "parameter"
    persistent: bool = True
    ties: tuple[str, ...] = ()
    facts: tuple[tuple[str, int | float | str], ...] = ()
    surroundings: Surroundings | None = None

    def __post_init__(self) -> None:
        self._check_words()
        if min(self.shape, default=0) < 0:
            raise errors.ShapeError(
                f"shape is {self.shape}",
                needed="lengths of at least 0",
                do="give the global, logical shape",
                path=self.path,
            )
        if self.axes is not None:
            _check_axes(self.path, self.shape, self.axes)

    @property
    def size(self) -> int:
        """Number of elements."""
        return prod(self.shape)

    def fact(self, name: str) -> int | float | str | None:
        """The fact of that name, or ``None`` where it is not known."""
        return dict(self.facts).get(name)

    def _check_words(self) -> None:
        for name, word, words in (
            ("role", self.role, ROLES),
            ("layer", self.layer, LAYERS),
            ("kind", self.kind, ("buffer", "parameter")),
        ):
            if word not in words:
                raise errors.UnknownNameError(
                    f"{name} is {word!r}",
                    needed=f"one of {', '.join(words)}",
                    do=f"state the {name} that is meant",
                    path=self.path,
                )
        names = [name for name, _ in self.facts]
        if len({*names}) < len(names):
            raise errors.InputError(
                f"facts are {names}",
                needed="each fact once",
                do="name each fact differently",
                path=self.path,
            )


def _check_axes(path: str, shape: tuple[int, ...], axes: Axes) -> None:
    if sorted(axes.all) != [*range(len(shape))]:
        raise errors.ShapeError(
            f"the axes {sorted(axes.all)} have a meaning in shape {shape}",
            needed="a meaning for every axis",
            do="name each of them among outputs, inputs, window and stacked",
            path=path,
        )
    if axes.grouped is not None and shape[axes.grouped] % axes.groups:
        raise errors.ShapeError(
            f"axis {axes.grouped} of shape {shape} holds {axes.groups} groups",
            needed="a length that the groups divide",
            do="check groups and groups_on",
            path=path,
        )
    if axes.blocks is not None:
        _check_blocks(path, shape, axes)


def _check_blocks(path: str, shape: tuple[int, ...], axes: Axes) -> None:
    blocks = axes.blocks
    assert blocks is not None
    if blocks.axis >= len(shape) or sum(blocks.sizes) != shape[blocks.axis]:
        raise errors.ShapeError(
            f"blocks of sizes {blocks.sizes} along axis {blocks.axis} of shape {shape}",
            needed="sizes that add up to the axis",
            do="give the size of every block",
            path=path,
        )
    if blocks.axis == axes.grouped:
        raise errors.ShapeError(
            f"axis {blocks.axis} of shape {shape} holds both blocks and groups",
            needed="one of the two",
            do="name the groups as blocks",
            path=path,
        )
