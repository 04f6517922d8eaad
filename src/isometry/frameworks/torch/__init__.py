"""Torch models: described, written, materialized, fingerprinted."""

from isometry.frameworks.torch.describe import describe
from isometry.frameworks.torch.paths import normalise

__all__ = ["describe", "normalise"]
