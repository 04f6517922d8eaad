"""Language models of transformers that read from left to right, small, from their configs."""

from typing import Any

import transformers
from torch import nn

from tests.zoo.model import Model, indices, named

WORDS = indices(60, 2, 6)
EXAMPLE = named(input_ids=WORDS)

SIZES = {
    "vocab_size": 60,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 32,
    "head_dim": 8,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "use_cache": False,
}

BRIEF = {"n_layer": 2, "n_embd": 32, "n_head": 4, "vocab_size": 60, "n_positions": 32}
ENDS = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "use_cache": False}


def decoder(name: str, **sizes: Any) -> nn.Module:
    """A language model by the name of its family."""
    config = getattr(transformers, f"{name}Config")(**sizes)
    head = "LMHeadModel" if name == "GPT2" else "ForCausalLM"
    model: nn.Module = getattr(transformers, name + head)._from_config(config)
    return model


def _model(name: str, truth: str, *, streams: tuple[int, ...] = (4,), sizes: Any = None) -> Model:
    return Model(name.lower(), lambda: decoder(name, **(sizes or SIZES)), EXAMPLE, truth, streams)


HEAD = """
    lm_head.weight                           linear  norm       output     -
"""

TIED = """
    model.embed_tokens.weight                linear  norm       output     -
"""

ATTENTION = """
    model.embed_tokens.weight                embedding  index   join+norm  -
    model.layers.\\d.self_attn.[qkv]_proj.weight  linear  norm  attention  B
    model.layers.\\d.self_attn.o_proj.weight  linear  attention  join      T
"""

GATED = """
    model.layers.\\d.mlp.gate_proj.weight    linear  norm       {act}      B
    model.layers.\\d.mlp.up_proj.weight      linear  norm       gate       B
    model.layers.\\d.mlp.down_proj.weight    linear  gate       join       T
"""

LLAMA = ATTENTION + GATED.format(act="silu") + HEAD

NORMED = """
    model.embed_tokens.weight                embedding  index   join+norm  -
    model.layers.\\d.self_attn.[qk]_proj.weight  linear  norm   norm       B
    model.layers.\\d.self_attn.v_proj.weight  linear  norm      attention  B
    model.layers.\\d.self_attn.o_proj.weight  linear  attention  join      T
"""

GEMMA2 = """
    model.embed_tokens.weight                embedding  index   join+norm  -
    model.layers.\\d.self_attn.[qkv]_proj.weight  linear  norm  attention  B
    model.layers.\\d.self_attn.o_proj.weight  linear  attention  norm      T
    model.layers.\\d.mlp.gate_proj.weight    linear  norm       gelu_tanh  B
    model.layers.\\d.mlp.up_proj.weight      linear  norm       gate       B
    model.layers.\\d.mlp.down_proj.weight    linear  gate       norm       T
    model.embed_tokens.weight                linear  norm       tanh       -
"""

OLMO2 = """
    model.embed_tokens.weight                embedding  index   join+linear  -
    model.layers.0.self_attn.[qk]_proj.weight  linear  embedding  norm     B1/4
    model.layers.1.self_attn.[qk]_proj.weight  linear  join     norm       B3/4
    model.layers.0.self_attn.v_proj.weight   linear  embedding  attention  B1/4
    model.layers.1.self_attn.v_proj.weight   linear  join       attention  B3/4
    model.layers.\\d.self_attn.o_proj.weight  linear  attention  norm      T
    model.layers.\\d.mlp.gate_proj.weight    linear  join       silu       B
    model.layers.\\d.mlp.up_proj.weight      linear  join       gate       B
    model.layers.\\d.mlp.down_proj.weight    linear  gate       norm       T
"""

PACKED = """
    model.embed_tokens.weight                 embedding  index  join+norm  -
    model.layers.\\d.self_attn.qkv_proj.weight  linear  norm    attention  B
    model.layers.\\d.self_attn.o_proj.weight  linear  attention  join      T
    model.layers.\\d.mlp.gate_up_proj.weight  linear  norm      gate+silu  B
    model.layers.\\d.mlp.down_proj.weight     linear  gate      join       T
"""

STARCODER2 = """
    model.layers.\\d.mlp.c_fc.weight          linear  norm       gelu_tanh  B
    model.layers.\\d.mlp.c_proj.weight        linear  gelu_tanh  join       T
"""

NEMOTRON = """
    model.layers.\\d.mlp.up_proj.weight       linear  norm          relu_squared  B
    model.layers.\\d.mlp.down_proj.weight     linear  relu_squared  join          T
"""

COHERE = """
    model.embed_tokens.weight                 embedding  index  join+norm  -
    model.layers.\\d.self_attn.[qkv]_proj.weight  linear  norm  attention  B
    model.layers.\\d.self_attn.o_proj.weight  linear  attention  join      T
    model.layers.\\d.mlp.gate_proj.weight     linear  norm      silu       B
    model.layers.\\d.mlp.up_proj.weight       linear  norm      gate       B
    model.layers.\\d.mlp.down_proj.weight     linear  gate      join       T
"""

PHI = """
    model.embed_tokens.weight                 embedding  index  join+norm  -
    model.layers.\\d.self_attn.[qkv]_proj.weight  linear  norm  attention  B
    model.layers.\\d.self_attn.dense.weight   linear  attention  add       T
    model.layers.\\d.mlp.fc1.weight           linear  norm      gelu_tanh  B
    model.layers.\\d.mlp.fc2.weight           linear  gelu_tanh  add       T
"""

NEOX = """
    gpt_neox.embed_in.weight                  embedding  index  join+norm  -
    gpt_neox.layers.\\d.attention.query_key_value.weight  linear  norm  attention  B
    gpt_neox.layers.\\d.attention.dense.weight  linear  attention  add     T
    gpt_neox.layers.\\d.mlp.dense_h_to_4h.weight  linear  norm  gelu       B
    gpt_neox.layers.\\d.mlp.dense_4h_to_h.weight  linear  gelu  add        T
"""

GPT2 = """
    transformer.wte.weight                    embedding  index      add        -
    transformer.wpe.weight                    embedding  index      add        -
    transformer.h.\\d.attn.c_attn.weight      {kind}     norm       attention  B
    transformer.h.\\d.attn.c_proj.weight      {kind}     attention  join       T
    transformer.h.\\d.mlp.c_fc.weight         {kind}     norm       gelu_tanh  B
    transformer.h.\\d.mlp.c_proj.weight       {kind}     gelu_tanh  join       T
    transformer.wte.weight                    linear     norm       output     -
"""

NEO = """
    transformer.wte.weight                    embedding  index      add        -
    transformer.wpe.weight                    embedding  index      add        -
    transformer.h.\\d.attn.attention.[qkv]_proj.weight  linear  norm  attention  B
    transformer.h.\\d.attn.attention.out_proj.weight  linear  attention  join  T
    transformer.h.\\d.mlp.c_fc.weight         linear     norm       gelu_tanh  B
    transformer.h.\\d.mlp.c_proj.weight       linear     gelu_tanh  join       T
    transformer.wte.weight                    linear     norm       output     -
"""

GPTJ = """
    transformer.wte.weight                    embedding  index      join+norm  -
    transformer.h.\\d.attn.(q|k|v|qkv)_proj.weight  linear  norm    attention  B
    transformer.h.\\d.attn.out_proj.weight    linear     attention  add        T
    transformer.h.\\d.mlp.fc_in.weight        linear     norm       gelu_tanh  B
    transformer.h.\\d.mlp.fc_out.weight       linear     gelu_tanh  add        T
"""

BLOOM = """
    transformer.word_embeddings.weight        embedding  index  norm       -
    transformer.h.\\d.self_attention.query_key_value.weight  linear  norm  attention  B
    transformer.h.\\d.self_attention.dense.weight  linear  attention  join  T
    transformer.h.\\d.mlp.dense_h_to_4h.weight  linear  norm    gelu_tanh  B
    transformer.h.\\d.mlp.dense_4h_to_h.weight  linear  gelu_tanh  join    T
    transformer.word_embeddings.weight        linear  norm      output     -
"""

OPT = """
    model.decoder.embed_tokens.weight         embedding  index  add        -
    model.decoder.embed_positions.weight      embedding  index  add        -
    model.decoder.layers.\\d.self_attn.[qkv]_proj.weight  linear  norm  attention  B
    model.decoder.layers.\\d.self_attn.out_proj.weight  linear  attention  join  T
    model.decoder.layers.\\d.fc1.weight       linear  norm      relu       B
    model.decoder.layers.\\d.fc2.weight       linear  relu      join       T
    model.decoder.embed_tokens.weight         linear  norm      output     -
"""

MIXTRAL = """
    model.layers.\\d.mlp.gate.weight                 linear  norm  softmax    B  32>4
    model.layers.\\d.mlp.experts.gate_up_proj        matmul  norm  gate+silu  B  32>96
    model.layers.\\d.mlp.experts.down_proj           matmul  gate  gate       T  48>32
"""

MODELS = (
    _model("Llama", LLAMA),
    _model("Mistral", LLAMA),
    _model("Qwen2", LLAMA),
    _model("Granite", LLAMA),
    _model("StableLm", LLAMA),
    _model("Olmo", LLAMA),
    _model("Qwen3", NORMED + GATED.format(act="silu") + HEAD),
    _model("Gemma", ATTENTION + GATED.format(act="gelu_tanh") + TIED),
    _model("Gemma2", GEMMA2),
    _model("Olmo2", OLMO2 + HEAD),
    _model("Phi3", PACKED + HEAD),
    _model("Starcoder2", ATTENTION + STARCODER2 + TIED),
    _model("Nemotron", ATTENTION + NEMOTRON + HEAD),
    _model("Phi", PHI + HEAD, streams=(2,)),
    _model("GPTNeoX", NEOX + HEAD, streams=(2,)),
    _model("GPT2", GPT2.format(kind="matmul"), sizes=BRIEF | ENDS),
    _model("GPTBigCode", GPT2.format(kind="linear"), sizes=BRIEF | ENDS),
    _model(
        "GPTNeo", NEO,
        sizes=ENDS | {
            "num_layers": 2, "hidden_size": 32, "num_heads": 4, "vocab_size": 60,
            "attention_types": [[["global"], 2]], "max_position_embeddings": 32,
        },
    ),
    _model("GPTJ", GPTJ + HEAD, streams=(2,), sizes=BRIEF | ENDS | {"rotary_dim": 4}),
    _model("CodeGen", GPTJ + HEAD, streams=(2,), sizes=BRIEF | ENDS | {"rotary_dim": 4}),
    _model(
        "Bloom", BLOOM,
        sizes=ENDS | {"n_layer": 2, "hidden_size": 32, "n_head": 4, "vocab_size": 60},
    ),
    _model(
        "OPT", OPT,
        sizes=ENDS | {
            "num_hidden_layers": 2, "hidden_size": 32, "word_embed_proj_dim": 32, "ffn_dim": 48,
            "num_attention_heads": 4, "vocab_size": 60, "max_position_embeddings": 32,
        },
    ),
    _model("Mixtral", ATTENTION + MIXTRAL + HEAD, sizes=SIZES | {"num_local_experts": 4}),
)  # fmt: skip
