"""Whole models from nothing: isometry's native recipe against the model's own construction.

Each construction runs in a process of its own, so that its peak memory is its own. Before it,
another process touches as much memory as it will need and ends: a virtual machine that has given
memory back to its host takes seconds to get it again, and whoever came first would pay for the
others.
"""

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass

CONFIGS = {
    "GPT-2 small": {},
    "GPT-2 large": {"n_embd": 1280, "n_layer": 36, "n_head": 20},
}

PROGRAM = """
import json, re, sys, time
import torch, transformers
from transformers.models.gpt2 import modeling_gpt2
import isometry as iso
import isometry.torch
transformers.logging.set_verbosity_error()
config = transformers.GPT2Config(**json.loads(sys.argv[2]))
factory = lambda: transformers.GPT2LMHeadModel(config)
rss = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024
before, start = rss(), time.perf_counter()
if sys.argv[1] == "isometry":
    plan = iso.plan(factory)
    model = iso.torch.on_meta(factory)
    iso.materialize(model, plan, seed=0)
elif sys.argv[1] == "from_config":
    model = transformers.AutoModelForCausalLM.from_config(config)
else:
    with torch.device("meta"):
        model = factory()
    model = model.to_empty(device="cpu")
    for tensor in model.state_dict().values():
        tensor.fill_(0.5)
seconds = time.perf_counter() - start
size = sum(p.numel() * p.element_size() for p in model.parameters())
print(json.dumps({"seconds": seconds, "peak": (rss() - before) / size, "values": size // 4}))
"""


TOUCH = "import sys, numpy; numpy.ones(int(sys.argv[1]), numpy.uint8)"
ROOM = 4_500_000_000
"""Bytes touched beforehand: more than the largest model and the imports take."""


@dataclass(frozen=True, slots=True)
class ModelResult:
    """One architecture: seconds of each round and peak memory over weights, by contestant."""

    name: str
    values: int
    seconds: dict[str, tuple[float, ...]]
    peak: dict[str, float]

    def median(self, contestant: str) -> float:
        """The middle round, in seconds."""
        return statistics.median(self.seconds[contestant])

    def ratio(self) -> float:
        """How many times quicker than the model's own construction, by the medians."""
        return self.median("from_config") / self.median("isometry")


def run(rounds: int) -> list[ModelResult]:
    """Every architecture."""
    return [_case(name, rounds) for name in CONFIGS]


def _case(name: str, rounds: int) -> ModelResult:
    contestants = ("isometry", "from_config", "constant")
    results: dict[str, list[dict[str, float]]] = {contestant: [] for contestant in contestants}
    for _ in range(rounds):
        for contestant in contestants:
            results[contestant].append(_one(contestant, name))
    return ModelResult(
        name=name,
        values=int(results["isometry"][0]["values"]),
        seconds={key: tuple(one["seconds"] for one in ones) for key, ones in results.items()},
        peak={key: statistics.median(one["peak"] for one in ones) for key, ones in results.items()},
    )


def _one(contestant: str, name: str) -> dict[str, float]:
    subprocess.run([sys.executable, "-c", TOUCH, str(ROOM)], check=True)
    command = [sys.executable, "-c", PROGRAM, contestant, json.dumps(CONFIGS[name])]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result
