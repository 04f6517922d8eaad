"""An example for a model that describes its own inputs."""

import itertools
import sys
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

from isometry import errors
from isometry.frameworks.torch.tracing.capture import capture
from isometry.frameworks.torch.tracing.described import described
from isometry.frameworks.torch.tracing.standins import off_meta

BATCH = 2
SIDES = (32, 224, 28, 64, 96, 128, 299, 8)
"""Sides of images to try where a network takes only some: the usual ones."""
WINDOW = (SIDES, SIDES, (16, 8, 32))
"""Sides to try in one, two and three dimensions."""
STEPS = 8


def example_for(model: nn.Module) -> Any:
    """Inputs that ``model`` takes, as it or its first layer states them.

    Models of transformers state them in their config and forward; a network of torch's layers one
    after the other, in its first layer. Where several would fit, the first that the model runs on
    is taken; runs leave the model as it was.

    Args:
        model: Any module, on any device or on meta.

    Returns:
        What :func:`~isometry.frameworks.torch.tracing.capture` takes as its example.

    Raises:
        InputError: The model does not say what it takes.

    >>> example_for(nn.Sequential(nn.Linear(3, 4), nn.ReLU())).shape
    torch.Size([2, 3])
    """
    with off_meta():
        offers = list(itertools.islice(offered(model), 2))
        return offers[0] if len(offers) == 1 else _fitting(model)


def _fitting(model: nn.Module) -> Any:
    problems = []
    for example in offered(model):
        try:
            capture(model, example)
        except errors.ModelError as problem:
            problems.append(str(problem).partition(" Needed:")[0])
        else:
            return example
    raise _unknown(model, problems)


def _unknown(model: nn.Module, problems: list[str]) -> errors.InputError:
    found = "no example was given, and the model does not say what it takes"
    if problems:
        found = f"no example was given, and none of the {len(problems)} that the model suggests ran"
        found += f"; the first: {problems[0]}"
    return errors.InputError(
        found.rstrip("."),
        needed="a model of transformers, or a Sequential whose first layer states its input",
        do="pass an example: a tensor, a tuple of positional or a dictionary of named arguments",
        path=type(model).__name__,
    )


def offered(model: nn.Module) -> Iterator[Any]:
    """Every example that may fit, likeliest first."""
    model = _unwrapped(model)
    if _of_transformers(model):
        return described(model)
    first = _first(model)
    return iter(()) if first is None else _layer(first)


def _unwrapped(model: nn.Module) -> nn.Module:
    """What a compiled or parallel module holds."""
    while True:
        inner = model._modules.get("_orig_mod")  # the name that torch.compile gives it
        if isinstance(model, nn.DataParallel | nn.parallel.DistributedDataParallel):
            inner = model.module
        if inner is None:
            return model
        model = inner


def _of_transformers(model: nn.Module) -> bool:
    library = sys.modules.get("transformers")  # a model of a library that is not loaded is not its
    return library is not None and isinstance(model, library.PreTrainedModel)


def _first(module: nn.Module) -> nn.Module | None:
    """The first layer that is run, where containers say so."""
    while isinstance(module, nn.Sequential):
        held = [child for child in module if not isinstance(child, PASSING)]
        if not held:
            return None
        module = held[0]
    return module


PASSING = (nn.Identity, nn.Dropout, nn.ReLU, nn.Tanh, nn.Sigmoid, nn.GELU, nn.SiLU)
"""Layers that take anything and hand on its shape."""


def _layer(layer: nn.Module) -> Iterator[torch.Tensor]:
    for kinds, inputs in LAYERS:
        if isinstance(layer, kinds):
            yield from inputs(layer)
            return


def _noise(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


def _windows(channels: int, dimensions: int) -> Iterator[torch.Tensor]:
    for side in WINDOW[dimensions - 1]:
        yield _noise(BATCH, channels, *(side,) * dimensions)


def _of_linear(layer: Any) -> Iterator[torch.Tensor]:
    yield _noise(BATCH, layer.in_features)


def _of_convolution(layer: Any) -> Iterator[torch.Tensor]:
    yield from _windows(layer.in_channels, len(layer.kernel_size))


def _of_embedding(layer: Any) -> Iterator[torch.Tensor]:
    yield torch.arange(BATCH * STEPS).reshape(BATCH, STEPS) % layer.num_embeddings


def _of_recurrent(layer: Any) -> Iterator[torch.Tensor]:
    shape = (BATCH, STEPS) if layer.batch_first else (STEPS, BATCH)
    yield _noise(*shape, layer.input_size)


def _of_cell(layer: Any) -> Iterator[torch.Tensor]:
    yield _noise(BATCH, layer.input_size)


def _of_layer_norm(layer: Any) -> Iterator[torch.Tensor]:
    yield _noise(BATCH, *layer.normalized_shape)


def _of_encoder(layer: Any) -> Iterator[torch.Tensor]:
    attention = layer.self_attn
    shape = (BATCH, STEPS) if attention.batch_first else (STEPS, BATCH)
    yield _noise(*shape, attention.embed_dim)


def _of_encoders(layer: Any) -> Iterator[torch.Tensor]:
    yield from _of_encoder(layer.layers[0])


def _of_batch_norm(layer: Any) -> Iterator[torch.Tensor]:
    dimensions = {nn.BatchNorm1d: 1, nn.BatchNorm2d: 2, nn.BatchNorm3d: 3}[type(layer)]
    yield from _windows(layer.num_features, dimensions)


LAYERS: tuple[tuple[tuple[type[nn.Module], ...], Callable[[Any], Iterator[torch.Tensor]]], ...] = (
    ((nn.Linear,), _of_linear),
    ((nn.Conv1d, nn.Conv2d, nn.Conv3d), _of_convolution),
    ((nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d), _of_convolution),
    ((nn.Embedding, nn.EmbeddingBag), _of_embedding),
    ((nn.RNN, nn.GRU, nn.LSTM), _of_recurrent),
    ((nn.RNNCell, nn.GRUCell, nn.LSTMCell), _of_cell),
    ((nn.LayerNorm, nn.RMSNorm), _of_layer_norm),
    ((nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d), _of_batch_norm),
    ((nn.TransformerEncoderLayer,), _of_encoder),
    ((nn.TransformerEncoder,), _of_encoders),
)
"""What each layer says of its input."""
