"""Inputs of the models of transformers, which describe them: by the forward's names and the config.

Sizes come from the config; values are ordinary ones (ids that are no special token, standard normal
pixels and features), drawn from generators of their own.
"""

import inspect
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import torch

BATCH = 2
TOKENS = 16
SAMPLES = 8000
FRAMES = 128
SIDE = 224
"""Sizes where neither the config nor the model says more."""

Given: TypeAlias = dict[str, Any]
Make: TypeAlias = Callable[[Any], torch.Tensor]


def described(model: Any) -> Iterator[Given]:
    """Examples that a model of transformers may take, likeliest first, all different in kind."""
    parameters = inspect.signature(model.forward).parameters
    needed = [name for name, p in parameters.items() if name != "self" and _must(p)]
    least = dict.fromkeys((*needed, model.main_input_name))
    decoder = dict.fromkeys(n for n in parameters if n.startswith("decoder_input_ids"))
    every = dict.fromkeys(n for n in parameters if n in COMPANIONS)
    seen = set()
    for names in ({**least, **decoder}, {**least, **decoder, **every}, least, every):
        chosen = [name for name in names if name in INPUTS and name in parameters]
        for attempt in range(max((len(INPUTS[name]) for name in chosen), default=0)):
            kind = tuple((name, min(attempt, len(INPUTS[name]) - 1)) for name in chosen)
            if kind not in seen:
                seen.add(kind)
                quiet = {"use_cache": False} if "use_cache" in parameters else {}
                yield {name: INPUTS[name][k](model.config) for name, k in kind} | quiet


def _must(parameter: inspect.Parameter) -> bool:
    named = parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    return named and parameter.default is parameter.empty


def parts(config: Any) -> Iterator[Any]:
    """A config and the configs inside it, outermost first."""
    from transformers import PretrainedConfig

    yield config
    for value in vars(config).values():
        if isinstance(value, PretrainedConfig):
            yield from parts(value)


def stated(config: Any, *names: str, default: int) -> int:
    """The first of these sizes that a config or a part of it states; of a pair, the first."""
    for part in parts(config):
        for name in names:
            value = getattr(part, name, None)
            value = value[0] if isinstance(value, list | tuple) and value else value
            if isinstance(value, int) and not isinstance(value, bool) and value > 0:
                return value
    return default


def ids(config: Any) -> torch.Tensor:
    """Token ids, none of them special."""
    size = stated(config, "vocab_size", default=1000)
    special = {
        v
        for part in parts(config)
        for k, v in vars(part).items()
        if k.endswith("token_id") and isinstance(v, int)
    }
    plain = [i for i in range(min(size, 4 * TOKENS + len(special))) if i not in special] or [0]
    length = min(TOKENS, stated(config, "max_position_embeddings", "n_positions", default=TOKENS))
    return torch.tensor(plain).repeat(BATCH * length)[: BATCH * length].reshape(BATCH, length)


def _noise(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


def _channels(config: Any) -> int:
    return stated(config, "num_channels", "in_channels", "in_chans", "image_channels", default=3)


def pixels(config: Any) -> torch.Tensor:
    """Images (batch, channels, height, width)."""
    side = stated(config, "image_size", "img_size", "input_size", default=SIDE)
    return _noise(BATCH, _channels(config), side, side)


def videos(config: Any) -> torch.Tensor:
    """Videos (batch, frames, channels, height, width)."""
    frames = stated(config, "num_frames", "frames_per_clip", default=4)
    side = stated(config, "image_size", "crop_size", "img_size", default=SIDE)
    return _noise(BATCH, frames, _channels(config), side, side)


def patches(config: Any) -> torch.Tensor:
    """Patches of both images of :func:`grids`, one a row, each flattened."""
    side = stated(config, "patch_size", default=14)
    depth = stated(config, "temporal_patch_size", default=1)
    return _noise(BATCH * GRID**2, _channels(config) * depth * side * side)


GRID = 4
"""Patches along each side of an image that is given as patches."""


def grids(_: Any) -> torch.Tensor:
    """Time, height and width of each image, in patches."""
    return torch.tensor([[1, GRID, GRID]] * BATCH)


def _bins(config: Any) -> int:
    names = ("num_mel_bins", "feature_projection_input_dim", "input_feat_per_channel", "n_mels")
    return stated(config, *names, "input_size", "input_dim", default=80)


def spectra(config: Any) -> torch.Tensor:
    """Spectrograms (batch, bins, frames)."""
    positions = stated(config, "max_source_positions", default=0)
    return _noise(BATCH, _bins(config), 2 * positions or FRAMES)


def frames(config: Any) -> torch.Tensor:
    """Spectrograms (batch, frames, bins)."""
    length = stated(config, "max_length", default=FRAMES) if _of_spectra(config) else FRAMES
    return _noise(BATCH, length, _bins(config))


def _of_spectra(config: Any) -> bool:
    return any(getattr(part, "frequency_stride", None) for part in parts(config))


def waves(_: Any) -> torch.Tensor:
    """Sound (batch, samples)."""
    return _noise(BATCH, SAMPLES)


def channelled_waves(config: Any) -> torch.Tensor:
    """Sound (batch, channels, samples)."""
    return _noise(BATCH, stated(config, "audio_channels", default=1), SAMPLES)


def _steps(config: Any) -> int:
    lags = [max(p.lags_sequence) for p in parts(config) if getattr(p, "lags_sequence", None)]
    return stated(config, "context_length", default=32) + max(lags, default=0)


def series(config: Any) -> torch.Tensor:
    """A series of numbers (batch, steps)."""
    return _noise(BATCH, _steps(config))


def channelled_series(config: Any) -> torch.Tensor:
    """Several series of numbers (batch, steps, channels)."""
    return _noise(BATCH, _steps(config), stated(config, "num_input_channels", default=1))


def times(config: Any) -> torch.Tensor:
    """What is known of each step (batch, steps, features)."""
    return _noise(BATCH, _steps(config), stated(config, "num_time_features", default=1))


def observed(config: Any) -> torch.Tensor:
    """Every step of a series was seen."""
    return torch.ones(BATCH, _steps(config))


def future_series(config: Any) -> torch.Tensor:
    """The steps to be foretold (batch, steps)."""
    return _noise(BATCH, stated(config, "prediction_length", default=8))


def future_times(config: Any) -> torch.Tensor:
    """What is known of the steps to be foretold (batch, steps, features)."""
    length = stated(config, "prediction_length", default=8)
    return _noise(BATCH, length, stated(config, "num_time_features", default=1))


def hidden(config: Any) -> torch.Tensor:
    """Embedded tokens (batch, tokens, width)."""
    return _noise(BATCH, TOKENS, stated(config, "hidden_size", "d_model", default=64))


INPUTS: dict[str, tuple[Make, ...]] = {
    "input_ids": (ids,),
    "decoder_input_ids": (ids,),
    "qformer_input_ids": (ids,),
    "pixel_values": (pixels, videos, patches),
    "pixel_values_videos": (videos,),
    "hidden_states": (patches, hidden),
    "grid_thw": (grids,),
    "image_grid_thw": (grids,),
    "input_values": (waves, channelled_waves, frames),
    "input_features": (spectra, frames),
    "inputs_embeds": (hidden,),
    "query_embeds": (hidden,),
    "latents": (hidden,),
    "past_values": (series, channelled_series),
    "past_time_features": (times,),
    "past_observed_mask": (observed,),
    "future_values": (future_series,),
    "future_time_features": (future_times,),
}
"""How each named input may look, likeliest first."""

COMPANIONS = (
    "input_ids",
    "pixel_values",
    "input_features",
    "input_values",
    "future_values",
    "future_time_features",
)
"""Inputs that a model may need though its forward can be called without them."""
