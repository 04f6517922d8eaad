"""Every function of ``torch.nn.init``, with torch's formulas; the package describes arguments."""

from typing import Literal

from torch import Generator, Tensor

from isometry import errors, schemes, theory
from isometry.frameworks import dropins
from isometry.frameworks.torch.init.additions import identity_
from isometry.frameworks.torch.init.calling import fill
from isometry.parameters import Axes

Mode = Literal["fan_in", "fan_out"]

CONVOLUTIONS = frozenset(f"conv{kind}{rank}d" for kind in ("", "_transpose") for rank in (1, 2, 3))
"""Layers that torch's table of gains names beside activations; as linear as a linear layer."""

TORCH_BOUNDS = (-2.0, 2.0)
"""Default bounds of ``torch.nn.init.trunc_normal_``, absolute."""


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The gain for an activation: torch's own number where torch has one, else the exact one.

    torch defines linear, convolutions and sigmoid 1, tanh 5/3, relu sqrt(2), leaky_relu
    sqrt(2 / (1 + param**2)) with param 0.01 by default, selu 3/4. Every other activation of
    ``isometry.gain`` is known as well; its gain keeps the mean square of the pre-activation:
    1 / sqrt(E f(Z)**2).

    >>> round(calculate_gain("tanh"), 6), round(calculate_gain("gelu"), 6)
    (1.666667, 1.53353)
    """
    if nonlinearity in CONVOLUTIONS:
        return theory.gain("linear", "torch")
    if nonlinearity == "leaky_relu" and param is not None:
        return theory.gain(f"leaky_relu({param!r})", "torch")
    known = theory.torch_gain(nonlinearity)
    if known is not None:
        return known
    return theory.gain(nonlinearity if param is None else f"{nonlinearity}({param!r})")


def uniform_(
    tensor: Tensor,
    a: float = 0.0,
    b: float = 1.0,
    generator: Generator | None = None,
    *,
    seed: int | None = None,
    path: str | None = None,
) -> Tensor:
    """U[a, b)."""
    return fill(tensor, schemes.Uniform(a, b), seed=seed, path=path, generator=generator)


def normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    generator: Generator | None = None,
    *,
    seed: int | None = None,
    path: str | None = None,
) -> Tensor:
    """N(mean, std**2)."""
    return fill(tensor, schemes.Normal(mean, std), seed=seed, path=path, generator=generator)


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float | None = None,
    b: float | None = None,
    generator: Generator | None = None,
    *,
    cut: float | None = None,
    exact_std: bool = False,
    seed: int | None = None,
    path: str | None = None,
) -> Tensor:
    """N(mean, std**2) restricted to the *absolute* bounds [a, b], -2 and 2 by default, as in torch.

    With torch's default bounds and std 0.02 nothing is cut, as they lie 100 stds away. ``cut=2``
    puts the bounds 2 stds from the mean instead; then the values' own std is 0.8796 of ``std``,
    unless ``exact_std`` enlarges the law that is cut.

    Args:
        tensor: Filled in place.
        mean: Mean of the law that is cut.
        std: Std of the law that is cut; of the values with ``exact_std``.
        a: Lower bound, absolute.
        b: Upper bound, absolute.
        generator: Source of the seed.
        cut: Bounds in stds of the law that is cut, instead of ``a`` and ``b``.
        exact_std: Whether the values themselves have the std ``std``; needs ``cut``.
        seed: The user's number.
        path: Address of the tensor.

    Returns:
        ``tensor`` itself.

    Raises:
        InputError: ``cut`` is given with ``a`` or ``b``, or ``exact_std`` without ``cut``.
    """
    scheme = _truncated(mean, std, (a, b), cut=cut, exact_std=exact_std)
    return fill(tensor, scheme, seed=seed, path=path, generator=generator)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """All elements ``val``, rounded by the tensor's own dtype; of any dtype, as in torch."""
    tensor.detach().fill_(val)
    return tensor


def ones_(tensor: Tensor) -> Tensor:
    """All elements 1."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """All elements 0."""
    return constant_(tensor, 0.0)


def eye_(tensor: Tensor) -> Tensor:
    """The identity matrix, cut to a rectangle."""
    return identity_(tensor)


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """A convolution that passes channels through, group by group, by one tap at its centre."""
    window = tuple(range(2, tensor.ndim))
    axes = Axes(outputs=(0,), inputs=(1,), window=window, groups=groups)
    return fill(tensor, schemes.Dirac(), path="", seed=0, axes=axes)


def xavier_uniform_(
    tensor: Tensor,
    gain: float = 1.0,
    generator: Generator | None = None,
    *,
    seed: int | None = None,
    path: str | None = None,
) -> Tensor:
    """U(-b, b), b = gain sqrt(6 / (fan_in + fan_out)) (Glorot & Bengio 2010, eq. 16)."""
    scheme = _scaling(gain, "fan_avg", "uniform")
    return fill(tensor, scheme, seed=seed, path=path, generator=generator)


def xavier_normal_(
    tensor: Tensor,
    gain: float = 1.0,
    generator: Generator | None = None,
    *,
    seed: int | None = None,
    path: str | None = None,
) -> Tensor:
    """N(0, gain**2 2 / (fan_in + fan_out)) (Glorot & Bengio 2010, eq. 12)."""
    scheme = _scaling(gain, "fan_avg", "normal")
    return fill(tensor, scheme, seed=seed, path=path, generator=generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: Mode = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
    *,
    seed: int | None = None,
    path: str | None = None,
) -> Tensor:
    """U(-b, b), b = gain sqrt(3 / fan), with the gain of ``nonlinearity`` (He et al. 2015, eq. 10).

    Only a leaky ReLU, which is the default, reads its slope ``a``.
    """
    scheme = _scaling(_kaiming_gain(nonlinearity, a), mode, "uniform")
    return fill(tensor, scheme, seed=seed, path=path, generator=generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: Mode = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
    *,
    seed: int | None = None,
    path: str | None = None,
) -> Tensor:
    """N(0, gain**2 / fan), with the gain of ``nonlinearity`` (He et al. 2015, eq. 10).

    Only a leaky ReLU, which is the default, reads its slope ``a``.
    """
    scheme = _scaling(_kaiming_gain(nonlinearity, a), mode, "normal")
    return fill(tensor, scheme, seed=seed, path=path, generator=generator)


def orthogonal_(
    tensor: Tensor,
    gain: float = 1,
    generator: Generator | None = None,
    *,
    seed: int | None = None,
    path: str | None = None,
) -> Tensor:
    """``gain`` times a Haar-distributed semi-orthogonal (out, in * window) matrix, as in torch.

    Wide-to-narrow and narrow-to-wide maps get the same gain, which loses a factor out / in of the
    signal's mean square where out > in; ``isometry.schemes.Orthogonal`` corrects it by default.
    """
    scheme = schemes.Orthogonal(gain, convention="torch")
    return fill(tensor, scheme, seed=seed, path=path, generator=generator)


def sparse_(
    tensor: Tensor,
    sparsity: float,
    std: float = 0.01,
    generator: Generator | None = None,
    *,
    seed: int | None = None,
    path: str | None = None,
) -> Tensor:
    """N(0, std**2) with ceil(sparsity * rows) zeros in every column (after Martens 2010)."""
    scheme = schemes.Sparse(sparsity, std)
    return fill(tensor, scheme, seed=seed, path=path, generator=generator)


def _scaling(
    gain: float, fan: str, distribution: Literal["normal", "uniform"]
) -> schemes.VarianceScaling:
    return schemes.VarianceScaling(
        gain, fan=dropins.fan_of(fan.lower()), distribution=distribution, convention="torch"
    )


def _kaiming_gain(nonlinearity: str, a: float) -> float:
    """Only a leaky ReLU reads the slope, as in torch."""
    return calculate_gain(nonlinearity, a if nonlinearity == "leaky_relu" else None)


def _truncated(
    mean: float,
    std: float,
    bounds: tuple[float | None, float | None],
    *,
    cut: float | None,
    exact_std: bool,
) -> schemes.Scheme:
    a, b = bounds
    if cut is None and not exact_std:
        return schemes.TruncatedNormal(
            mean, std, TORCH_BOUNDS[0] if a is None else a, TORCH_BOUNDS[1] if b is None else b
        )
    if cut is None or a is not None or b is not None:
        raise errors.InputError(
            f"a={a}, b={b}, cut={cut} and exact_std={exact_std} were given together",
            needed="absolute bounds a and b, or cut with or without exact_std",
            do="pass cut=2.0 for bounds at two stds, and leave out a and b",
        )
    return schemes.CutNormal(std, cut, mean, exact_std)
