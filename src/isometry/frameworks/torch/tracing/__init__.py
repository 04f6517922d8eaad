"""What a torch module does with its weights: one forward, recorded as a graph."""

from isometry.frameworks.torch.tracing.capture import capture

__all__ = ["capture"]
