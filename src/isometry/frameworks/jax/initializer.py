"""The one initializer class of the JAX drop-in: a scheme that can be called as JAX calls one."""

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
from jax import Array

from isometry import errors
from isometry.frameworks import dropins
from isometry.frameworks.jax import axes, filling
from isometry.frameworks.jax.axes import Axis
from isometry.parameters import Axes
from isometry.schemes import Scheme

DEFAULT_AXES: tuple[Axis, Axis, Axis] = (-2, -1, ())
"""``in_axis``, ``out_axis`` and ``batch_axis`` of a ``(*window, in, out)`` kernel."""


# jax.jit keeps weak references to the functions it is given.
@dataclass(frozen=True, slots=True, weakref_slot=True)
class Initializer:
    """``init(key, shape, dtype)`` for one scheme; hashable and comparable, as it is only data.

    Attributes:
        scheme: How the weight is filled.
        in_axis: Axis or axes of the inputs.
        out_axis: Axis or axes of the outputs.
        batch_axis: Axis or axes that run over independent weights.
        path: Address of the weight; part of what decides its values, beside the key.
        layout: ``"torch"`` counts elements as torch would store this kernel, ``(out, in,
            *window)``, so that it holds the transpose of the weight that torch has for the same
            seed and path.
        dtype: Dtype of calls that name none.
    """

    scheme: Scheme
    in_axis: Axis = DEFAULT_AXES[0]
    out_axis: Axis = DEFAULT_AXES[1]
    batch_axis: Axis = DEFAULT_AXES[2]
    path: str = ""
    layout: str = "given"
    dtype: Any = None

    def __post_init__(self) -> None:
        if dropins.checked_layout(self.layout) == "torch" and self._axes != DEFAULT_AXES:
            raise errors.InputError(
                f"layout='torch' with axes {self._axes}",
                needed="a kernel (*window, in, out), whose layout in torch is known",
                do="leave the axes or the layout out",
                path=self.path,
            )

    def __call__(
        self, key: Array | int, shape: Any, dtype: Any = None, out_sharding: Any = None
    ) -> Array:
        """The values of one weight.

        Args:
            key: A key of ``jax.random.key`` or ``PRNGKey``, traced or not; or a seed.
            shape: Shape of the weight.
            dtype: A floating-point dtype; the initializer's own, else JAX's default, if None.
            out_sharding: Layout over devices; each makes its own part.

        Returns:
            An array of that shape and dtype: float32 values, rounded once.

        Raises:
            ShapeError: The scheme cannot fill that shape, or an axis is not one of it.
            DtypeError: The dtype is no real floating-point one.
            InputError: The key is none of two words.
        """
        wanted = filling.float_dtype(self.dtype if dtype is None else dtype)
        sizes = tuple(int(size) for size in shape)
        meaning = self._meaning(sizes)
        if self.layout == "given" or len(sizes) < 2:
            parameter = dropins.described(self.path, sizes, convention="keras", axes=meaning)
            values = filling.fill(self.scheme, parameter, key, sharding=out_sharding)
        else:
            stored = dropins.torch_shape(sizes)
            parameter = dropins.described(self.path, stored, convention="torch")
            values = jnp.transpose(
                filling.fill(self.scheme, parameter, key), dropins.from_torch(len(sizes))
            )
        return values.astype(wanted)

    @property
    def _axes(self) -> tuple[Axis, Axis, Axis]:
        return self.in_axis, self.out_axis, self.batch_axis

    def _meaning(self, shape: tuple[int, ...]) -> Axes | None:
        """The axes as they were stated; ``None`` for a shape that the default does not fit."""
        if len(shape) < 2 and self._axes == DEFAULT_AXES:
            return None
        return axes.stated(shape, *self._axes)
