"""A start derived region by region from what the model's graph shows."""

from isometry.recipes.auto.recipe import auto

__all__ = ["auto"]
