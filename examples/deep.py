"""Fifty sigmoid layers on digits: checked, mended, checked again, and trained under both starts."""

import sys
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn

import isometry as iso
from isometry import reports

LAYERS, WIDTH, STEPS, EVERY, BATCH, RATE = 50, 64, 150, 5, 128, 3e-4
TRAINING = 1347
PICTURE = Path("build") / "deep.svg"
PAGE = Path("build") / "deep.html"


def data() -> tuple[torch.Tensor, torch.Tensor]:
    """All digits in a fixed order, standardised by the mean and std of the training part."""
    images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(images))
    pixels = torch.tensor(images[order], dtype=torch.float32)
    part = pixels[:TRAINING]
    return (pixels - part.mean()) / part.std(), torch.tensor(labels[order])


def network() -> nn.Sequential:
    """A plain net: no norm, no shortcut."""
    layers: list[nn.Module] = []
    for _ in range(LAYERS):
        layers += [nn.Linear(64 if not layers else WIDTH, WIDTH), nn.Sigmoid()]
    return nn.Sequential(*layers, nn.Linear(WIDTH, 10))


def trained(net: nn.Module, pixels: torch.Tensor, labels: torch.Tensor) -> list[float]:
    """Test accuracy on the way, by Adam: the same steps and batches for every start."""
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    generator, accuracy = torch.Generator().manual_seed(0), []
    for step in range(STEPS + 1):
        if step % EVERY == 0:
            with torch.no_grad():
                right = net(pixels[TRAINING:]).argmax(1) == labels[TRAINING:]
            accuracy.append(right.double().mean().item())
        chosen = torch.randint(TRAINING, (BATCH,), generator=generator)
        loss = nn.functional.cross_entropy(net(pixels[chosen]), labels[chosen])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch does not type it
        optimizer.step()
    return accuracy


def main() -> None:
    """Check and mend the net, train it under both starts, and say where the pictures are."""
    out = reports.console(sys.stdout)
    pixels, labels = data()
    net, batch, targets = network(), pixels[:BATCH], labels[:BATCH]
    started = iso.plan(net, batch, recipe="torch")
    iso.apply(started, net, seed=0)
    out.print(f"\n{LAYERS} sigmoid layers without norm or shortcut, as torch starts them\n")
    before = iso.diagnose(net, batch, targets)
    reports.print_diagnosis(before, out)
    mended = before.mend()
    iso.apply(mended, net, seed=0)
    out.print("\nThe same net, mended by the plan of the finding\n")
    after = iso.diagnose(net, batch, targets)
    reports.print_diagnosis(after, out)
    text = reports.page(before, after=after, title=f"{LAYERS} sigmoid layers on digits")
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text, encoding="utf-8")
    out.print(f"\nboth, as a page: {PAGE}")
    train(net, {"torch": started, mended.recipe: mended}, pixels, labels)
    out.print(f"\n{mended.recipe}, layer {LAYERS}: {mended[f'{2 * (LAYERS - 1)}.weight'].reason}")


def train(
    net: nn.Module, plans: dict[str, iso.plans.Plan], pixels: torch.Tensor, labels: torch.Tensor
) -> None:
    """Train the net under each plan, and draw the curves."""
    out = reports.console(sys.stdout)
    out.print(f"\nTest accuracy on digits, {STEPS} steps of Adam at {RATE:g}\n")
    curves = []
    for recipe, plan in plans.items():
        iso.apply(plan, net, seed=0)
        accuracy = trained(net, pixels, labels)
        points = tuple((float(EVERY * at), one) for at, one in enumerate(accuracy))
        curves.append(reports.Curve(recipe, points))
        out.print(f"{recipe:>6}  {reports.spark(accuracy)}  {accuracy[-1]:6.1%}")
    title = f"{LAYERS} sigmoid layers on digits: test accuracy by step"
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(reports.curves(title, curves, high=1.0), encoding="utf-8")
    out.print(f"both curves: {PICTURE}")


if __name__ == "__main__":
    main()
