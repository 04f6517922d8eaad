"""Units that do not do their work: dead, saturated, or straight."""

import math
from collections.abc import Iterator

from isometry.findings import thresholds
from isometry.findings.finding import Severity
from isometry.findings.rule import Remark, Rule
from isometry.measurements import Activated, Measurement


def graded(value: float, warning: float, error: float) -> Severity | None:
    """The severity of a value that should be small."""
    if not value > warning:
        return None
    return "error" if value > error else "warning"


def _dead(measurement: Measurement) -> Iterator[Remark]:
    found = [
        (one, bad)
        for one in measurement.activations
        if (bad := graded(_beyond_chance(one), *DEAD)) is not None
    ]
    if found:
        dead, units = (sum(getattr(one, key) for one, _ in found) for key in ("dead", "units"))
        worst: Severity = "error" if any(bad == "error" for _, bad in found) else "warning"
        yield Remark(
            worst,
            _paths([one for one, _ in found]),
            f"{dead} of {units} units of {len(found)} layers have no slope for any of the "
            f"{measurement.batch} samples: no gradient passes them, and they cannot learn.",
            (
                ("dead units", float(dead)),
                ("units", float(units)),
                ("worst share of a layer", max(one.dead / one.units for one, _ in found)),
                ("share that chance explains", max(one.chance for one, _ in found)),
            ),
        )


def _beyond_chance(one: Activated) -> float:
    """Share of dead units beyond what this batch makes of healthy ones; 0 within four sigmas."""
    if not one.units:
        return 0.0
    share, error = one.dead / one.units, math.sqrt(one.chance * (1 - one.chance) / one.units)
    return share - one.chance if share > one.chance + SIGMAS * error else 0.0


SIGMAS = 4.0
"""Standard errors that a count of dead units may be off by chance."""
DEAD = (thresholds.DEAD, thresholds.DEAD_SEVERE)


def _saturated(measurement: Measurement) -> Iterator[Remark]:
    limits = thresholds.SATURATED, thresholds.SATURATED_SEVERE
    found = [
        (one, bad)
        for one in measurement.activations
        if (bad := graded((one.saturated - one.resting) / (1 - one.resting), *limits)) is not None
    ]
    if found:
        share = sum(one.saturated for one, _ in found) / len(found)
        worst: Severity = "error" if any(bad == "error" for _, bad in found) else "warning"
        yield Remark(
            worst,
            _paths([one for one, _ in found]),
            f"{share:.0%} of the values that enter {found[0][0].name} in {len(found)} layers lie "
            "on its flat ends, where hardly any gradient passes: what enters is too large.",
            (("mean share of saturated values", share),),
        )


def _straight(measurement: Measurement) -> Iterator[Remark]:
    bends = [one.bend for one in measurement.activations if math.isfinite(one.bend)]
    if len(bends) > 1 and sum(bends) < thresholds.BEND:
        yield Remark(
            "error" if sum(bends) < thresholds.BEND / 100 else "warning",
            _paths(list(measurement.activations)),
            f"All {len(bends)} activations together bend their input by {sum(bends):.2g} of its "
            "variance: the whole net is a linear map, since what enters them is too small.",
            (("share of variance that is not linear, all layers", sum(bends)),),
        )


def _paths(found: list[Activated]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.path for one in found if one.path))


DEAD_UNITS = Rule(
    "ISO301",
    "dead-units",
    "Units whose activation has no slope for any sample.",
    "A ReLU that is negative for every sample passes no gradient and stays as it is. A unit counts "
    "as dead where the derivative stays below a thousandth of the activation's steepest place "
    "between the least and the greatest value that the unit met. A healthy unit with symmetric, "
    "independent inputs looks dead with probability 2^-n in a batch of n samples, and more often "
    "where samples are alike; that share is taken off first.",
    _dead,
    ("lu2019",),
)
SATURATED = Rule(
    "ISO302",
    "saturated-units",
    "Values on the flat ends of a bounded activation.",
    "Where a sigmoid or tanh is flat, the gradient that comes back is multiplied by almost "
    "nothing. A value counts as saturated where the derivative is below a twentieth of the "
    "steepest; only activations that are bounded on both sides can saturate. What a standard "
    "normal has there, half of a ReLU6, is taken off first.",
    _saturated,
    ("glorot2010",),
)
STRAIGHT = Rule(
    "ISO303",
    "too-linear",
    "Activations that act as straight lines, all of them together.",
    "A net whose activations bend nothing is a linear map, however deep. For each activation the "
    "share of its output's variance is taken that the best straight line leaves over; deep nets "
    "need, and should have, little of it a layer, so that the sum over all layers is judged.",
    _straight,
    ("saxe2014", "martens2021"),
)
