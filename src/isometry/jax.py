"""isometry for JAX: ``initializers`` with the names and signatures of ``jax.nn.initializers``."""

from isometry.frameworks.jax import initializers

__all__ = ["initializers"]
