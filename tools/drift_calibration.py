"""Train plain nets whose signal drifts by known amounts and write tests/findings/drift.json.

The thresholds of a drift come from here: by how much the loss is worse after some steps, with the
best of several learning rates, when the signal shrinks or grows by so many decades from the first
layer to the last. Run it when they are doubted; it takes a quarter of an hour.
"""

import itertools
import json
import math
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

FILE = Path(__file__).parent.parent / "tests" / "findings" / "drift.json"
DECADES = (-3.0, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)
DEPTHS = (4, 8, 16)
RATES = {"sgd": (0.001, 0.01, 0.03, 0.1, 0.3), "adam": (1e-4, 3e-4, 1e-3, 3e-3)}
STEPS, SAMPLES, BATCH, INPUTS, WIDTH, CLASSES, SEEDS = 200, 1024, 128, 32, 64, 5, 2
DIVERGED = 99.0


def data() -> tuple[Tensor, Tensor]:
    """Classes that a random net of two layers makes of normal numbers."""
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(SAMPLES, INPUTS, generator=generator)
    one = torch.randn(INPUTS, WIDTH, generator=generator) * 1.5 / math.sqrt(INPUTS)
    two = torch.randn(WIDTH, CLASSES, generator=generator) * 1.5 / math.sqrt(WIDTH)
    return x, (torch.tanh(x @ one) @ two).argmax(1)


def net(depth: int, decades: float) -> nn.Sequential:
    """A ReLU net whose hidden weights have He's std times what makes the drift."""
    sizes = [INPUTS, *[WIDTH] * depth]
    hidden = [nn.Linear(a, b) for a, b in itertools.pairwise(sizes)]
    head = nn.Linear(WIDTH, CLASSES)
    for place, layer in enumerate(hidden):
        off = 10 ** (decades / (depth - 1)) if place else 1.0
        nn.init.normal_(layer.weight, 0, off * math.sqrt(2 / layer.in_features))
        nn.init.zeros_(layer.bias)
    nn.init.normal_(head.weight, 0, math.sqrt(0.5 / WIDTH))
    return nn.Sequential(*(part for layer in hidden for part in (layer, nn.ReLU())), head)


def trained(depth: int, decades: float, optimizer: str, rate: float, seed: int) -> float:
    """The loss on all samples after the steps."""
    torch.manual_seed(seed)
    x, y = data()
    model = net(depth, decades)
    step = (
        torch.optim.SGD(model.parameters(), rate, momentum=0.9)
        if optimizer == "sgd"
        else torch.optim.Adam(model.parameters(), rate)
    )
    for _ in range(STEPS):
        some = torch.randint(SAMPLES, (BATCH,))
        loss = functional.cross_entropy(model(x[some]), y[some])
        step.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch's own
        step.step()
    with torch.no_grad():
        final = float(functional.cross_entropy(model(x), y))
    return min(final, DIVERGED) if math.isfinite(final) else DIVERGED


def best(depth: int, decades: float, optimizer: str) -> float:
    """The mean loss over the seeds at the best rate."""
    means = (
        sum(trained(depth, decades, optimizer, rate, seed) for seed in range(SEEDS)) / SEEDS
        for rate in RATES[optimizer]
    )
    return round(min(means), 3)


def main() -> None:
    """Train all and write what came out."""
    torch.set_num_threads(1)
    rows = []
    for optimizer, depth in itertools.product(RATES, DEPTHS):
        losses = [best(depth, decades, optimizer) for decades in DECADES]
        rows.append({"optimizer": optimizer, "depth": depth, "losses": losses})
        print(rows[-1], flush=True)
    FILE.write_text(json.dumps({"decades": DECADES, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
