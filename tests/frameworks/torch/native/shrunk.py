"""Small configurations for the models of transformers: the dimensions that families share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import transformers
from torch import nn

TINY: dict[str, Any] = {
    "vocab_size": 99,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 64,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
"""The dimensions that most text models share."""

TEXT = {k: v for k, v in TINY.items() if k not in {"num_key_value_heads", "head_dim"}}
"""The same without grouped attention."""

IMAGE: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "image_size": 32,
    "patch_size": 8,
}

SPEECH: dict[str, Any] = {
    **{k: v for k, v in TEXT.items() if k != "max_position_embeddings"},
    "conv_dim": (16, 16),
    "conv_kernel": (4, 3),
    "conv_stride": (2, 2),
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
}

ENCODER_DECODER: dict[str, Any] = {
    "vocab_size": 99,
    "d_model": 32,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 48,
    "decoder_ffn_dim": 48,
    "max_position_embeddings": 64,
}

T5: dict[str, Any] = {
    "vocab_size": 99,
    "d_model": 32,
    "d_kv": 8,
    "d_ff": 48,
    "num_layers": 2,
    "num_decoder_layers": 2,
    "num_heads": 4,
}


@dataclass(frozen=True, slots=True)
class Architecture:
    """One model of transformers.

    Attributes:
        name: The name of its type.
        kind: What it works on.
        model: Its class.
        config: Its configuration's class.
        options: What is changed in the configuration.
    """

    name: str
    kind: str
    model: str
    config: str
    options: dict[str, Any] = field(default_factory=dict)

    def build(self) -> nn.Module:
        """The model, made by its own code."""
        config = getattr(transformers, self.config)(**self.options)
        cls: Callable[[Any], nn.Module] = getattr(transformers, self.model)
        return cls(config)


def text(name: str, prefix: str, head: str = "ForCausalLM", **options: Any) -> Architecture:
    """A decoder of text."""
    return Architecture(name, "text", f"{prefix}{head}", f"{prefix}Config", {**TINY, **options})


def experts(name: str, prefix: str, **options: Any) -> Architecture:
    """A decoder with experts."""
    options = {**TINY, **options}
    return Architecture(name, "experts", f"{prefix}ForCausalLM", f"{prefix}Config", options)


def encoder(name: str, prefix: str, head: str = "ForMaskedLM", **options: Any) -> Architecture:
    """An encoder of text."""
    return Architecture(name, "text", f"{prefix}{head}", f"{prefix}Config", {**TEXT, **options})


def state(name: str, prefix: str, **options: Any) -> Architecture:
    """A state-space or recurrent model."""
    return Architecture(name, "state space", f"{prefix}ForCausalLM", f"{prefix}Config", options)


def image(name: str, prefix: str, head: str = "ForImageClassification", **o: Any) -> Architecture:
    """A model of images."""
    return Architecture(name, "vision", f"{prefix}{head}", f"{prefix}Config", {**IMAGE, **o})


def speech(name: str, prefix: str, head: str = "ForCTC", **options: Any) -> Architecture:
    """A model of speech."""
    return Architecture(name, "audio", f"{prefix}{head}", f"{prefix}Config", {**SPEECH, **options})


def two(name: str, prefix: str, options: dict[str, Any], head: str = "") -> Architecture:
    """An encoder and a decoder."""
    head = head or "ForConditionalGeneration"
    return Architecture(name, "encoder-decoder", f"{prefix}{head}", f"{prefix}Config", options)


def pair(name: str, prefix: str, **options: Any) -> Architecture:
    """A model of images and text."""
    return Architecture(name, "image and text", f"{prefix}Model", f"{prefix}Config", options)
