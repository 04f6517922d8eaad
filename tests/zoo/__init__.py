"""Models of every kind, with the truth about their weights, written from their sources."""

from tests.zoo import (
    attentive,
    convolutional,
    generative,
    perceptrons,
    products,
    recurrent,
    residual,
)
from tests.zoo.model import Model

PLAIN: tuple[Model, ...] = (
    *perceptrons.MODELS,
    *products.MODELS,
    *convolutional.MODELS,
    *residual.MODELS,
    *generative.MODELS,
    *recurrent.MODELS,
    *attentive.MODELS,
)
"""Models of torch alone."""

ZOO: tuple[Model, ...] = PLAIN

__all__ = ["PLAIN", "ZOO", "Model"]
