"""Drop-in for ``jax.nn.initializers``: change the import and nothing else.

Every name, default and formula of ``jax.nn.initializers``: ``scale`` multiplies the *variance* of
variance scaling, truncated laws are cut at two stds and widened to the std that was asked for,
fans are read off the axes named. ``init(key, shape, dtype)`` works with new and old style keys
and with a plain seed, traced or not, under ``jit``, ``vmap`` and ``out_shardings``. What differs,
on purpose:

* A value depends on (seed, path, index) and on nothing else. ``jax.random.key(n)`` stands for the
  seed ``n``: the bits are those that torch, Keras and NumPy get for that seed, path and shape.
  Keys made by ``split`` and ``fold_in`` stand for other seeds.
* ``path=`` names the weight; it is empty if not given, as JAX tells weights apart by their keys.
* ``layout="torch"`` counts elements as torch would store the kernel.
* Complex dtypes are refused.

Arguments that all of them share: ``in_axis``, ``out_axis`` and ``batch_axis`` say what the axes
mean, all others are a kernel's; ``dtype`` is that of calls that name none; ``path`` and
``layout`` as above.
"""

from typing import Any, Literal

from isometry import schemes
from isometry.frameworks import dropins
from isometry.frameworks.jax.axes import Axis
from isometry.frameworks.jax.initializer import Initializer
from isometry.schemes import Scheme

Distribution = Literal["normal", "truncated_normal", "uniform"]

__all__ = [
    "Initializer",
    "constant",
    "delta_orthogonal",
    "from_scheme",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "kaiming_normal",
    "kaiming_uniform",
    "lecun_normal",
    "lecun_uniform",
    "normal",
    "ones",
    "orthogonal",
    "truncated_normal",
    "uniform",
    "variance_scaling",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
]

zeros = Initializer(schemes.Zeros())
"""All elements 0; called as it is, ``zeros(key, shape)``."""
ones = Initializer(schemes.Ones())
"""All elements 1; called as it is, ``ones(key, shape)``."""


def from_scheme(
    scheme: Scheme | str,
    *,
    in_axis: Axis = -2,
    out_axis: Axis = -1,
    batch_axis: Axis = (),
    dtype: Any = None,
    path: str = "",
    layout: dropins.Layout = "given",
    **options: Any,
) -> Initializer:
    """Any scheme of the catalogue, by name and options or as an object.

    >>> from_scheme("kumar", activation="tanh")(0, (64, 32)).shape
    (64, 32)
    """
    chosen = dropins.resolved(scheme, options)
    return Initializer(chosen, in_axis, out_axis, batch_axis, path, layout, dtype)


def constant(value: float, dtype: Any = None) -> Initializer:
    """All elements ``value``."""
    return from_scheme(schemes.Constant(value), dtype=dtype)


def uniform(
    scale: float = 1e-2, dtype: Any = None, *, path: str = "", layout: dropins.Layout = "given"
) -> Initializer:
    """U[0, scale): one-sided, as in JAX."""
    return from_scheme(schemes.Uniform(0.0, scale), dtype=dtype, path=path, layout=layout)


def normal(
    stddev: float = 1e-2, dtype: Any = None, *, path: str = "", layout: dropins.Layout = "given"
) -> Initializer:
    """N(0, stddev**2)."""
    return from_scheme(schemes.Normal(0.0, stddev), dtype=dtype, path=path, layout=layout)


def truncated_normal(
    stddev: float = 1e-2,
    dtype: Any = None,
    lower: float = -2.0,
    upper: float = 2.0,
    *,
    path: str = "",
    layout: dropins.Layout = "given",
) -> Initializer:
    """N(0, stddev**2) cut at ``lower`` and ``upper`` *stds*; the values' own std is smaller."""
    scheme = schemes.TruncatedNormal(0.0, stddev, lower * stddev, upper * stddev)
    return from_scheme(scheme, dtype=dtype, path=path, layout=layout)


def variance_scaling(
    scale: float,
    mode: str,
    distribution: Distribution,
    in_axis: Axis = -2,
    out_axis: Axis = -1,
    batch_axis: Axis = (),
    dtype: Any = None,
    *,
    path: str = "",
    layout: dropins.Layout = "given",
) -> Initializer:
    """Mean 0, *variance* ``scale / fan``; ``mode``: fan_in, fan_out, fan_avg or fan_geo_avg."""
    scheme = schemes.VarianceScaling(
        dropins.std_gain(scale), fan=dropins.fan_of(mode), distribution=distribution
    )
    return Initializer(scheme, in_axis, out_axis, batch_axis, path, layout, dtype)


def glorot_uniform(
    in_axis: Axis = -2, out_axis: Axis = -1, batch_axis: Axis = (), dtype: Any = None, **where: Any
) -> Initializer:
    """U(-b, b), b = sqrt(6 / (fan_in + fan_out)) (Glorot & Bengio 2010, eq. 16)."""
    return variance_scaling(
        1.0, "fan_avg", "uniform", in_axis, out_axis, batch_axis, dtype, **where
    )


def glorot_normal(
    in_axis: Axis = -2, out_axis: Axis = -1, batch_axis: Axis = (), dtype: Any = None, **where: Any
) -> Initializer:
    """Truncated normal of variance 2 / (fan_in + fan_out) (Glorot & Bengio 2010, eq. 12)."""
    return variance_scaling(
        1.0, "fan_avg", "truncated_normal", in_axis, out_axis, batch_axis, dtype, **where
    )


def lecun_uniform(
    in_axis: Axis = -2, out_axis: Axis = -1, batch_axis: Axis = (), dtype: Any = None, **where: Any
) -> Initializer:
    """U(-b, b), b = sqrt(3 / fan_in) (LeCun et al. 1998)."""
    return variance_scaling(1.0, "fan_in", "uniform", in_axis, out_axis, batch_axis, dtype, **where)


def lecun_normal(
    in_axis: Axis = -2, out_axis: Axis = -1, batch_axis: Axis = (), dtype: Any = None, **where: Any
) -> Initializer:
    """Truncated normal of variance 1 / fan_in (LeCun et al. 1998)."""
    return variance_scaling(
        1.0, "fan_in", "truncated_normal", in_axis, out_axis, batch_axis, dtype, **where
    )


def he_uniform(
    in_axis: Axis = -2, out_axis: Axis = -1, batch_axis: Axis = (), dtype: Any = None, **where: Any
) -> Initializer:
    """U(-b, b), b = sqrt(6 / fan_in) (He et al. 2015, eq. 10)."""
    return variance_scaling(2.0, "fan_in", "uniform", in_axis, out_axis, batch_axis, dtype, **where)


def he_normal(
    in_axis: Axis = -2, out_axis: Axis = -1, batch_axis: Axis = (), dtype: Any = None, **where: Any
) -> Initializer:
    """Truncated normal of variance 2 / fan_in (He et al. 2015, eq. 10)."""
    return variance_scaling(
        2.0, "fan_in", "truncated_normal", in_axis, out_axis, batch_axis, dtype, **where
    )


def orthogonal(
    scale: float = 1.0,
    column_axis: int = -1,
    dtype: Any = None,
    *,
    path: str = "",
    layout: dropins.Layout = "given",
) -> Initializer:
    """``scale`` times a Haar-distributed matrix of orthonormal rows or columns, as in JAX.

    ``column_axis`` holds the columns, all other axes together the rows; no correction for
    matrices that are not square (``from_scheme("orthogonal")`` has one). All values come together
    from the host: under ``jit`` through a callback, whenever the program runs.
    """
    scheme = schemes.Orthogonal(scale, convention="flax")
    in_axis: Axis = -2 if column_axis == -1 else ()
    return from_scheme(
        scheme, in_axis=in_axis, out_axis=column_axis, dtype=dtype, path=path, layout=layout
    )


def delta_orthogonal(
    scale: float = 1.0,
    column_axis: int = -1,
    dtype: Any = None,
    *,
    path: str = "",
    layout: dropins.Layout = "given",
) -> Initializer:
    """``scale`` times an orthogonal matrix at a kernel's central tap (Xiao et al. 2018), else 0.

    JAX refuses more inputs than outputs; here their rows are orthonormal. ``column_axis`` is the
    axis of the outputs, -1 or -2.
    """
    scheme = schemes.DeltaOrthogonal(scale, correction=False)
    in_axis = -1 if column_axis == -2 else -2
    return from_scheme(
        scheme, in_axis=in_axis, out_axis=column_axis, dtype=dtype, path=path, layout=layout
    )


kaiming_normal = he_normal
kaiming_uniform = he_uniform
xavier_normal = glorot_normal
xavier_uniform = glorot_uniform
