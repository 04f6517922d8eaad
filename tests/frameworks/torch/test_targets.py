"""Models from configs, and on meta."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

import isometry as iso
from isometry import errors
from isometry.frameworks.torch import targets

LLAMA: dict[str, Any] = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "vocab_size": 50,
    "bos_token_id": 1,
    "eos_token_id": 2,
}


def written(folder: Path, **fields: Any) -> Path:
    """A config file."""
    path = folder / "config.json"
    path.write_text(json.dumps(LLAMA | fields))
    return path


def test_the_first_architecture_is_built(tmp_path: Path) -> None:
    model = targets.on_meta(targets.transformers_factory(written(tmp_path)))
    assert type(model).__name__ == "LlamaForCausalLM"
    assert next(model.parameters()).is_meta


def test_the_base_model_is_built_where_no_architecture_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, architectures=None)
    model = targets.on_meta(targets.transformers_factory(path))
    assert type(model).__name__ == "LlamaModel"


def test_a_configs_dtype_is_honoured_and_the_default_put_back(tmp_path: Path) -> None:
    plan = iso.plan(targets.transformers_factory(written(tmp_path, dtype="bfloat16")))
    assert plan["model.norm.weight"].parameter.dtype == "bfloat16"
    assert plan["model.rotary_emb.inv_freq"].parameter.dtype == "float32"
    assert torch.get_default_dtype() == torch.float32


def test_an_unknown_architecture_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, architectures=["NoSuchModel"])
    with pytest.raises(errors.ModelError, match="transformers cannot use this config"):
        targets.transformers_factory(path)


def test_an_unknown_type_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, model_type="nothing")
    with pytest.raises(errors.ModelError, match="transformers cannot use this config"):
        targets.transformers_factory(path)


def test_a_file_that_holds_no_object_is_told(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text("[]")
    with pytest.raises(errors.FileError) as caught:
        targets.transformers_factory(path)
    assert str(caught.value) == (
        f"{path}: it holds a list. Needed: a JSON object. Do: pass the config.json of a "
        "transformers model."
    )
