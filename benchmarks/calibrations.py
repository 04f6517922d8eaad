"""Layer-sequential unit variance: isometry's one forward against the package `lsuv`.

Both start from the same weights, which are restored before each run within the time that is
measured, and neither makes them orthogonal first.
"""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

import isometry as iso
from benchmarks.measuring import Timing, in_turn


@dataclass(frozen=True, slots=True)
class CalibrationResult:
    """One model: the seconds of both, how often each ran it forward, and how near each came.

    Attributes:
        model: What it is.
        layers: How many layers were calibrated.
        timings: Seconds by contestant.
        forwards: Forward passes by contestant.
        furthest: Largest distance of a layer's std from 1, by contestant.
    """

    model: str
    layers: int
    timings: dict[str, Timing]
    forwards: dict[str, int]
    furthest: dict[str, float]

    def ratio(self) -> float:
        """How many times quicker than the rival, by the medians."""
        return self.timings["lsuv"].median / self.timings["isometry"].median


def perceptron() -> tuple[nn.Module, torch.Tensor]:
    """Fifty layers of 512 units on a batch of 256."""
    layers = [layer for _ in range(50) for layer in (nn.Linear(512, 512), nn.ReLU())]
    return nn.Sequential(*layers), torch.randn(256, 512)


def resnet() -> tuple[nn.Module, torch.Tensor]:
    """The 53 convolutions and the head of ResNet-50 without its norms, on 8 pictures of 64 by 64.

    With norms the two would not do the same: `lsuv` lets them use what they remember, which is
    nothing yet, and isometry lets them measure the batch, as they will in training.
    """
    import transformers  # noqa: PLC0415 - only where it is installed

    model = transformers.ResNetForImageClassification(transformers.ResNetConfig())
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.BatchNorm2d):
                setattr(module, name, nn.Identity())
    return model, torch.randn(8, 3, 64, 64)


MODELS: dict[str, Callable[[], tuple[nn.Module, torch.Tensor]]] = {
    "MLP of 50 layers": perceptron,
    "ResNet-50 without norms": resnet,
}


def run(rounds: int) -> list[CalibrationResult]:
    """Every model; nothing where the rival is not installed."""
    if importlib.util.find_spec("lsuv") is None:
        return []
    return [_case(name, rounds) for name in MODELS]


def _case(name: str, rounds: int) -> CalibrationResult:
    torch.manual_seed(0)
    model, batch = MODELS[name]()
    model.eval()
    start = {key: value.clone() for key, value in model.state_dict().items()}

    def from_start(calibrate: Callable[[nn.Module, torch.Tensor], object]) -> Callable[[], object]:
        def both() -> None:
            model.load_state_dict(start)
            calibrate(model, batch)

        return both

    contest = {key: from_start(calibrate) for key, calibrate in CONTESTANTS.items()}
    seen = {key: _seen(model, batch, again) for key, again in contest.items()}
    return CalibrationResult(
        name,
        len(_weighted(model)),
        in_turn(contest, rounds),
        {key: forwards for key, (forwards, _) in seen.items()},
        {key: furthest for key, (_, furthest) in seen.items()},
    )


def _isometry(model: nn.Module, batch: torch.Tensor) -> object:
    return iso.calibrate(model, batch, "lsuv")


def _lsuv(model: nn.Module, batch: torch.Tensor) -> object:
    import lsuv  # noqa: PLC0415 - only where it is installed

    return lsuv.lsuv_with_singlebatch(model, batch, do_orthonorm=False, verbose=False)


CONTESTANTS = {"isometry": _isometry, "lsuv": _lsuv}


def _weighted(model: nn.Module) -> list[nn.Module]:
    return [one for one in model.modules() if isinstance(one, nn.Linear | nn.Conv2d)]


def _seen(model: nn.Module, batch: torch.Tensor, again: Callable[[], object]) -> tuple[int, float]:
    """Forward passes of one calibration, and the std that is furthest from 1 after it."""
    passes: list[None] = []
    handle = model.register_forward_pre_hook(lambda *_: passes.append(None))
    again()
    handle.remove()
    found: list[float] = []
    handles = [
        one.register_forward_hook(lambda _, __, out: found.append(float(out.std(correction=0))))
        for one in _weighted(model)
    ]
    with torch.no_grad():
        model(batch)
    for one in handles:
        one.remove()
    return len(passes), max(abs(std - 1) for std in found)
