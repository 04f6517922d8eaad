"""What a model does on a batch, forward and backward, seen without changing it."""

from isometry.frameworks.torch.observing.observe import observe

__all__ = ["observe"]
