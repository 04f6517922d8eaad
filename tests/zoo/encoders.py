"""Encoders of text and of images of transformers, small, from their configs."""

from typing import Any

import transformers
from torch import nn

from tests.zoo.model import Model, indices, named, normal

WORDS = named(input_ids=indices(60, 2, 6))
IMAGES = named(pixel_values=normal(2, 3, 16, 16))

LAYERS = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
}
TEXT = LAYERS | {"vocab_size": 60, "max_position_embeddings": 32, "pad_token_id": 0}
VISION = LAYERS | {"image_size": 16, "patch_size": 4}


def encoder(name: str, **sizes: Any) -> nn.Module:
    """A base model by the name of its family."""
    config = getattr(transformers, f"{name}Config")(**sizes)
    model: nn.Module = getattr(transformers, f"{name}Model")._from_config(config)
    return model


LAYER = """
    encoder.layer.\\d.attention.self.(query|key|value).weight  linear  norm  attention  B
    encoder.layer.\\d.attention.output.dense.weight  linear  attention  join  T
    encoder.layer.\\d.intermediate.dense.weight  linear  norm   gelu        B
    encoder.layer.\\d.output.dense.weight        linear  gelu   join        T
"""

TABLES = """
    embeddings.(word|position|token_type)_embeddings.weight  embedding  index  add  -
"""

POOLER = """
    pooler.dense.weight                         linear  norm    tanh        -
"""

ELECTRA = """
    embeddings_project.weight                   linear  norm    {after}     -
    encoder.layer.0.attention.self.(query|key|value).weight  linear  linear  attention  B1/4
    encoder.layer.1.attention.self.(query|key|value).weight  linear  norm  attention  B3/4
    encoder.layer.\\d.attention.output.dense.weight  linear  attention  join  T
    encoder.layer.\\d.intermediate.dense.weight  linear  norm   gelu        B
    encoder.layer.\\d.output.dense.weight        linear  gelu   join        T
"""

DISTIL = """
    embeddings.(word|position)_embeddings.weight  embedding  index  add     -
    transformer.layer.\\d.attention.[qkv]_lin.weight  linear  norm  attention  B
    transformer.layer.\\d.attention.out_lin.weight  linear  attention  join  T
    transformer.layer.\\d.ffn.lin1.weight       linear  norm    gelu        B
    transformer.layer.\\d.ffn.lin2.weight       linear  gelu    join        T
"""

SHARED = "encoder.albert_layer_groups.0.albert_layers.0"
ALBERT = f"""
    embeddings.(word|position|token_type)_embeddings.weight  embedding  index  add  -
    encoder.embedding_hidden_mapping_in.weight  linear  norm    join+linear  -
    {SHARED}.attention.(query|key|value).weight  linear  linear  attention   B
    {SHARED}.attention.(query|key|value).weight  linear  norm   attention    B
    {SHARED}.attention.dense.weight             linear  attention  join      T  x2
    {SHARED}.ffn.weight                         linear  norm    gelu_tanh    B  x2
    {SHARED}.ffn_output.weight                  linear  gelu_tanh  join      T  x2
    pooler.weight                               linear  norm    tanh         -
"""

PATCHES = """
    embeddings.patch_embeddings.projection.weight  conv  input  join+norm   -
"""

VIT = """
    {layer}.attention.[qkv]_proj.weight         linear  norm    attention   B
    {layer}.attention.o_proj.weight             linear  attention  join     T
    {layer}.mlp.fc1.weight                      linear  norm    gelu        B
    {layer}.mlp.fc2.weight                      linear  gelu    join        T
"""

CLIP = """
    embeddings.patch_embedding.weight           conv       input  add       -
    embeddings.position_embedding.weight        embedding  index  add       -
    encoder.layers.\\d.self_attn.[qkv]_proj.weight  linear  norm  attention  B
    encoder.layers.\\d.self_attn.out_proj.weight  linear  attention  join   T
    encoder.layers.\\d.mlp.fc1.weight           linear  norm        quick_gelu  B
    encoder.layers.\\d.mlp.fc2.weight           linear  quick_gelu  join    T
"""

CONVNEXT = """
    embeddings.patch_embeddings.weight          conv    input   norm        -
    encoder.stages.\\d.layers.0.dwconv.weight   conv    {before}  norm      B
    encoder.stages.\\d.layers.0.pwconv1.weight  linear  norm    gelu        B
    encoder.stages.\\d.layers.0.pwconv2.weight  linear  gelu    join        T
"""

RESNET = """
    embedder.embedder.convolution.weight        conv    input    norm       -
    encoder.stages.0.layers.0.layer.0.convolution.weight  conv  pooling  norm  B1/2
    encoder.stages.1.layers.0.layer.0.convolution.weight  conv  relu  norm  B2/2
    encoder.stages.\\d.layers.0.layer.1.convolution.weight  conv  relu  norm  T
    encoder.stages.1.layers.0.shortcut.convolution.weight  conv  relu  norm  S2/2
"""


def _text(name: str, truth: str, **more: int) -> Model:
    return Model(name.lower(), lambda: encoder(name, **TEXT, **more), WORDS, truth, (4,))


def _vision(name: str, truth: str) -> Model:
    return Model(name.lower(), lambda: encoder(name, **VISION), IMAGES, truth, (4,))


MODELS = (
    _text("Bert", TABLES + LAYER + POOLER),
    _text("Roberta", TABLES + LAYER + POOLER),
    _text("Camembert", TABLES + LAYER + POOLER),
    _text("XLMRoberta", TABLES + LAYER + POOLER),
    _text("Ernie", TABLES + LAYER + POOLER),
    _text("Splinter", TABLES + LAYER, question_token_id=3),
    Model(
        "electra", lambda: encoder("Electra", **TEXT, embedding_size=16), WORDS,
        TABLES + ELECTRA.format(after="join+linear"), (4,),
    ),
    Model(
        "distilbert",
        lambda: encoder("DistilBert", n_layers=2, dim=32, n_heads=4, hidden_dim=48, vocab_size=60),
        WORDS, DISTIL, (4,),
    ),
    Model("albert", lambda: encoder("Albert", **TEXT, embedding_size=16), WORDS, ALBERT, (4,)),
    _vision("ViT", PATCHES + VIT.format(layer="layers.\\d") + POOLER),
    _vision("DeiT", PATCHES + VIT.format(layer="layers.\\d") + POOLER),
    _vision("ViTMSN", PATCHES + VIT.format(layer="layers.\\d")),
    _vision("Dinov2", PATCHES + VIT.format(layer="encoder.layer.\\d")),
    _vision("IJepa", PATCHES + VIT.format(layer="layers.\\d")),
    _vision("CLIPVision", CLIP),
    Model(
        "resnet",
        lambda: encoder(
            "ResNet", embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic"
        ),
        IMAGES, RESNET, (2,),
    ),
)  # fmt: skip
