"""isometry for Keras 3: ``initializers`` for ``kernel_initializer=`` and its kin."""

from isometry.frameworks.keras import initializers

__all__ = ["initializers"]
