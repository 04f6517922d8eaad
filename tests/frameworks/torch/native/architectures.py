"""Small configurations of many architectures of transformers: a row is a model."""

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


def _text(name: str, prefix: str, head: str = "ForCausalLM", **options: Any) -> Architecture:
    return Architecture(name, "text", f"{prefix}{head}", f"{prefix}Config", {**TINY, **options})


def _experts(name: str, prefix: str, **options: Any) -> Architecture:
    options = {**TINY, **options}
    return Architecture(name, "experts", f"{prefix}ForCausalLM", f"{prefix}Config", options)


def _encoder(name: str, prefix: str, head: str = "ForMaskedLM", **options: Any) -> Architecture:
    return Architecture(name, "text", f"{prefix}{head}", f"{prefix}Config", {**TEXT, **options})


def _state(name: str, prefix: str, **options: Any) -> Architecture:
    return Architecture(name, "state space", f"{prefix}ForCausalLM", f"{prefix}Config", options)


def _image(name: str, prefix: str, head: str = "ForImageClassification", **o: Any) -> Architecture:
    return Architecture(name, "vision", f"{prefix}{head}", f"{prefix}Config", {**IMAGE, **o})


def _speech(name: str, prefix: str, head: str = "ForCTC", **options: Any) -> Architecture:
    return Architecture(name, "audio", f"{prefix}{head}", f"{prefix}Config", {**SPEECH, **options})


def _two(name: str, prefix: str, options: dict[str, Any], head: str = "") -> Architecture:
    head = head or "ForConditionalGeneration"
    return Architecture(name, "encoder-decoder", f"{prefix}{head}", f"{prefix}Config", options)


def _pair(name: str, prefix: str, **options: Any) -> Architecture:
    return Architecture(name, "image and text", f"{prefix}Model", f"{prefix}Config", options)


CLIP_TEXT = {**TEXT, "projection_dim": 16}
CLIP_IMAGE = {**IMAGE, "projection_dim": 16}
SWIN = {"embed_dim": 16, "depths": [1, 2], "num_heads": [2, 4], "window_size": 4}
SWIN |= {"image_size": 32, "patch_size": 4}

ARCHITECTURES: tuple[Architecture, ...] = (
    Architecture(
        "gpt2",
        "text",
        "GPT2LMHeadModel",
        "GPT2Config",
        {"vocab_size": 99, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64},
    ),
    _text("llama", "Llama"),
    _text("mistral", "Mistral"),
    _text("qwen2", "Qwen2"),
    _text("qwen3", "Qwen3"),
    _text("gemma", "Gemma"),
    _text("gemma2", "Gemma2"),
    _text("phi", "Phi"),
    _text("phi3", "Phi3"),
    _text("olmo2", "Olmo2"),
    _text("granite", "Granite"),
    _text("nemotron", "Nemotron"),
    _text("bitnet", "BitNet"),
    _text("stablelm", "StableLm"),
    _text("cohere", "Cohere"),
    _text("starcoder2", "Starcoder2"),
    _text("glm", "Glm"),
    Architecture(
        "falcon",
        "text",
        "FalconForCausalLM",
        "FalconConfig",
        {"vocab_size": 99, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4},
    ),
    _text("bloom", "Bloom", n_layer=2, n_head=4),
    _text("gpt_neox", "GPTNeoX"),
    Architecture(
        "gptj",
        "text",
        "GPTJForCausalLM",
        "GPTJConfig",
        {
            "vocab_size": 99,
            "n_embd": 32,
            "n_layer": 2,
            "n_head": 4,
            "n_positions": 64,
            "rotary_dim": 4,
        },
    ),
    _text(
        "gpt_neo", "GPTNeo", num_layers=2, num_heads=4, attention_types=[[["global", "local"], 1]]
    ),
    _text("opt", "OPT", ffn_dim=48, word_embed_proj_dim=32),
    Architecture(
        "xlnet",
        "text",
        "XLNetLMHeadModel",
        "XLNetConfig",
        {"vocab_size": 99, "d_model": 32, "n_layer": 2, "n_head": 4, "d_inner": 48},
    ),
    _encoder("bert", "Bert"),
    _encoder("roberta", "Roberta"),
    _encoder("electra", "Electra", "ForPreTraining", embedding_size=16),
    _encoder("albert", "Albert", embedding_size=16),
    _encoder("deberta_v2", "DebertaV2", relative_attention=True, pos_att_type=["p2c", "c2p"]),
    _encoder("longformer", "Longformer", attention_window=[4, 4]),
    _encoder("modernbert", "ModernBert"),
    Architecture(
        "distilbert",
        "text",
        "DistilBertForMaskedLM",
        "DistilBertConfig",
        {"vocab_size": 99, "dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 48},
    ),
    Architecture(
        "funnel",
        "text",
        "FunnelForMaskedLM",
        "FunnelConfig",
        {
            "vocab_size": 99,
            "d_model": 32,
            "block_sizes": [1, 1],
            "n_head": 4,
            "d_head": 8,
            "d_inner": 48,
        },
    ),
    _experts("mixtral", "Mixtral", num_local_experts=4),
    _experts(
        "qwen3_moe", "Qwen3Moe", num_experts=4, moe_intermediate_size=16, num_experts_per_tok=2
    ),
    _experts("olmoe", "Olmoe", num_experts=4, num_experts_per_tok=2),
    _experts("granitemoe", "GraniteMoe", num_local_experts=4),
    _experts(
        "deepseek_v3",
        "DeepseekV3",
        n_routed_experts=4,
        moe_intermediate_size=16,
        n_group=2,
        topk_group=1,
        kv_lora_rank=8,
        q_lora_rank=8,
        qk_rope_head_dim=4,
        qk_nope_head_dim=8,
        v_head_dim=8,
        num_experts_per_tok=2,
        first_k_dense_replace=1,
    ),
    _experts("gpt_oss", "GptOss", num_local_experts=4, num_experts_per_tok=2),
    _state("mamba", "Mamba", vocab_size=99, hidden_size=32, num_hidden_layers=2),
    _state(
        "mamba2",
        "Mamba2",
        vocab_size=99,
        hidden_size=32,
        num_hidden_layers=2,
        num_heads=8,
        head_dim=8,
        state_size=8,
        n_groups=2,
    ),
    _state("falcon_mamba", "FalconMamba", vocab_size=99, hidden_size=32, num_hidden_layers=2),
    _state("rwkv", "Rwkv", vocab_size=99, hidden_size=32, num_hidden_layers=2, context_length=64),
    _state(
        "jamba",
        "Jamba",
        **TINY,
        num_experts=2,
        mamba_d_state=4,
        attn_layer_period=2,
        attn_layer_offset=1,
    ),
    _state("recurrent_gemma", "RecurrentGemma", **{**TINY, "num_hidden_layers": 3}, lru_width=32),
    _two("t5", "T5", T5),
    _two("mt5", "MT5", T5),
    _two("switch_transformers", "SwitchTransformers", {**T5, "num_experts": 4}),
    _two("bart", "Bart", ENCODER_DECODER),
    _two("mbart", "MBart", ENCODER_DECODER),
    _two("pegasus", "Pegasus", ENCODER_DECODER),
    _two(
        "marian",
        "Marian",
        {**ENCODER_DECODER, "pad_token_id": 0, "decoder_start_token_id": 0},
        "MTModel",
    ),
    _two("m2m_100", "M2M100", ENCODER_DECODER),
    _two(
        "whisper",
        "Whisper",
        {
            **{k: v for k, v in ENCODER_DECODER.items() if k != "max_position_embeddings"},
            "num_mel_bins": 8,
            "max_source_positions": 32,
            "max_target_positions": 32,
            "pad_token_id": 0,
            "bos_token_id": 1,
            "eos_token_id": 2,
            "decoder_start_token_id": 1,
        },
    ),
    _image("vit", "ViT"),
    _image("deit", "DeiT"),
    _image("beit", "Beit"),
    _image("dinov2", "Dinov2"),
    Architecture("swin", "vision", "SwinForImageClassification", "SwinConfig", SWIN),
    Architecture("swinv2", "vision", "Swinv2ForImageClassification", "Swinv2Config", SWIN),
    Architecture(
        "convnext",
        "vision",
        "ConvNextForImageClassification",
        "ConvNextConfig",
        {"hidden_sizes": [8, 16, 16, 32], "depths": [1, 1, 2, 1], "num_stages": 4},
    ),
    Architecture(
        "resnet",
        "vision",
        "ResNetForImageClassification",
        "ResNetConfig",
        {"embedding_size": 8, "hidden_sizes": [8, 16], "depths": [1, 1]},
    ),
    Architecture(
        "segformer",
        "vision",
        "SegformerForSemanticSegmentation",
        "SegformerConfig",
        {
            "hidden_sizes": [8, 16, 16, 32],
            "depths": [1, 1, 1, 1],
            "num_attention_heads": [1, 2, 2, 4],
            "decoder_hidden_size": 16,
        },
    ),
    _image("yolos", "Yolos", "ForObjectDetection", num_detection_tokens=4, image_size=[32, 32]),
    _image(
        "vit_mae",
        "ViTMAE",
        "ForPreTraining",
        decoder_hidden_size=16,
        decoder_num_hidden_layers=1,
        decoder_num_attention_heads=2,
        decoder_intermediate_size=16,
    ),
    _speech("wav2vec2", "Wav2Vec2"),
    _speech("hubert", "Hubert"),
    _speech("wavlm", "WavLM"),
    Architecture(
        "speecht5",
        "audio",
        "SpeechT5ForTextToSpeech",
        "SpeechT5Config",
        {
            "vocab_size": 99,
            "hidden_size": 32,
            "encoder_layers": 1,
            "decoder_layers": 1,
            "encoder_attention_heads": 4,
            "decoder_attention_heads": 4,
            "encoder_ffn_dim": 48,
            "decoder_ffn_dim": 48,
            "speech_decoder_prenet_units": 16,
            "speech_decoder_postnet_units": 16,
            "num_mel_bins": 8,
            "max_speech_positions": 32,
            "max_text_positions": 32,
        },
    ),
    Architecture(
        "audio_spectrogram_transformer",
        "audio",
        "ASTForAudioClassification",
        "ASTConfig",
        {
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "intermediate_size": 48,
            "max_length": 32,
            "num_mel_bins": 16,
            "patch_size": 8,
            "frequency_stride": 8,
            "time_stride": 8,
        },
    ),
    Architecture(
        "encodec",
        "audio",
        "EncodecModel",
        "EncodecConfig",
        {
            "num_filters": 4,
            "hidden_size": 16,
            "codebook_size": 16,
            "codebook_dim": 16,
            "upsampling_ratios": [4, 2],
        },
    ),
    _pair("clip", "CLIP", text_config=CLIP_TEXT, vision_config=CLIP_IMAGE, projection_dim=16),
    _pair("siglip", "Siglip", text_config=TEXT, vision_config=IMAGE),
    Architecture(
        "blip",
        "image and text",
        "BlipForConditionalGeneration",
        "BlipConfig",
        {"text_config": CLIP_TEXT, "vision_config": CLIP_IMAGE, "projection_dim": 16},
    ),
    Architecture(
        "llava",
        "image and text",
        "LlavaForConditionalGeneration",
        "LlavaConfig",
        {
            "text_config": {"model_type": "llama", **TINY},
            "vision_config": {"model_type": "clip_vision_model", **CLIP_IMAGE},
        },
    ),
    _pair(
        "flava",
        "Flava",
        text_config=TEXT,
        image_config=IMAGE,
        multimodal_config={
            "hidden_size": 32,
            "num_hidden_layers": 1,
            "num_attention_heads": 4,
            "intermediate_size": 48,
        },
        image_codebook_config={"hidden_size": 8, "vocab_size": 16},
        hidden_size=32,
        projection_dim=16,
    ),
    Architecture(
        "time_series_transformer",
        "time series",
        "TimeSeriesTransformerForPrediction",
        "TimeSeriesTransformerConfig",
        {"prediction_length": 4, "d_model": 16, "encoder_layers": 1, "decoder_layers": 1},
    ),
)

QUICK = ("gpt2", "llama", "mixtral", "mamba", "bert", "t5", "swin", "wav2vec2", "clip")
"""The slice that every test run covers."""
