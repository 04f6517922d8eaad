"""The one initializer class of the Keras drop-in: a scheme that Keras can call, save and load."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import keras
from keras.src.backend.common import name_scope  # Keras has no public way to ask for the scope.

from isometry import errors, rng, schemes
from isometry.frameworks import dropins
from isometry.parameters import Axes
from isometry.schemes import Scheme


# Keras tells the axes of an einsum's kernel to instances of its VarianceScaling and to no others:
# that is what the base class is for, nothing of it is used.
@keras.saving.register_keras_serializable(package="isometry")
class Initializer(keras.initializers.VarianceScaling):  # type: ignore[misc]  # Keras ships no types
    """``initializer(shape, dtype)`` for one scheme.

    Safe to use for many layers: every call gives other values, unless ``path`` is given. Then
    values are those of that path, whenever and wherever it is called.

    Without ``path`` a call is named by the layer that Keras is building,
    ``"encoder/dense/call/0"``, so that inserting a layer elsewhere changes nothing; outside any
    layer by ``"call/0"``, ``"call/1"``, … Keras numbers layers that have no name through the
    whole process: name them, or clear the session, where a second model is to have the weights of
    the first.

    Args:
        scheme: How the weight is filled; or what ``get_config`` wrote of it.
        seed: The user's number; that of ``calls``, else 0, when not given.
        input_axes: Axes over input units; ``(*window, in, out)`` when neither these nor
            ``output_axes`` are given. Axes that are in neither do not count, as in Keras.
        output_axes: Axes over output units.
        path: Address of the weight.
        layout: ``"torch"`` counts elements as torch would store this kernel, ``(out, in,
            *window)``, so that it holds the transpose of the weight that torch has for the same
            seed and path.

    Raises:
        InputError: ``seed`` is not a whole number from 0 to 2**64 - 1, or only one side's axes are
            given, or axes beside ``layout="torch"``.
        UnknownNameError: ``layout`` is neither ``"given"`` nor ``"torch"``.
    """

    def __init__(
        self,
        scheme: Scheme | dict[str, Any],
        *,
        seed: int | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
        path: str | None = None,
        layout: str = "given",
    ) -> None:
        rng.derive_key(0 if seed is None else seed, path or "")  # refuses what is no seed
        made = schemes.from_json(scheme) if isinstance(scheme, dict) else scheme
        self.scheme = made if input_axes is None else _by_meaning(made)
        self.seed = seed
        self.input_axes = None if input_axes is None else tuple(input_axes)
        self.output_axes = None if output_axes is None else tuple(output_axes)
        self.path = path
        self.layout = dropins.checked_layout(layout)
        self._check_axes()

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Any:
        """The values of one weight, as a tensor of Keras's backend.

        Args:
            shape: Shape of the weight.
            dtype: A floating-point dtype; Keras's ``floatx`` if None.

        Returns:
            A tensor of that shape and dtype: float32 values, rounded once.

        Raises:
            ShapeError: The scheme cannot fill that shape.
            DtypeError: The dtype holds no real floating-point numbers.
        """
        sizes = tuple(int(size) for size in shape)
        name = _checked_dtype(dtype)
        scope = name_scope.current_path()
        seed, path = dropins.current().origin(self.seed, self.path, scope=scope)
        if self.layout == "given" or len(sizes) < 2:
            parameter = dropins.described(
                path, sizes, convention="keras", axes=self._axes(len(sizes))
            )
            values = dropins.drawn(self.scheme, parameter, seed)
        else:
            stored = dropins.described(path, dropins.torch_shape(sizes), convention="torch")
            values = dropins.transposed(dropins.drawn(self.scheme, stored, seed))
        return keras.ops.cast(keras.ops.convert_to_tensor(values.copy(), "float32"), name)

    def get_config(self) -> dict[str, Any]:
        """Everything that ``from_config`` needs, in plain Python."""
        return {
            "scheme": schemes.to_json(self.scheme),
            "seed": self.seed,
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
            "path": self.path,
            "layout": self.layout,
        }

    def __repr__(self) -> str:
        return f"Initializer({self.scheme!r}, seed={self.seed}, path={self.path!r})"

    def _check_axes(self) -> None:
        if (self.input_axes is None) != (self.output_axes is None) or (
            self.layout == "torch" and self.input_axes is not None
        ):
            raise errors.InputError(
                f"input_axes={self.input_axes}, output_axes={self.output_axes} and "
                f"layout={self.layout!r} were given",
                needed="both axes or none, and none where layout='torch' says what they are",
                do="give both, or leave both out",
                path=self.path or "",
            )

    def _axes(self, rank: int) -> Axes | None:
        """The axes as they were stated; those not named do not count."""
        if self.input_axes is None or self.output_axes is None:
            return None
        inputs = tuple(axis % rank for axis in self.input_axes)
        outputs = tuple(axis % rank for axis in self.output_axes)
        rest = tuple(axis for axis in range(rank) if axis not in (*inputs, *outputs))
        return Axes(outputs=outputs, inputs=inputs, stacked=rest)


def _by_meaning(scheme: Scheme) -> Scheme:
    """The scheme with fans counted by the meaning of the axes instead of by the raw shape."""
    if isinstance(scheme, schemes.VarianceScaling):
        return replace(scheme, convention="semantic")
    return scheme


def _checked_dtype(dtype: Any) -> str:
    name = str(keras.backend.standardize_dtype(dtype))
    if "float" not in name:
        raise errors.DtypeError(
            f"dtype is {name}",
            needed="a real floating-point dtype",
            do="initialize a float weight, then convert it",
        )
    return name
