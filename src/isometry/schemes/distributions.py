"""Laws with numbers of their own, blind to fans."""

from dataclasses import dataclass
from math import inf, isnan
from typing import ClassVar

from isometry import errors, rng
from isometry.parameters import Parameter
from isometry.schemes import checks
from isometry.schemes.elementwise import ElementwiseScheme, normal


@dataclass(frozen=True, slots=True)
class Uniform(ElementwiseScheme):
    """Entries are uniform in ``[low, high)``, with variance ``(high - low)² / 12``.

    Attributes:
        low: Lower bound, met.
        high: Upper bound, not met.

    >>> round(Uniform(-0.1, 0.1).moments(Parameter("w", (3, 4))).std, 6)
    0.057735
    """

    name: ClassVar[str] = "uniform"

    low: float
    high: float

    def __post_init__(self) -> None:
        checks.finite("low", self.low)
        checks.finite("high", self.high)
        if self.low > self.high:
            raise errors.InputError(
                f"low is {self.low} and high is {self.high}",
                needed="low of at most high",
                do="exchange them",
            )

    def law(self, parameter: Parameter) -> rng.Law:  # noqa: ARG002 - the same for all shapes
        """The uniform law, which without a width is a constant."""
        return rng.Uniform(self.low, self.high) if self.low < self.high else rng.Constant(self.low)


@dataclass(frozen=True, slots=True)
class Normal(ElementwiseScheme):
    """Entries are normal with the given mean and standard deviation.

    Attributes:
        mean: Mean of an entry.
        std: Standard deviation of an entry; 0 makes it a constant.

    >>> Normal(std=0.02).moments(Parameter("wte.weight", (50257, 768)))
    Moments(mean=0.0, std=0.02, kurtosis=3.0, skewness=0.0)
    """

    name: ClassVar[str] = "normal"

    mean: float = 0.0
    std: float = 1.0

    def __post_init__(self) -> None:
        checks.finite("mean", self.mean)
        checks.not_negative("std", self.std)

    def law(self, parameter: Parameter) -> rng.Law:  # noqa: ARG002 - the same for all shapes
        """The normal law."""
        return normal(self.mean, self.std)


@dataclass(frozen=True, slots=True)
class TruncatedNormal(ElementwiseScheme):
    """Entries are normal, restricted to *absolute* bounds, as in ``torch.nn.init.trunc_normal_``.

    With ``std=0.02`` the bounds -2 and 2 lie at a hundred deviations and cut nothing: say
    `CutNormal` where deviations are meant.

    Attributes:
        mean: Mean of the normal law before it is cut.
        std: Its standard deviation before it is cut.
        low: Lower bound; may be ``-inf``.
        high: Upper bound; may be ``inf``.

    >>> round(TruncatedNormal().moments(Parameter("w", (3, 4))).std, 6)
    0.879626
    """

    name: ClassVar[str] = "truncated_normal"

    mean: float = 0.0
    std: float = 1.0
    low: float = -2.0
    high: float = 2.0

    def __post_init__(self) -> None:
        checks.finite("mean", self.mean)
        checks.positive("std", self.std)
        if isnan(self.low) or isnan(self.high) or not self.low < self.high:
            raise errors.InputError(
                f"low is {self.low} and high is {self.high}",
                needed="low below high",
                do="give absolute bounds, such as low=-2 * std and high=2 * std",
            )
        # The law is built here so that an interval too narrow to be resolved is refused at once.
        _ = self._law

    @property
    def _law(self) -> rng.Law:
        if self.low == -inf and self.high == inf:
            return rng.Normal(self.mean, self.std)
        return rng.TruncatedNormal(self.mean, self.std, self.low, self.high)

    def law(self, parameter: Parameter) -> rng.Law:  # noqa: ARG002 - the same for all shapes
        """The truncated law."""
        return self._law


@dataclass(frozen=True, slots=True)
class CutNormal(ElementwiseScheme):
    """Entries are normal, cut at ``cut`` deviations on both sides, as in JAX and Keras.

    Cutting at 2 leaves a standard deviation of 0.8796 ``std``; with ``exact_std`` the normal is
    widened first, so that what is left has exactly ``std``.

    Attributes:
        std: Standard deviation before the cut, or after it with ``exact_std``.
        cut: Bound in deviations of the normal before the cut.
        mean: Mean, which the cut keeps.
        exact_std: Whether ``std`` is that of the entries.

    >>> weight = Parameter("w", (3, 4))
    >>> round(CutNormal(0.02).moments(weight).std, 6)
    0.017593
    >>> round(CutNormal(0.02, exact_std=True).moments(weight).std, 6)
    0.02
    """

    name: ClassVar[str] = "cut_normal"

    std: float = 1.0
    cut: float = 2.0
    mean: float = 0.0
    exact_std: bool = False

    def __post_init__(self) -> None:
        checks.finite("mean", self.mean)
        checks.positive("std", self.std)
        checks.positive("cut", self.cut)
        _ = self._law

    @property
    def _law(self) -> rng.Law:
        return rng.TruncatedNormal.from_sigmas(
            self.std, self.cut, self.mean, exact_std=self.exact_std
        )

    def law(self, parameter: Parameter) -> rng.Law:  # noqa: ARG002 - the same for all shapes
        """The truncated law."""
        return self._law


@dataclass(frozen=True, slots=True)
class Sign(ElementwiseScheme):
    """Entries are ``+magnitude`` or ``-magnitude``, each as likely (Rademacher).

    Attributes:
        magnitude: Size of every entry, which is also the standard deviation.

    >>> Sign(0.5).moments(Parameter("w", (3, 4)))
    Moments(mean=0.0, std=0.5, kurtosis=1.0, skewness=0.0)
    """

    name: ClassVar[str] = "sign"

    magnitude: float = 1.0

    def __post_init__(self) -> None:
        checks.positive("magnitude", self.magnitude)

    def law(self, parameter: Parameter) -> rng.Law:  # noqa: ARG002 - the same for all shapes
        """The law of signs."""
        return rng.Sign(self.magnitude)
