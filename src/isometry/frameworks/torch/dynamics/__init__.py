"""Weights adjusted between two steps of training, by what the model's graph says of its units."""

from isometry.frameworks.torch.dynamics.balancing import balance
from isometry.frameworks.torch.dynamics.dynamic import Dynamic
from isometry.frameworks.torch.dynamics.reviving import revive

__all__ = ["Dynamic", "balance", "revive"]
