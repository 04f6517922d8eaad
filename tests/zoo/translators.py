"""Encoders with decoders of transformers, small, from their configs."""

from typing import Any

import transformers
from torch import nn

from tests.zoo.model import Model, indices, named

SIZES = {
    "d_model": 32,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 48,
    "decoder_ffn_dim": 48,
    "vocab_size": 60,
    "max_position_embeddings": 32,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "decoder_start_token_id": 1,
    "forced_eos_token_id": 2,
    "use_cache": False,
}

EXAMPLE = named(input_ids=indices(60, 2, 6), decoder_input_ids=indices(60, 2, 5, seed=1))


def translator(name: str, head: str, **sizes: Any) -> nn.Module:
    """An encoder with a decoder by the name of its family."""
    config = getattr(transformers, f"{name}Config")(**sizes)
    model: nn.Module = getattr(transformers, name + head)._from_config(config)
    return model


BART = """
    model.shared.weight                         embedding  index   {after}    -  x2
    model.(en|de)coder.embed_positions.weight   embedding  index   {after}    -
    model.(en|de)coder.layers.0.self_attn.[qkv]_proj.weight  linear  {first}  attention  B
    model.(en|de)coder.layers.1.self_attn.[qkv]_proj.weight  linear  norm  attention  B
    model.decoder.layers.\\d.encoder_attn.[qkv]_proj.weight  linear  norm  attention  B
    .*_attn.out_proj.weight                     linear  attention  join       T
    .*.fc1.weight                               linear  norm       {act}      B
    .*.fc2.weight                               linear  {act}      join       T
    model.shared.weight                         linear  norm       output     -
"""

M2M100 = """
    model.shared.weight                         embedding  index   join+norm  -  x2
    .*.self_attn.[qkv]_proj.weight              linear  norm       attention  B
    .*.encoder_attn.[qkv]_proj.weight           linear  norm       attention  B
    .*_attn.out_proj.weight                     linear  attention  join       T
    .*.fc1.weight                               linear  norm       relu       B
    .*.fc2.weight                               linear  relu       join       T
    model.shared.weight                         linear  norm       output     -
"""

T5 = """
    shared.weight                               embedding  index   join+norm  -  x2
    .*.relative_attention_bias.weight           embedding  index   attention  -
    .*Attention.[qkv].weight                    linear  norm       attention  B
    .*Attention.o.weight                        linear  attention  join       T
    .*.wi.weight                                linear  norm       relu       B
    .*.wo.weight                                linear  relu       join       T
    shared.weight                               linear  norm       output     -
"""


def _model(name: str, truth: str, *, head: str = "ForConditionalGeneration") -> Model:
    return Model(name.lower(), lambda: translator(name, head, **SIZES), EXAMPLE, truth, (4, 6))


MODELS = (
    _model("Bart", BART.format(after="add", first="norm", act="gelu")),
    _model("PLBart", BART.format(after="add", first="norm", act="gelu")),
    _model("MBart", BART.format(after="add", first="norm", act="gelu")),
    _model("Blenderbot", BART.format(after="add", first="norm", act="gelu")),
    _model("Pegasus", BART.format(after="add", first="norm", act="gelu")),
    _model("Marian", BART.format(after="add", first="add", act="gelu"), head="MTModel"),
    _model("M2M100", M2M100),
    Model(
        "t5",
        lambda: translator(
            "T5", "ForConditionalGeneration", num_layers=2, d_model=32, d_ff=48, num_heads=4,
            d_kv=8, vocab_size=60, pad_token_id=0, decoder_start_token_id=1, use_cache=False,
        ),
        EXAMPLE, T5, (4, 6),
    ),
)  # fmt: skip
