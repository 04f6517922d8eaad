"""Plans of very large models, from their configs, in a process of their own."""

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

LLAMA_70B = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 8192,
    "intermediate_size": 28672,
    "num_hidden_layers": 80,
    "num_attention_heads": 64,
    "num_key_value_heads": 8,
    "vocab_size": 128256,
}

MIXTURE_140B = {
    "model_type": "mixtral",
    "architectures": ["MixtralForCausalLM"],
    "hidden_size": 6144,
    "intermediate_size": 16384,
    "num_hidden_layers": 56,
    "num_attention_heads": 48,
    "num_key_value_heads": 8,
    "vocab_size": 32768,
    "num_local_experts": 8,
    "num_experts_per_tok": 2,
}

SECONDS, GIBIBYTE = 20, 2**20
"""Processor time, which other work on the machine does not change; memory in KiB."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("config", "layers"), [(LLAMA_70B, 562), (MIXTURE_140B, 394)], ids=["70B", "140B"]
)
def test_a_plan_needs_little(config: dict[str, Any], layers: int, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    command = [sys.executable, "-m", "isometry", "plan", f"transformers:{path}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert f"forecast of {layers} of {layers} layers" in done.stdout
    assert spent.ru_utime - before < SECONDS
    assert spent.ru_maxrss < GIBIBYTE
