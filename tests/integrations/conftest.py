from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch.optim.optimizer import register_optimizer_step_post_hook

import isometry as iso


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Names of calls of the monitor, of clipping and of updates, as they come."""
    noted: list[str] = []

    def note(owner: Any, name: str, word: str) -> None:
        inner = getattr(owner, name)

        def called(*given: Any, **named: Any) -> Any:
            noted.append(word)
            return inner(*given, **named)

        monkeypatch.setattr(owner, name, called)

    for name in ("arm", "gradients", "step", "close"):
        note(iso.Monitor, name, name)
    note(torch.nn.utils, "clip_grad_norm_", "clip")
    handle = register_optimizer_step_post_hook(lambda *_: noted.append("update"))
    yield noted
    handle.remove()
