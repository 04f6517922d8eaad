"""Models that describe their inputs get an example; others an error."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from isometry import errors, graphs
from isometry.frameworks.torch.tracing import capture, example_for

transformers = pytest.importorskip("transformers")

LAYERS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "linear": (lambda: nn.Linear(3, 4), (2, 3)),
    "within": (lambda: nn.Sequential(nn.ReLU(), nn.Sequential(nn.Linear(3, 4))), (2, 3)),
    "recurrent": (lambda: nn.LSTM(5, 4, batch_first=True), (2, 8, 5)),
    "encoder": (lambda: nn.TransformerEncoderLayer(16, 2, 8), (8, 2, 16)),
    "any side": (lambda: nn.Sequential(nn.Conv2d(3, 4, 5), nn.ReLU()), (2, 3, 32, 32)),
    "one side only": (
        lambda: nn.Sequential(nn.Conv2d(1, 4, 5), nn.Flatten(), nn.Linear(4 * 24 * 24, 10)),
        (2, 1, 28, 28),
    ),
    "parallel": (lambda: nn.DataParallel(nn.Linear(3, 4)), (2, 3)),
}


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_a_first_layer_states_the_input(name: str, device: str) -> None:
    make, shape = LAYERS[name]
    with torch.device(device):
        model = make()
    assert tuple(example_for(model).shape) == shape


def test_an_embedding_takes_indices() -> None:
    example = example_for(nn.Sequential(nn.Embedding(5, 3)))
    assert example.max() < 5
    assert example.dtype == torch.long


SMALL = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
CONFIGS: dict[str, tuple[Any, dict[str, tuple[int, ...]]]] = {
    "text": (
        transformers.BertConfig(**SMALL, intermediate_size=64, vocab_size=99),
        {"input_ids": (2, 16)},
    ),
    "two texts": (
        transformers.T5Config(d_model=32, num_layers=1, num_heads=2, d_kv=16, vocab_size=99),
        {"input_ids": (2, 16), "decoder_input_ids": (2, 16)},
    ),
    "image": (
        transformers.ViTConfig(**SMALL, intermediate_size=64, image_size=32, patch_size=8),
        {"pixel_values": (2, 3, 32, 32)},
    ),
    "sound": (
        transformers.WhisperConfig(
            d_model=32,
            encoder_layers=1,
            decoder_layers=1,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            max_source_positions=50,
        ),
        {"input_features": (2, 80, 100), "decoder_input_ids": (2, 16)},
    ),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_config_states_the_inputs_also_on_meta(name: str) -> None:
    config, shapes = CONFIGS[name]
    with torch.device("meta"):
        model = transformers.AutoModel.from_config(config)
        example = example_for(model)
    tensors = {k: tuple(v.shape) for k, v in example.items() if isinstance(v, torch.Tensor)}
    assert tensors == shapes
    assert len(graphs.read(capture(model, example)).uses) > 5


def test_ids_are_none_of_the_special_ones() -> None:
    config = transformers.BertConfig(**SMALL, vocab_size=99, pad_token_id=3, bos_token_id=5)
    with torch.device("meta"):
        model = transformers.AutoModel.from_config(config)
    assert not torch.isin(example_for(model)["input_ids"], torch.tensor([3, 5])).any()


def test_attempts_that_fail_say_nothing(caplog: pytest.LogCaptureFixture) -> None:
    make, _ = LAYERS["one side only"]
    with caplog.at_level(logging.WARNING):
        example_for(make())
    assert caplog.text == ""


def test_a_model_that_does_not_say_is_an_error() -> None:
    with pytest.raises(errors.InputError) as caught:
        example_for(nn.Sequential(nn.Flatten(), nn.Linear(3, 4)))
    assert str(caught.value) == (
        "Sequential: no example was given, and the model does not say what it takes. Needed: a "
        "model of transformers, or a Sequential whose first layer states its input. Do: pass an "
        "example: a tensor, a tuple of positional or a dictionary of named arguments."
    )


def test_a_model_that_runs_on_no_usual_size_is_an_error() -> None:
    model = nn.Sequential(nn.Conv2d(1, 1, 1), nn.Flatten(), nn.Linear(7, 1))
    with pytest.raises(
        errors.InputError, match="none of the 8 that the model suggests ran; the first: Sequential:"
    ):
        example_for(model)
