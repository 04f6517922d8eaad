"""A diagnosis changes nothing: every state that a model or a program has is compared bit by bit."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrizations

import isometry as iso
from isometry import errors

GLOBAL = (
    nn.modules.module._global_forward_hooks,
    nn.modules.module._global_forward_pre_hooks,
    nn.modules.module._global_forward_hooks_always_called,
    nn.modules.module._global_forward_hooks_with_kwargs,
)


class Everything(nn.Module):
    """Norms with memory, dropout, a hook, a counting buffer, mixed modes, a frozen tensor."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.spectral = parametrizations.spectral_norm(nn.Conv2d(8, 8, 3, padding=1))
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(8, 5)
        self.calls: Tensor
        self.register_buffer("calls", torch.zeros((), dtype=torch.int64))
        self.seen = 0
        self.norm.eval()
        self.head.bias.requires_grad = False
        self.head.register_forward_hook(lambda *_: None)

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        self.seen += 1
        noise = torch.rand(()) + random.random() + np.random.rand()  # noqa: NPY002 - watched states
        x = functional.relu_(self.norm(self.first(x)))
        x = self.drop(self.spectral(x)).mean((2, 3)) + 0 * noise
        return self.head(x)  # type: ignore[no-any-return]  # a module's call has no type


class Raising(Everything):
    """Fails after half of the layers."""

    def forward(self, x: Tensor) -> Tensor:
        functional.relu_(self.norm(self.first(x)))
        raise RuntimeError("midway")


def filled(model: nn.Module) -> nn.Module:
    """With gradients from a real step, so that there is something to lose."""
    generator = torch.Generator().manual_seed(0)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.grad = torch.randn(parameter.shape, generator=generator).to(parameter.dtype)
    return model


def bits(tensor: Tensor | None) -> tuple[object, ...]:
    if tensor is None:
        return ()
    kept = tensor.detach().clone().contiguous()
    return kept.dtype, kept.shape, id(tensor), kept.view(-1).view(torch.uint8).numpy().tobytes()


def state(model: nn.Module) -> dict[str, Any]:
    """All that could change."""
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    python = random.getstate()
    numpy = np.random.get_state()  # noqa: NPY002 - its state is what is watched
    return {
        "values": {path: bits(tensor) for path, tensor in tensors.items()},
        "gradients": {p: bits(t.grad) for p, t in model.named_parameters()},
        "trainable": {p: t.requires_grad for p, t in model.named_parameters()},
        "modes": {path: module.training for path, module in model.named_modules()},
        "hooks": {
            path: (
                list(module._forward_hooks),
                list(module._forward_pre_hooks),
                list(module._backward_hooks),
                [t._backward_hooks for t in module.parameters(recurse=False)],
            )
            for path, module in model.named_modules()
        },
        "attributes": {path: sorted(vars(module)) for path, module in model.named_modules()},
        "global hooks": [list(kind) for kind in GLOBAL],
        "generators": (torch.get_rng_state().tolist(), python, str(numpy)),
        "switches": (torch.is_grad_enabled(), torch.is_inference_mode_enabled()),
    }


def in_bfloat16() -> nn.Module:
    return Everything().bfloat16()


def wrapped() -> nn.Module:
    return nn.DataParallel(Everything())


def compiled() -> Any:
    return torch.compile(Everything(), backend="eager")


@pytest.mark.parametrize("build", [Everything, in_bfloat16, wrapped, compiled])
def test_a_diagnosis_changes_nothing(build: Callable[[], Any]) -> None:
    torch.manual_seed(0)
    model = filled(build())
    batch = torch.randn(4, 3, 6, 6).to(next(model.parameters()).dtype)
    before = state(model)
    diagnosis = iso.diagnose(model, batch, torch.tensor([0, 1, 2, 3]))
    assert state(model) == before
    assert [layer.path for layer in diagnosis.measurement.layers] == [
        "first.weight",
        "spectral.weight",
        "head.weight",
    ]
    assert all(layer.gradient is not None for layer in diagnosis.measurement.layers)


def test_nothing_is_changed_when_the_model_raises_midway() -> None:
    torch.manual_seed(0)
    model, batch = filled(Raising()), torch.randn(4, 3, 6, 6)
    before = state(model)
    diagnosis = iso.diagnose(model, batch)
    assert state(model) == before
    assert diagnosis.measurement.raised == "RuntimeError: midway"


def test_nothing_is_changed_when_the_loss_does_not_fit() -> None:
    torch.manual_seed(0)
    model, batch = filled(Everything()), torch.randn(4, 3, 6, 6)
    before = state(model)
    with pytest.raises(errors.InputError, match="targets of shape"):
        iso.diagnose(model, batch, torch.tensor([0, 1]))
    assert state(model) == before


@pytest.mark.parametrize("context", [torch.no_grad, torch.inference_mode])
def test_gradients_are_seen_under_any_switch(context: Callable[[], Any]) -> None:
    model, batch = Everything(), torch.zeros(4, 3, 6, 6)
    before = state(model)
    with context():
        diagnosis = iso.diagnose(model, batch)
    assert state(model) == before
    assert diagnosis.measurement.layers[0].gradient is not None


def test_mixed_precision_is_measured_as_it_runs() -> None:
    model, batch = Everything(), torch.randn(4, 3, 6, 6, generator=torch.Generator().manual_seed(1))
    before = state(model)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        diagnosis = iso.diagnose(model, batch)
    assert state(model) == before
    assert diagnosis.measurement.layers[0].gradient is not None


def test_the_comparison_can_fail() -> None:
    model = filled(Everything())
    before = state(model)
    gradient = model.get_parameter("head.weight").grad
    assert gradient is not None
    gradient[0, 0] += 1e-5
    assert state(model) != before
