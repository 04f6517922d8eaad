"""JAX: the law of the random numbers in jnp, and initializers for whatever library calls them."""

from isometry.frameworks.jax import initializers
from isometry.frameworks.jax.engine import Tables, draw, tables
from isometry.frameworks.jax.initializer import Initializer
from isometry.frameworks.jax.keys import derive_words, seed_words

__all__ = [
    "Initializer",
    "Tables",
    "derive_words",
    "draw",
    "initializers",
    "seed_words",
    "tables",
]
