"""Drop-in for ``keras.initializers``: change the import and nothing else.

Every name, default and formula of ``keras.initializers``: ``scale`` multiplies the *variance* of
variance scaling, its normal laws are cut at two stds and widened to the std that was asked for,
fans are read off the raw shape. They make objects for ``kernel_initializer=``, with
``get_config`` and ``from_config``, that Keras saves and loads with the model. What differs, on
purpose:

* A value depends on (seed, path, index) and on nothing else: not on the backend or on Keras's own
  seeds. The bits are those that torch, JAX and NumPy get for that seed, path and shape.
* An instance that is used twice gives different values. Keras's own repeats them, so that two
  layers which share one start out equal. Give ``path=`` to have the same values again.
* The names are functions that make an initializer, so they must be called: ``HeNormal()``.
* ``seed`` is a whole number; a ``SeedGenerator`` is refused.
* ``layout="torch"`` counts elements as torch would store the kernel.

Arguments that all of them share: ``seed``; ``input_axes`` and ``output_axes`` say what the axes
mean; ``path`` and ``layout`` as above, by keyword.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras

from isometry import errors, schemes
from isometry.frameworks import dropins
from isometry.frameworks.dropins import calls
from isometry.frameworks.keras.initializer import Initializer
from isometry.schemes import Scheme

__all__ = [
    "STFT",
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "IdentityInitializer",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "OrthogonalInitializer",
    "RandomNormal",
    "RandomUniform",
    "STFTInitializer",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "calls",
    "constant",
    "deserialize",
    "from_scheme",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "serialize",
    "stft",
    "truncated_normal",
    "variance_scaling",
    "zeros",
]

Axes = Sequence[int] | None

DISTRIBUTIONS: dict[str, schemes.Distribution] = {
    "normal": "truncated_normal",
    "truncated_normal": "truncated_normal",
    "uniform": "uniform",
    "untruncated_normal": "normal",
}
"""Keras's names of distributions: its "normal" is the truncated one."""

_CUT = "truncated_normal"


def from_scheme(scheme: Scheme | str, *, seed: int | None = None, **where: Any) -> Initializer:
    """Any scheme of the catalogue, by name and options or as an object.

    Args:
        scheme: Name, such as ``"kumar"``, or a scheme.
        seed: The user's number.
        **where: ``input_axes``, ``output_axes``, ``path``, ``layout``; all else are options of the
            scheme that is named.

    Returns:
        An object for ``kernel_initializer=`` and its like.

    Raises:
        UnknownNameError: No scheme has that name.
        InputError: Options are given beside a scheme that is already made.
    """
    names = ("input_axes", "output_axes", "path", "layout")
    kept = {name: where.pop(name) for name in names if name in where}
    return Initializer(dropins.resolved(scheme, where), seed=seed, **kept)


def Constant(value: float = 0.0) -> Initializer:
    """All elements ``value``."""
    return from_scheme(schemes.Constant(value))


def Zeros() -> Initializer:
    """All elements 0."""
    return Constant(0.0)


def Ones() -> Initializer:
    """All elements 1."""
    return Constant(1.0)


def Identity(gain: float = 1.0) -> Initializer:
    """``gain`` times the identity matrix, cut to a rectangle."""
    return from_scheme(schemes.Identity(gain))


def RandomNormal(
    mean: float = 0.0, stddev: float = 0.05, seed: int | None = None, **where: Any
) -> Initializer:
    """N(mean, stddev**2)."""
    return from_scheme(schemes.Normal(mean, stddev), seed=seed, **where)


def RandomUniform(
    minval: float = -0.05, maxval: float = 0.05, seed: int | None = None, **where: Any
) -> Initializer:
    """U[minval, maxval)."""
    return from_scheme(schemes.Uniform(minval, maxval), seed=seed, **where)


def TruncatedNormal(
    mean: float = 0.0, stddev: float = 0.05, seed: int | None = None, **where: Any
) -> Initializer:
    """N(mean, stddev**2) cut at two stds, so that the values' own std is 0.8796 of ``stddev``."""
    return from_scheme(schemes.CutNormal(stddev, mean=mean), seed=seed, **where)


def VarianceScaling(
    scale: float = 1.0,
    mode: str = "fan_in",
    distribution: str = "truncated_normal",
    seed: int | None = None,
    input_axes: Axes = None,
    output_axes: Axes = None,
    **where: Any,
) -> Initializer:
    """Mean 0 and *variance* ``scale / fan``.

    Args:
        scale: Factor on the variance, above 0.
        mode: fan_in, fan_out, fan_avg; or fan_geo, which Keras lacks.
        distribution: truncated_normal, of which "normal" is another name as in Keras;
            untruncated_normal; uniform.
        seed: The user's number.
        input_axes: Axes over input units; the raw shape's convention when not given.
        output_axes: Axes over output units.
        **where: ``path`` and ``layout``.

    Returns:
        An object for ``kernel_initializer=`` and its like.

    Raises:
        InputError: ``scale`` is not finite and above 0.
        UnknownNameError: No mode or distribution has that name.
    """
    if distribution not in DISTRIBUTIONS:
        raise errors.UnknownNameError(
            f"distribution is {distribution!r}",
            needed=", ".join(repr(name) for name in DISTRIBUTIONS),
            do="pass one of these",
        )
    scheme = schemes.VarianceScaling(
        dropins.std_gain(scale),
        fan=dropins.fan_of(mode),
        distribution=DISTRIBUTIONS[distribution],
        convention="keras",
    )
    return Initializer(scheme, seed=seed, input_axes=input_axes, output_axes=output_axes, **where)


def GlorotUniform(
    seed: int | None = None, input_axes: Axes = None, output_axes: Axes = None, **where: Any
) -> Initializer:
    """U(-b, b), b = sqrt(6 / (fan_in + fan_out)) (Glorot & Bengio 2010, eq. 16)."""
    return VarianceScaling(1.0, "fan_avg", "uniform", seed, input_axes, output_axes, **where)


def GlorotNormal(
    seed: int | None = None, input_axes: Axes = None, output_axes: Axes = None, **where: Any
) -> Initializer:
    """Truncated normal of variance 2 / (fan_in + fan_out) (Glorot & Bengio 2010, eq. 12)."""
    return VarianceScaling(1.0, "fan_avg", _CUT, seed, input_axes, output_axes, **where)


def LecunUniform(
    seed: int | None = None, input_axes: Axes = None, output_axes: Axes = None, **where: Any
) -> Initializer:
    """U(-b, b), b = sqrt(3 / fan_in) (LeCun et al. 1998)."""
    return VarianceScaling(1.0, "fan_in", "uniform", seed, input_axes, output_axes, **where)


def LecunNormal(
    seed: int | None = None, input_axes: Axes = None, output_axes: Axes = None, **where: Any
) -> Initializer:
    """Truncated normal of variance 1 / fan_in (LeCun et al. 1998)."""
    return VarianceScaling(1.0, "fan_in", _CUT, seed, input_axes, output_axes, **where)


def HeUniform(
    seed: int | None = None, input_axes: Axes = None, output_axes: Axes = None, **where: Any
) -> Initializer:
    """U(-b, b), b = sqrt(6 / fan_in) (He et al. 2015, eq. 10)."""
    return VarianceScaling(2.0, "fan_in", "uniform", seed, input_axes, output_axes, **where)


def HeNormal(
    seed: int | None = None, input_axes: Axes = None, output_axes: Axes = None, **where: Any
) -> Initializer:
    """Truncated normal of variance 2 / fan_in (He et al. 2015, eq. 10)."""
    return VarianceScaling(2.0, "fan_in", _CUT, seed, input_axes, output_axes, **where)


def Orthogonal(gain: float = 1.0, seed: int | None = None, **where: Any) -> Initializer:
    """``gain`` times a Haar-distributed (window * in, out) matrix of orthonormal rows or columns.

    No correction for matrices that are not square, as in Keras; ``from_scheme("orthogonal")`` has
    one.
    """
    return from_scheme(schemes.Orthogonal(gain, convention="keras"), seed=seed, **where)


STFT = keras.initializers.STFT
"""Keras's own: a table without random numbers."""

constant = Constant
glorot_normal = GlorotNormal
glorot_uniform = GlorotUniform
he_normal = HeNormal
he_uniform = HeUniform
identity = IdentityInitializer = Identity
lecun_normal = LecunNormal
lecun_uniform = LecunUniform
ones = Ones
orthogonal = OrthogonalInitializer = Orthogonal
random_normal = RandomNormal
random_uniform = RandomUniform
stft = STFTInitializer = STFT
truncated_normal = TruncatedNormal
variance_scaling = VarianceScaling
zeros = Zeros

deserialize = keras.initializers.deserialize
serialize = keras.initializers.serialize

_NAMES: dict[str, Callable[..., Any]] = {
    "normal": RandomNormal,
    "one": Ones,
    "uniform": RandomUniform,
    "zero": Zeros,
} | {name: globals()[name] for name in __all__ if name not in {"calls", "get", "Initializer"}}


def get(identifier: Any) -> Any:
    """As ``keras.initializers.get``, but a name means the initializer of that name in this module.

    Args:
        identifier: A name, or anything else that Keras takes for an initializer.

    Returns:
        An initializer, or None for None.

    Raises:
        UnknownNameError: No initializer has that name.
    """
    if not isinstance(identifier, str):
        return keras.initializers.get(identifier)
    if identifier not in _NAMES:
        raise errors.UnknownNameError(
            f"no initializer is called {identifier!r}",
            needed=f"one of {', '.join(sorted(_NAMES))}",
            do="pass one of these names, or an initializer",
        )
    return _NAMES[identifier]()
