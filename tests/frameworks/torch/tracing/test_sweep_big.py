"""Models of tens of billions of parameters are captured and read without their memory."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

SCRIPT = """
import json, resource, sys, time
import torch
import transformers
from isometry import graphs
from isometry.frameworks.torch.tracing import capture, example_for

config = getattr(transformers, sys.argv[1])(**json.loads(sys.argv[2]))
with torch.device("meta"):
    model = transformers.AutoModelForCausalLM.from_config(config)
started = time.perf_counter()
graph = capture(model, example_for(model))
reading = graphs.read(graph)
seconds = time.perf_counter() - started
print(json.dumps({
    "parameters": sum(p.numel() for p in model.parameters()),
    "seconds": seconds,
    "gibibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    "uses": len(reading.uses),
    "joins": len(reading.joins),
    "unused": list(graph.unused),
    "notes": list(graph.notes),
}))
"""
"""Build, capture and read in a process of its own, whose peak memory is the answer's."""

LLAMA = {
    "hidden_size": 8192,
    "intermediate_size": 28672,
    "num_hidden_layers": 80,
    "num_attention_heads": 64,
    "num_key_value_heads": 8,
    "vocab_size": 128256,
}
MIXTRAL = {
    "hidden_size": 6144,
    "intermediate_size": 16384,
    "num_hidden_layers": 56,
    "num_attention_heads": 48,
    "num_key_value_heads": 8,
    "num_local_experts": 8,
    "vocab_size": 32768,
}


@pytest.mark.parametrize(
    ("config", "sizes", "parameters", "uses", "joins"),
    [
        # a layer: q, k, v, o, gate, up, down; then the embedding and the head
        ("LlamaConfig", LLAMA, 70.5e9, 80 * 7 + 2, 80 * 2),
        # a layer: q, k, v, o, router and the experts' two stacked matrices
        ("MixtralConfig", MIXTRAL, 140.6e9, 56 * 7 + 2, 56 * 2),
    ],
)
def test_a_big_model_takes_seconds_and_no_memory(
    config: str, sizes: dict[str, int], parameters: float, uses: int, joins: int
) -> None:
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT, config, json.dumps(sizes)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    found = json.loads(answer.stdout.splitlines()[-1])
    assert found["parameters"] == pytest.approx(parameters, rel=1e-3)
    assert (found["uses"], found["joins"]) == (uses, joins)
    assert (found["unused"], found["notes"]) == ([], [])
    assert found["seconds"] < 20
    assert found["gibibytes"] < 1
