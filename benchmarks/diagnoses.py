"""What a diagnosis costs beside one training step of the same model on the same batch.

Every model runs in a process of its own. Seconds are taken in turn, several times; the peak is that
of the process' resident memory during one step, and during one diagnosis, from its own reset.
"""

import json
import subprocess
import sys
from dataclasses import dataclass

PROGRAM = """
import gc, json, re, statistics, sys, time
import torch
from torch import nn
import isometry as iso

def convolution(inputs, outputs):
    layer = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(outputs), nn.ReLU())

def vgg():
    widths = ((3, 64), (64, 64), (64, 128), (128, 128), (128, 256), (256, 256))
    layers = [convolution(*pair) for pair in widths]
    pools = [nn.MaxPool2d(2), nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(1)]
    blocks = [nn.Sequential(*layers[2 * i : 2 * i + 2], pools[i]) for i in range(3)]
    return nn.Sequential(*blocks, nn.Flatten(), nn.Linear(256, 10)), torch.randn(32, 3, 64, 64)

def perceptron():
    layers = [layer for _ in range(20) for layer in (nn.Linear(1024, 1024), nn.ReLU())]
    return nn.Sequential(*layers, nn.Linear(1024, 10)), torch.randn(256, 1024)

def gpt2():
    import transformers
    transformers.logging.set_verbosity_error()
    config = transformers.GPT2Config(n_layer=6, n_embd=512, n_head=8, vocab_size=8000,
                                     bos_token_id=0, eos_token_id=0)
    ids = torch.randint(0, 8000, (8, 128))
    return transformers.GPT2LMHeadModel(config), {"input_ids": ids, "labels": ids}

torch.manual_seed(0)
model, batch = {"vgg": vgg, "perceptron": perceptron, "gpt2": gpt2}[sys.argv[1]]()

def step():
    model.zero_grad(set_to_none=True)
    out = model(**batch) if isinstance(batch, dict) else model(batch)
    (out.loss if isinstance(batch, dict) else out.square().mean()).backward()

def diagnosis():
    model.zero_grad(set_to_none=True)
    iso.diagnose(model, batch)

def resident(name):
    return int(re.search(name + r":\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024

def peak(run):
    model.zero_grad(set_to_none=True)
    gc.collect()
    with open("/proc/self/clear_refs", "w") as reset:
        reset.write("5")
    run()
    return resident("VmHWM")

step(), diagnosis()
peaks = {run.__name__: peak(run) for run in (step, diagnosis)}
seconds = {"step": [], "diagnosis": []}
for _ in range(int(sys.argv[2])):
    for run in (step, diagnosis):
        start = time.perf_counter()
        run()
        seconds[run.__name__].append(time.perf_counter() - start)
size = sum(parameter.numel() for parameter in model.parameters())
print(json.dumps({"values": size, "seconds": seconds, "peak": peaks}))
"""

MODELS = {
    "perceptron": "perceptron, 20 layers of 1,024, batch of 256",
    "vgg": "convolutional, batch norm, 6 layers, 32 pictures of 64×64",
    "gpt2": "GPT-2, 6 blocks of 512, 8 texts of 128",
}


@dataclass(frozen=True, slots=True)
class DiagnosisResult:
    """One model: seconds of each round, and the peak of each kind of run in bytes."""

    name: str
    values: int
    seconds: dict[str, list[float]]
    peak: dict[str, int]


def run(rounds: int) -> list[DiagnosisResult]:
    """Measure every model.

    Args:
        rounds: Steps and diagnoses of each.

    Returns:
        One result a model.
    """
    return [_measured(key, name, rounds) for key, name in MODELS.items()]


def _measured(key: str, name: str, rounds: int) -> DiagnosisResult:
    command = [sys.executable, "-c", PROGRAM, key, str(rounds)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return DiagnosisResult(name=name, **json.loads(printed.splitlines()[-1]))
