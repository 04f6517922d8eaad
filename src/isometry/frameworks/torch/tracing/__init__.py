"""What a torch module does with its weights: one forward, recorded as a graph."""

from isometry.frameworks.torch.tracing.capture import capture
from isometry.frameworks.torch.tracing.examples import example_for

__all__ = ["capture", "example_for"]
