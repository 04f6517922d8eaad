"""A model watched while it trains."""

from isometry.frameworks.torch.monitoring.monitor import Monitor

__all__ = ["Monitor"]
