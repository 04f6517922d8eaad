"""Keras: initializers for ``kernel_initializer=`` and its like."""

from isometry.frameworks.keras import initializers
from isometry.frameworks.keras.initializer import Initializer

__all__ = ["Initializer", "initializers"]
