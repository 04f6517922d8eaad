"""isometry for PyTorch: the drop-in ``init``, and models on meta, in shards, from configs.

``from isometry.torch import init`` takes the place of ``from torch.nn import init``.
"""

from isometry.frameworks.torch import (
    claim,
    describe,
    fill_local,
    init,
    materialize,
    normalise,
    parameter_groups,
    release,
)
from isometry.frameworks.torch.arrays import array
from isometry.frameworks.torch.dynamics import Dynamic, balance, revive
from isometry.frameworks.torch.monitoring import Monitor
from isometry.frameworks.torch.targets import on_meta, transformers_factory

__all__ = [
    "Dynamic",
    "Monitor",
    "array",
    "balance",
    "claim",
    "describe",
    "fill_local",
    "init",
    "materialize",
    "normalise",
    "on_meta",
    "parameter_groups",
    "release",
    "revive",
    "transformers_factory",
]
