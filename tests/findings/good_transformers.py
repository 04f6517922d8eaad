"""Transformers of the library of that name, with its own starts: six layers, narrow."""

from collections.abc import Callable
from typing import Any

import transformers
from torch import nn

from tests.findings.case import Case
from tests.zoo.model import indices, named, normal

WORDS = indices(100, 4, 16, seed=1)
LANGUAGE = named(input_ids=WORDS, labels=WORDS)
TEXT: dict[str, Any] = {
    "vocab_size": 100,
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 6,
    "num_attention_heads": 4,
    "max_position_embeddings": 64,
    "pad_token_id": 0,
}
ENDS: dict[str, Any] = {"bos_token_id": 1, "eos_token_id": 2}
GROUPED = TEXT | ENDS | {"num_key_value_heads": 2, "head_dim": 16, "use_cache": False}
VISION: dict[str, Any] = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 6,
    "num_attention_heads": 4,
    "image_size": 32,
    "patch_size": 8,
}
PICTURES = normal(4, 3, 32, 32)
CLASSES = named(pixel_values=PICTURES, labels=indices(2, 4))


def built(family: str, head: str, **sizes: Any) -> Callable[[], nn.Module]:
    """A model by the name of its family and its head."""

    def make() -> nn.Module:
        config = getattr(transformers, f"{family}Config")(**sizes)
        model: nn.Module = getattr(transformers, family + head)._from_config(config)
        return model

    return make


def _text(family: str, head: str, sizes: dict[str, Any] | None = None, **more: Any) -> Case:
    return Case(family.lower(), built(family, head, **(sizes or TEXT), **more), LANGUAGE)


def _image(family: str, **sizes: Any) -> Case:
    make = built(family, "ForImageClassification", **sizes)
    return Case(family.lower(), make, CLASSES)


def clip() -> nn.Module:
    text, vision = (
        transformers.CLIPTextConfig(**TEXT, **ENDS),
        transformers.CLIPVisionConfig(**VISION),
    )
    joint = transformers.CLIPConfig(
        text_config=text.to_dict(), vision_config=vision.to_dict(), projection_dim=64
    )
    made: Any = transformers.CLIPModel
    model: nn.Module = made._from_config(joint)
    return model


def _both() -> dict[str, Any]:
    words = WORDS()
    words[:, -1] = 99
    return {"input_ids": words, "pixel_values": PICTURES(), "return_loss": True}


WHISPER = {
    "vocab_size": 100,
    "d_model": 64,
    "encoder_layers": 4,
    "decoder_layers": 4,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 128,
    "decoder_ffn_dim": 128,
    "num_mel_bins": 20,
    "max_source_positions": 32,
    "max_target_positions": 32,
    "pad_token_id": 0,
    "decoder_start_token_id": 1,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "use_cache": False,
}
T5 = {
    "vocab_size": 100,
    "d_model": 64,
    "d_kv": 16,
    "d_ff": 128,
    "num_layers": 4,
    "num_heads": 4,
    "decoder_start_token_id": 0,
    "use_cache": False,
}
SHORT = {"vocab_size": 100, "n_embd": 64, "n_layer": 6, "n_head": 4, "n_positions": 64} | ENDS
MAMBA = {"vocab_size": 100, "hidden_size": 64, "num_hidden_layers": 6, "state_size": 8}
SWIN = {"image_size": 32, "patch_size": 2, "embed_dim": 24, "depths": [2, 2], "num_heads": [2, 4]}
CONVNEXT = {"hidden_sizes": [24, 48], "depths": [2, 2], "num_stages": 2, "patch_size": 2}

LANGUAGES: tuple[Case, ...] = (
    _text("GPT2", "LMHeadModel", SHORT),
    _text("Llama", "ForCausalLM", GROUPED),
    _text("Mistral", "ForCausalLM", GROUPED),
    _text("Qwen2", "ForCausalLM", GROUPED),
    _text("Gemma", "ForCausalLM", GROUPED),
    _text("Mixtral", "ForCausalLM", GROUPED, num_local_experts=4),
    _text("Mamba", "ForCausalLM", MAMBA, use_cache=False),
    _text("OPT", "ForCausalLM", TEXT, ffn_dim=128, word_embed_proj_dim=64, use_cache=False),
    _text("Bloom", "ForCausalLM", SHORT, use_cache=False),
    _text("Bert", "ForMaskedLM"),
    _text("Roberta", "ForMaskedLM"),
    _text("Electra", "ForMaskedLM", embedding_size=32),
    _text(
        *("DistilBert", "ForMaskedLM"),
        {"vocab_size": 100, "dim": 64, "hidden_dim": 128, "n_layers": 6, "n_heads": 4},
    ),
    _text("T5", "ForConditionalGeneration", T5),
)
"""Language models."""

OTHERS: tuple[Case, ...] = (
    _image("ViT", **VISION),
    _image("DeiT", **VISION),
    _image("Swin", **SWIN),
    _image("ConvNext", **CONVNEXT),
    Case("clip", clip, _both),
    Case(
        "whisper",
        built("Whisper", "ForConditionalGeneration", **WHISPER),
        named(input_features=normal(2, 20, 64), labels=indices(100, 2, 8)),
    ),
)
"""Models of images, of both, of sound."""
