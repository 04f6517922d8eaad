"""Torch models: described, traced, written, calibrated, materialized, fingerprinted."""

from isometry.frameworks.torch.calibrating import calibrate
from isometry.frameworks.torch.claims import claim, release
from isometry.frameworks.torch.describe import describe
from isometry.frameworks.torch.dynamics import Dynamic
from isometry.frameworks.torch.fingerprint import fingerprint
from isometry.frameworks.torch.graphing import graph
from isometry.frameworks.torch.groups import parameter_groups
from isometry.frameworks.torch.local import fill_local
from isometry.frameworks.torch.materialize import materialize
from isometry.frameworks.torch.measuring import measure
from isometry.frameworks.torch.missing import initialize_missing
from isometry.frameworks.torch.paths import normalise
from isometry.frameworks.torch.write import apply

__all__ = [
    "Dynamic",
    "apply",
    "calibrate",
    "claim",
    "describe",
    "fill_local",
    "fingerprint",
    "graph",
    "initialize_missing",
    "materialize",
    "measure",
    "normalise",
    "parameter_groups",
    "release",
]
