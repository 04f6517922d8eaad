"""One activation explained: what it does to a signal, under every classic start, and what to do."""

from dataclasses import dataclass

from isometry.errors import InputError
from isometry.theory.account import account
from isometry.theory.activations import Activation, GatedUnit, Nonlinearity
from isometry.theory.advice import Advice, advice
from isometry.theory.criticality import CriticalPoint, critical, doubly_critical
from isometry.theory.depth_scales import DepthScales, depth_scales
from isometry.theory.expectations import Moments, moments
from isometry.theory.fates import Fate, fates
from isometry.theory.fixed_points import q_star
from isometry.theory.gains import Gains, gains
from isometry.theory.mirrors import mirror_slope
from isometry.theory.registry import ActivationLike, nonlinearity


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that theory says about one activation; ``str`` of it is an account to read.

    Attributes:
        name: Canonical name.
        depth: Number of layers that the fates are for.
        moments: Gaussian moments at ``q = 1``.
        gains: Gains at ``q = 1`` in every convention.
        weight_var: ``σ_w²`` that ``scales`` is for.
        bias_var: ``σ_b²`` that ``scales`` is for.
        scales: Fixed points, phase and depth scales; ``None`` where the signal has no finite fixed
            point, and for gated units.
        critical: The critical point advised for plain stacks: the doubly critical one, else that of
            ``q = 1``, with cancelled mean where it needs that; ``None`` for gated units.
        mirror_slope: ``c`` of ``φ(u) - φ(-u) = c u``, where mirrored weights are exact.
        fates: Signal and gradient after ``depth`` layers under each classic start.
        advice: The recommendation; ``None`` for a user's own function.
    """

    name: str
    depth: int
    moments: Moments
    gains: Gains
    weight_var: float
    bias_var: float
    scales: DepthScales | None
    critical: CriticalPoint | None
    mirror_slope: float | None
    fates: tuple[Fate, ...]
    advice: Advice | None

    def __str__(self) -> str:
        return account(self)


def explain(
    spec: ActivationLike | GatedUnit,
    depth: int = 50,
    *,
    weight_var: float | None = None,
    bias_var: float = 0.0,
) -> Explanation:
    """What an activation does to signal and gradient, with reasons and a recommendation.

    Args:
        spec: Name, record or function; also a gated unit.
        depth: Number of layers of the stack in question, at least 1.
        weight_var: ``σ_w²`` to find fixed points for; the square of the forward gain if not given.
        bias_var: ``σ_b²`` to find fixed points for.

    Returns:
        The explanation; print it to read it.

    Raises:
        InputError: An argument cannot be used.

    >>> explain("relu", depth=30).fates[0].signal < 1e-4
    True
    """
    unit = nonlinearity(spec)
    known = gains(unit)
    used = _default_variance(unit, known) if weight_var is None else weight_var
    point = advised_point(unit) if isinstance(unit, Activation) else None
    return Explanation(
        name=unit.name,
        depth=depth,
        moments=moments(unit),
        gains=known,
        weight_var=used,
        bias_var=bias_var,
        scales=_scales(unit, used, bias_var),
        critical=point,
        mirror_slope=mirror_slope(unit) if isinstance(unit, Activation) else None,
        fates=fates(unit, depth, known, point),
        advice=advice(unit),
    )


def advised_point(spec: ActivationLike) -> CriticalPoint:
    """The critical point for plain stacks: doubly critical, else at ``q = 1``.

    The mean is cancelled only where the point would otherwise not exist.

    Args:
        spec: Name, record or function.

    Returns:
        The point, at a positive ``q``.

    Raises:
        InputError: ``spec`` cannot be used.

    >>> advised_point("softplus").cancel_mean
    True
    """
    point = doubly_critical(spec)
    if point is not None:
        return point
    needs_cancelling = gains(spec).critical is None
    return critical(spec, 1.0, cancel_mean=needs_cancelling)


def _default_variance(unit: Nonlinearity, known: Gains) -> float:
    if known.forward is None:
        raise InputError(
            f"{unit} is 0 for all inputs of size 1, so no gain keeps its signal",
            needed="an activation that passes a signal",
            do="pass another activation",
        )
    return known.forward**2


def _scales(unit: Nonlinearity, weight_var: float, bias_var: float) -> DepthScales | None:
    if isinstance(unit, GatedUnit):
        return None
    settled = q_star(unit, weight_var=weight_var, bias_var=bias_var) < float("inf")
    return depth_scales(unit, weight_var=weight_var, bias_var=bias_var) if settled else None
