"""Drop-in for ``torch.nn.init``: change ``from torch.nn import init`` and nothing else.

Every public name of ``torch.nn.init`` is here with its signature, its formula and its conventions:
the tensor is filled in place outside autograd and returned, meta tensors are left alone, fans are
read off the raw shape. What differs, on purpose:

* A value depends on (seed, path, index) and on nothing else: not on device, dtype, strides,
  threads or on torch's own generator, which is never touched. ``path=`` names the tensor; without
  it each call gets the next of the paths ``call/0``, ``call/1``, … so that the *order* of calls
  decides, as in torch. ``with init.calls(seed=3): …`` counts from 0 again, under a seed of its
  own.
* ``generator=`` is accepted: 63 bits are drawn from it and become the seed.
* Every floating-point dtype is filled, float8 included: one float32 value, rounded once.
* ``trunc_normal_`` takes ``cut=``, bounds in stds, and ``exact_std=``; with torch's ``a`` and
  ``b``, which are absolute, it draws exactly the truncated law, whatever the bounds.
* An argument that makes no sense is an error, never a warning; a tensor without elements is none.

Arguments that all of them share: ``tensor`` is filled; ``generator``, ``seed`` and ``path`` say
where the numbers come from; ``gain`` multiplies the std; ``mode`` is the fan that divides the
variance.
"""

from isometry.frameworks.dropins import calls
from isometry.frameworks.torch.init.additions import (
    delta_orthogonal_,
    hadamard_,
    identity_,
    kumar_normal_,
    lecun_normal_,
    lecun_uniform_,
    mirrored_,
    scheme_,
    variance_scaling_,
)
from isometry.frameworks.torch.init.classics import (
    calculate_gain,
    constant_,
    dirac_,
    eye_,
    kaiming_normal_,
    kaiming_uniform_,
    normal_,
    ones_,
    orthogonal_,
    sparse_,
    trunc_normal_,
    uniform_,
    xavier_normal_,
    xavier_uniform_,
    zeros_,
)
from isometry.frameworks.torch.init.deprecated import (
    constant,
    dirac,
    eye,
    kaiming_normal,
    kaiming_uniform,
    normal,
    orthogonal,
    sparse,
    uniform,
    xavier_normal,
    xavier_uniform,
)

__all__ = [
    "calculate_gain",
    "calls",
    "constant",
    "constant_",
    "delta_orthogonal_",
    "dirac",
    "dirac_",
    "eye",
    "eye_",
    "hadamard_",
    "identity_",
    "kaiming_normal",
    "kaiming_normal_",
    "kaiming_uniform",
    "kaiming_uniform_",
    "kumar_normal_",
    "lecun_normal_",
    "lecun_uniform_",
    "mirrored_",
    "normal",
    "normal_",
    "ones_",
    "orthogonal",
    "orthogonal_",
    "scheme_",
    "sparse",
    "sparse_",
    "trunc_normal_",
    "uniform",
    "uniform_",
    "variance_scaling_",
    "xavier_normal",
    "xavier_normal_",
    "xavier_uniform",
    "xavier_uniform_",
    "zeros_",
]
