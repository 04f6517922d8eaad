"""Every architecture of transformers, made small: configs shrunk by the names of their fields."""

from collections.abc import Iterator
from typing import Any

import torch
import transformers
from torch import nn
from transformers.models.auto.configuration_auto import (  # type: ignore[attr-defined]  # not in its __all__
    CONFIG_MAPPING_NAMES,
)
from transformers.models.auto.modeling_auto import MODEL_MAPPING_NAMES

SIZES: dict[int, str] = {
    2: """
        d_layers decoder_layers decoder_n_layers decoder_num_layers depth e_layers encoder_layers
        encoder_n_layers encoder_num_layers n_decoder_layers n_encoder_layers n_kv_heads n_layer
        n_layers num_blocks num_convs num_decoder_layers num_encoder_layers
        num_experts_per_tok num_experts_per_token num_hidden_layers num_key_value_heads num_kv_heads
        num_layers num_query_layers temporal_patch_size text_encoder_num_layers top_k moe_topk
        moe_k num_group num_groups topk_group n_group
        """,
    4: """
        attention_heads decoder_attention_heads decoder_num_heads encoder_attention_heads
        encoder_num_heads mamba_n_heads moe_num_experts n_head n_heads n_routed_experts
        num_attention_heads num_experts num_head num_heads num_local_experts
        """,
    16: """
        attention_head_dim d_kv head_dim kv_channels kv_lora_rank mamba_d_head mamba_d_state
        q_lora_rank qk_nope_head_dim qk_rope_head_dim state_size v_head_dim index_head_dim
        """,
    64: """
        backbone_hidden_size d_embed d_model decoder_hidden_size dim emb_dim embed_dim
        embedding_size encoder_hidden_size hidden_channels hidden_dim hidden_size model_dim n_embd
        out_hidden_size projection_dim text_embed_dim
        """,
    128: """
        d_ff d_inner decoder_ffn_dim decoder_intermediate_size dim_feedforward encoder_ffn_dim
        feed_forward_size ffn_dim intermediate_size max_position_embeddings max_seq_len mlp_dim
        moe_intermediate_size n_ctx n_inner n_positions shared_expert_intermediate_size
        """,
    256: "entity_vocab_size text_vocab_size vocab_size",
    8: "patch_size",
    32: "image_size img_size",
}
"""What the fields of a config are cut down to."""

FIELDS = {name: value for value, names in SIZES.items() for name in names.split()}

LARGEST = 40_000_000
"""Parameters beyond which a shrunk model is still too big to try."""

SIDE = 64
"""Side of images for configs that state none."""


def shrunk(config: Any, *, less: frozenset[str] = frozenset()) -> Any:
    """The config with small sizes, changed in place, nested configs too.

    Args:
        config: A config of transformers.
        less: Fields that are left as they are.

    Returns:
        The same config.
    """
    for name, value in list(vars(config).items()):
        if isinstance(value, transformers.PretrainedConfig):
            shrunk(value, less=less)
        elif name in FIELDS and name not in less and type(value) is int and value > 0:
            _set(config, name, min(value, FIELDS[name]))
        elif name.endswith("token_id") and type(value) is int and value >= FIELDS["vocab_size"]:
            _set(config, name, 1)
    return config


def _set(config: Any, name: str, value: Any) -> None:
    try:
        setattr(config, name, value)
    except (AttributeError, NotImplementedError, TypeError, ValueError):
        return  # a view of another field that cannot be written


WIDTHS = frozenset(name for value in (16, 64, 128) for name in SIZES[value].split())
COUNTS = frozenset(name for value in (2, 4) for name in SIZES[value].split())
DEPTHS = frozenset(name for name in COUNTS if "layer" in name or name in ("depth", "num_blocks"))

LEVELS: tuple[frozenset[str], ...] = (
    frozenset(),
    frozenset(SIZES[16].split()),
    frozenset(("patch_size", "image_size", "img_size", "temporal_patch_size")),
    frozenset(("hidden_dim", "dim", "hidden_channels", "embed_dim", "projection_dim")),
    COUNTS - DEPTHS,
    WIDTHS | (COUNTS - DEPTHS),
    WIDTHS | COUNTS,
    frozenset(FIELDS) - {"vocab_size", "text_vocab_size"},
)
"""Fields to leave alone, one attempt after the other: some only fit together as they were."""


def names() -> list[str]:
    """Every model type that has a base model."""
    return sorted(set(CONFIG_MAPPING_NAMES) & set(MODEL_MAPPING_NAMES))


def builds(name: str) -> Iterator[nn.Module | Exception]:
    """The base model of a type, small in one way after the other, or why it could not be built."""
    for level in LEVELS:
        try:
            yield build(name, less=level)
        except Exception as problem:
            yield problem


def build(name: str, *, less: frozenset[str] = frozenset()) -> nn.Module:
    """The base model of a type, small; raises whatever the model raises."""
    config = shrunk(transformers.AutoConfig.for_model(name), less=less)
    with torch.device("meta"):
        size = sum(p.numel() for p in _made(config).parameters())
    if size > LARGEST:
        raise MemoryError(f"{size:,} parameters")
    torch.manual_seed(0)
    return _made(config).eval()


def _made(config: Any) -> nn.Module:
    make: Any = transformers.AutoModel.from_config
    model: nn.Module = make(config)
    return model
