"""isometry gives every network the right start.

It decides how each weight of a model should be filled and why, fills them fast and reproducibly,
proves that it did, and explains.

>>> import isometry as iso
>>> round(iso.gain("silu"), 6)
1.676532

Drop-in initializers live in ``isometry.torch.init``, ``isometry.keras.initializers`` and
``isometry.jax.initializers``; no framework is loaded before one of them, or a model, is used.
"""

import importlib
from typing import Any

from isometry import (
    calibrations,
    errors,
    graphs,
    parameters,
    plans,
    recipes,
    rng,
    schemes,
    theory,
    weights,
)
from isometry._api import (
    apply,
    assert_well_initialized,
    calibrate,
    diagnose,
    dynamic,
    explain,
    fingerprint,
    gain,
    graph,
    initialize,
    initialize_missing,
    materialize,
    plan,
)
from isometry._version import __version__

__all__ = [
    "__version__",
    "apply",
    "assert_well_initialized",
    "calibrate",
    "calibrations",
    "diagnose",
    "dynamic",
    "errors",
    "explain",
    "findings",
    "fingerprint",
    "gain",
    "graph",
    "graphs",
    "initialize",
    "initialize_missing",
    "materialize",
    "measurements",
    "parameters",
    "plan",
    "plans",
    "recipes",
    "rng",
    "schemes",
    "theory",
    "weights",
]

LATE = ("findings", "integrations", "jax", "keras", "measurements", "torch")
"""Facades of frameworks, and what only a diagnosis needs: a third of all modules."""


def __getattr__(name: str) -> Any:
    """Load a part on first use."""
    if name == "Monitor":
        return importlib.import_module("isometry.torch").Monitor
    if name in LATE:
        return importlib.import_module(f"isometry.{name}")
    raise AttributeError(f"module 'isometry' has no attribute {name!r}")
