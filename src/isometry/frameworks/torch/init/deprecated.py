"""The names that torch itself deprecates: without the underscore, with torch's warning.

They are kept because a change of one import must not break code that still uses them.
"""

import functools
import warnings
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from isometry.frameworks.torch.init import classics

P = ParamSpec("P")
R = TypeVar("R")


def _deprecated(function: Callable[P, R]) -> Callable[P, R]:
    name = function.__name__.removesuffix("_")

    @functools.wraps(function)
    def old(*args: P.args, **options: P.kwargs) -> R:
        warnings.warn(
            f"`isometry.torch.init.{name}` is deprecated, as `torch.nn.init.{name}` is: "
            f"call `isometry.torch.init.{name}_`.",
            FutureWarning,
            stacklevel=2,
        )
        return function(*args, **options)

    old.__name__ = name
    old.__doc__ = f"Deprecated name of :func:`{name}_`."
    return old


constant = _deprecated(classics.constant_)
dirac = _deprecated(classics.dirac_)
eye = _deprecated(classics.eye_)
kaiming_normal = _deprecated(classics.kaiming_normal_)
kaiming_uniform = _deprecated(classics.kaiming_uniform_)
normal = _deprecated(classics.normal_)
orthogonal = _deprecated(classics.orthogonal_)
sparse = _deprecated(classics.sparse_)
uniform = _deprecated(classics.uniform_)
xavier_normal = _deprecated(classics.xavier_normal_)
xavier_uniform = _deprecated(classics.xavier_uniform_)
