"""Models of every kind, with the truth about their weights, written from their sources."""

from tests.zoo import (
    attentive,
    convolutional,
    decoders,
    encoders,
    generative,
    perceptrons,
    products,
    recurrent,
    residual,
    translators,
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

TRANSFORMERS: tuple[Model, ...] = (*decoders.MODELS, *encoders.MODELS, *translators.MODELS)
"""Models of the library transformers, from configs and never from a file."""

ZOO: tuple[Model, ...] = (*PLAIN, *TRANSFORMERS)

__all__ = ["PLAIN", "TRANSFORMERS", "ZOO", "Model"]
