"""The verbs: graph, plan, apply, initialize, fingerprint, calibrate, dynamic, gain, explain ….

Each one finds the model's framework and hands over; nothing is decided here.
"""

from isometry._api.improving import calibrate, dynamic
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
    "dynamic",
    "explain",
    "fingerprint",
    "gain",
    "graph",
    "initialize",
    "initialize_missing",
    "materialize",
    "plan",
]
