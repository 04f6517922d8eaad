"""Every architecture of transformers, made small: configs shrunk by the names of their fields."""

import inspect
from collections.abc import Iterator
from typing import Any

import torch
import transformers
from torch import nn

SIZES: dict[str, tuple[str, ...]] = {
    "2": (
        "num_hidden_layers", "n_layer", "n_layers", "num_layers", "encoder_layers", "decoder_layers", "depth",
        "num_encoder_layers", "num_decoder_layers", "num_blocks", "n_encoder_layers", "encoder_num_layers",
        "decoder_num_layers", "e_layers", "d_layers", "num_block_records", "encoder_n_layers", "num_convs",
        "num_experts_per_tok", "num_experts_per_token", "num_key_value_heads", "num_kv_heads", "n_kv_heads",
        "temporal_patch_size", "num_codebooks_", "num_query_layers", "text_encoder_num_layers",
    ),
    "4": (
        "num_attention_heads", "n_head", "n_heads", "num_heads", "encoder_attention_heads",
        "decoder_attention_heads", "attention_heads", "num_experts", "n_routed_experts", "num_local_experts",
        "moe_num_experts", "num_head", "encoder_num_heads", "decoder_num_heads", "mamba_n_heads",
    ),
    "16": ("head_dim", "attention_head_dim", "d_kv", "kv_channels", "qk_rope_head_dim", "qk_nope_head_dim", "v_head_dim", "mamba_d_head", "state_size", "mamba_d_state", "q_lora_rank", "kv_lora_rank", "num_labels_"),
    "64": (
        "hidden_size", "d_model", "n_embd", "dim", "embed_dim", "embedding_size", "projection_dim", "d_embed",
        "hidden_dim", "decoder_hidden_size", "encoder_hidden_size", "emb_dim", "model_dim", "conv_dim_",
        "backbone_hidden_size", "hidden_channels", "lstm_hidden_size_", "num_channels_", "text_embed_dim",
    ),
    "128": (
        "intermediate_size", "ffn_dim", "d_ff", "d_inner", "n_inner", "encoder_ffn_dim", "decoder_ffn_dim",
        "moe_intermediate_size", "shared_expert_intermediate_size", "max_position_embeddings", "n_positions",
        "n_ctx", "max_seq_len", "feed_forward_size", "mlp_dim", "dim_feedforward", "decoder_intermediate_size",
        "max_source_positions_", "mamba_expand_",
    ),
    "256": ("vocab_size", "entity_vocab_size", "text_vocab_size"),
    "32": ("image_size", "img_size"),
    "8": ("patch_size",),
}  # fmt: skip
"""Value for each field name; a name that ends with an underscore is only listed to be left alone."""

FIELDS = {name: int(value) for value, names in SIZES.items() for name in names if not name.endswith("_")}
LIMIT = 40_000_000
"""Parameters beyond which a shrunk model is still too big to try."""


def shrink(config: Any) -> Any:
    """A config with small sizes, in place; nested configs too."""
    for name, value in list(vars(config).items()):
        if isinstance(value, transformers.PretrainedConfig):
            shrink(value)
        elif name in FIELDS and isinstance(value, int) and not isinstance(value, bool):
            _set(config, name, min(value, FIELDS[name]) if value > 0 else value)
        elif name.endswith("token_id") and isinstance(value, int) and value >= FIELDS["vocab_size"]:
            _set(config, name, 1)
    return config


def _set(config: Any, name: str, value: Any) -> None:
    try:
        setattr(config, name, value)
    except Exception:  # noqa: BLE001 - some fields are views of others and refuse
        return


def names() -> list[str]:
    """Every model type that has a base model."""
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES
    from transformers.models.auto.modeling_auto import MODEL_MAPPING_NAMES

    return sorted(set(CONFIG_MAPPING_NAMES) & set(MODEL_MAPPING_NAMES))


def build(name: str) -> nn.Module:
    """The base model of a type, small; raises whatever the model raises."""
    config = shrink(transformers.AutoConfig.for_model(name))
    with torch.device("meta"):
        size = sum(p.numel() for p in transformers.AutoModel.from_config(config).parameters())
    if size > LIMIT:
        raise MemoryError(f"{size:,} parameters")
    return transformers.AutoModel.from_config(config).eval()


def examples(model: Any) -> Iterator[dict[str, Any]]:
    """Inputs that such a model may take, likeliest first."""
    config = model.config
    parameters = inspect.signature(model.forward).parameters
    ids = torch.arange(10, 26).reshape(2, 8) % 97
    size = next((s for s in (getattr(c, "image_size", None) for c in (config, getattr(config, "vision_config", None))) if s), 32)
    size = size if isinstance(size, int) else size[0]
    pixels = torch.randn(2, getattr(config, "num_channels", 3) or 3, size, size, generator=torch.Generator().manual_seed(0))
    offers: dict[str, Any] = {
        "input_ids": ids,
        "pixel_values": pixels,
        "input_values": torch.randn(2, 4000, generator=torch.Generator().manual_seed(1)),
        "input_features": torch.randn(2, getattr(config, "num_mel_bins", 80), 64, generator=torch.Generator().manual_seed(2)),
        "decoder_input_ids": ids,
        "bbox": torch.zeros(2, 8, 4, dtype=torch.long),
    }
    base = {name: offers[name] for name in offers if name in parameters and name not in ("pixel_values", "input_values", "input_features")}
    quiet = {"use_cache": False} if "use_cache" in parameters else {}
    main = model.main_input_name
    first = {main: offers[main]} if main in offers else {}
    yield {**base, **first, **quiet}
    yield {**first, **quiet}
    yield {**{name: offers[name] for name in offers if name in parameters}, **quiet}
