"""What ``torch.nn.init`` lacks; arguments are described in the package."""

from typing import Any, Literal

from torch import Generator, Tensor

from isometry import schemes
from isometry.frameworks import dropins
from isometry.frameworks.torch.init.calling import fill
from isometry.parameters import Axes
from isometry.schemes import Scheme


def scheme_(
    tensor: Tensor,
    scheme: Scheme | str,
    *,
    axes: Axes | None = None,
    generator: Generator | None = None,
    seed: int | None = None,
    path: str | None = None,
    **options: Any,
) -> Tensor:
    """Any scheme of the catalogue, by name and options or as an object.

    Args:
        tensor: Filled in place.
        scheme: Name, such as ``"siren"``, or a scheme.
        axes: What the axes mean, for groups, strides, experts or packed blocks; ``(out, in,
            *window)`` when not given.
        generator: Source of the seed.
        seed: The user's number.
        path: Address of the tensor.
        **options: Of the scheme that is named.

    Returns:
        ``tensor`` itself.

    Raises:
        UnknownNameError: No scheme has that name.
        InputError: Options are given beside a scheme that is already made.

    >>> import torch
    >>> weight = scheme_(torch.empty(4, 4), "orthogonal", gain=2.0, seed=0, path="w")
    >>> bool(torch.allclose(weight @ weight.T, 4 * torch.eye(4), atol=1e-5))
    True
    """
    chosen = dropins.resolved(scheme, options)
    return fill(tensor, chosen, seed=seed, path=path, generator=generator, axes=axes)


def variance_scaling_(
    tensor: Tensor,
    gain: float = 1.0,
    fan: str = "fan_in",
    distribution: schemes.Distribution = "normal",
    *,
    generator: Generator | None = None,
    seed: int | None = None,
    path: str | None = None,
) -> Tensor:
    """Mean 0 and std ``gain / sqrt(fan)``, exactly so for every distribution.

    ``gain`` multiplies the std, where the ``scale`` of Keras and JAX multiplies the variance.
    ``fan`` is fan_in, fan_out, fan_avg or fan_geo; ``distribution`` is normal, uniform or
    truncated_normal.
    """
    scheme = schemes.VarianceScaling(
        gain, fan=dropins.fan_of(fan), distribution=distribution, convention="torch"
    )
    return fill(tensor, scheme, seed=seed, path=path, generator=generator)


def lecun_normal_(
    tensor: Tensor,
    gain: float = 1.0,
    generator: Generator | None = None,
    *,
    seed: int | None = None,
    path: str | None = None,
) -> Tensor:
    """N(0, gain**2 / fan_in) (LeCun et al. 1998, section 4.6)."""
    return variance_scaling_(tensor, gain, generator=generator, seed=seed, path=path)


def lecun_uniform_(
    tensor: Tensor,
    gain: float = 1.0,
    generator: Generator | None = None,
    *,
    seed: int | None = None,
    path: str | None = None,
) -> Tensor:
    """U(-b, b), b = gain sqrt(3 / fan_in) (LeCun et al. 1998, section 4.6)."""
    return variance_scaling_(
        tensor, gain, distribution="uniform", generator=generator, seed=seed, path=path
    )


def identity_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """``gain`` times the identity, cut to a rectangle; ``dirac_`` is that of a convolution."""
    return scheme_(tensor, schemes.Identity(gain), seed=0, path="")


def hadamard_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """``gain / sqrt(fan_in)`` times a corner of a Hadamard matrix of signs."""
    return scheme_(tensor, schemes.Hadamard(gain), seed=0, path="")


def delta_orthogonal_(
    tensor: Tensor,
    gain: float = 1.0,
    generator: Generator | None = None,
    *,
    seed: int | None = None,
    path: str | None = None,
) -> Tensor:
    """An orthogonal matrix at a kernel's central tap, 0 elsewhere (Xiao et al. 2018).

    Where outputs outnumber inputs it is scaled to keep the mean square of the signal.
    """
    scheme = schemes.DeltaOrthogonal(gain)
    return scheme_(tensor, scheme, generator=generator, seed=seed, path=path)


def mirrored_(
    tensor: Tensor,
    form: Literal["first", "hidden", "readout"] = "hidden",
    activation: str = "relu",
    gain: float = 1.0,
    *,
    generator: Generator | None = None,
    seed: int | None = None,
    path: str | None = None,
) -> Tensor:
    """Blocks [[A, -A], [-A, A]] that make a ReLU net linear at the start (Balduzzi et al. 2017).

    ``form`` is first, hidden or readout; ``activation`` stands before the layer.
    """
    scheme = schemes.Mirrored(form, activation, gain)
    return scheme_(tensor, scheme, generator=generator, seed=seed, path=path)


def kumar_normal_(
    tensor: Tensor,
    activation: str = "tanh",
    generator: Generator | None = None,
    *,
    seed: int | None = None,
    path: str | None = None,
) -> Tensor:
    """N(0, 1 / (fan_in f'(0)**2 (1 + f(0)**2))) for the activation f (Kumar 2017, eq. 14)."""
    scheme = schemes.Kumar(activation)
    return scheme_(tensor, scheme, generator=generator, seed=seed, path=path)
