"""What becomes of signal and gradient in a deep plain stack under each classic start."""

from dataclasses import dataclass
from typing import Literal

from isometry.theory.activations import Nonlinearity
from isometry.theory.criticality import CriticalPoint
from isometry.theory.gains import Gains
from isometry.theory.trajectories import trajectory

Verdict = Literal["vanishes", "shrinks", "is kept", "grows", "explodes"]
TORCH_DEFAULT_VARIANCE = 1.0 / 3.0
"""``σ_w²`` of ``U(±1/√fan_in)``, which ``kaiming_uniform_(a=√5)`` is."""
HE_VARIANCE = 2.0
KEPT = 3.0
"""A size within this factor of where it started is kept."""
LOST = 1e3
"""Beyond this factor a size has vanished or exploded."""


@dataclass(frozen=True, slots=True)
class Fate:
    """One start, and its end.

    Attributes:
        start: Name of the initialization.
        weight_var: ``σ_w²``: variance of a weight times its fan-in.
        bias_var: ``σ_b²``.
        cancel_mean: Whether biases cancel the mean of ``φ``.
        signal: Root mean square of the last preactivation over that of the input.
        gradient: Root mean square of the first gradient over that of the last.
    """

    start: str
    weight_var: float
    bias_var: float
    cancel_mean: bool
    signal: float
    gradient: float

    @property
    def signal_verdict(self) -> Verdict:
        """The signal's fate in a word."""
        return verdict(self.signal)

    @property
    def gradient_verdict(self) -> Verdict:
        """The gradient's fate in a word."""
        return verdict(self.gradient)


def verdict(ratio: float) -> Verdict:
    """A ratio of sizes in a word.

    >>> verdict(1e-9), verdict(0.1), verdict(1.2), verdict(50.0), verdict(1e9)
    ('vanishes', 'shrinks', 'is kept', 'grows', 'explodes')
    """
    if ratio < 1.0 / KEPT:
        return "vanishes" if ratio < 1.0 / LOST else "shrinks"
    if ratio > KEPT:
        return "explodes" if ratio > LOST else "grows"
    return "is kept"


def fates(
    unit: Nonlinearity, depth: int, known: Gains, point: CriticalPoint | None
) -> tuple[Fate, ...]:
    """The fate of a unit-size input under each classic start, in the limit of large width.

    Args:
        unit: The activation or gated unit.
        depth: Number of layers.
        known: Its gains at ``q = 1``.
        point: The critical point to include, whose first layer is scaled to its ``q``.

    Returns:
        One fate a start; starts that do not exist for the unit are left out.

    Raises:
        InputError: ``depth`` is below 1.
    """
    starts = [
        ("LeCun; Xavier at equal fans", 1.0),
        ("He (gain √2)", HE_VARIANCE),
        ("torch's default", TORCH_DEFAULT_VARIANCE),
        ("Kumar", known.kumar and known.kumar**2),
        ("forward gain", known.forward and known.forward**2),
    ]
    plain = [_plain(unit, depth, name, var) for name, var in starts if var is not None]
    return (*plain, *([] if point is None else [_critical(unit, depth, point)]))


def _plain(unit: Nonlinearity, depth: int, name: str, weight_var: float) -> Fate:
    """The first layer has the same variance, but the forward gain, made for after ``φ``, has 1."""
    start = 1.0 if name == "forward gain" else weight_var
    path = trajectory(unit, depth, weight_var=weight_var, start=start)
    signal = path.signal_rms * start**0.5
    return Fate(
        start=name,
        weight_var=weight_var,
        bias_var=0.0,
        cancel_mean=False,
        signal=signal,
        gradient=path.gradient_rms,
    )


def _critical(unit: Nonlinearity, depth: int, point: CriticalPoint) -> Fate:
    path = trajectory(
        unit,
        depth,
        weight_var=point.weight_var,
        bias_var=point.bias_var,
        start=point.q,
        cancel_mean=point.cancel_mean,
    )
    name = "critical, mean cancelled" if point.cancel_mean else "critical"
    return Fate(
        start=name,
        weight_var=point.weight_var,
        bias_var=point.bias_var,
        cancel_mean=point.cancel_mean,
        signal=path.signal_rms,
        gradient=path.gradient_rms,
    )
