"""The verbs: graph, plan, apply, initialize, materialize, fingerprint, calibrate, gain, explain ….

Each one finds the model's framework and hands over; nothing is decided here.
"""

from isometry._api.improving import calibrate
from isometry._api.judging import assert_well_initialized, diagnose
from isometry._api.knowing import explain, gain
from isometry._api.starting import (
    NATIVE,
    RecipeLike,
    apply,
    fingerprint,
    graph,
    initialize,
    initialize_missing,
    materialize,
    plan,
)

__all__ = [
    "NATIVE",
    "RecipeLike",
    "apply",
    "assert_well_initialized",
    "calibrate",
    "diagnose",
    "explain",
    "fingerprint",
    "gain",
    "graph",
    "initialize",
    "initialize_missing",
    "materialize",
    "plan",
]
