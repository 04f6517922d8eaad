"""Models that do what few models do, and many are surprised by."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import parametrizations
from torch.utils import checkpoint


class Two(nn.Module):
    """Two layers; subclasses say what lies between."""

    def __init__(self) -> None:
        super().__init__()
        self.first: nn.Module = nn.Linear(4, 6)
        self.second = nn.Linear(6, 3)


class Branching(Two):
    def forward(self, x: torch.Tensor) -> Any:
        hidden = self.first(x)
        return self.second(hidden) if hidden.sum() > -1e6 else hidden


class CountsItems(Two):
    def forward(self, x: torch.Tensor) -> Any:
        hidden = self.first(x)
        chosen = hidden[hidden[:, 0] > -1e6]
        return self.second(chosen * float(chosen.shape[0]))


class AsksItem(Two):
    def forward(self, x: torch.Tensor) -> Any:
        hidden = self.first(x)
        return self.second(hidden / hidden.abs().max().item())


class ThroughNumpy(Two):
    def forward(self, x: torch.Tensor) -> Any:
        hidden = torch.from_numpy(self.first(x).detach().numpy() * 2)
        return self.second(hidden)


class Twice(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.same = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> Any:
        return self.same(torch.relu(self.same(x)))


class Complex(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.waves = nn.Linear(4, 6, dtype=torch.complex64)
        self.second = nn.Linear(12, 3)

    def forward(self, x: torch.Tensor) -> Any:
        return self.second(torch.view_as_real(self.waves(x)).flatten(1))


class Integers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(10, 4)
        self.second = nn.Linear(4, 3)

    def forward(self, x: torch.Tensor) -> Any:
        return self.second(torch.tanh(self.table(x)))


class ReturnsDictionary(Two):
    def forward(self, x: torch.Tensor) -> dict[str, Any]:
        hidden = torch.relu(self.first(x))
        return {"logits": [self.second(hidden)], "label": "cat", "hidden": {"states": (hidden,)}}


@dataclass
class Answer:
    """What a model may return."""

    logits: torch.Tensor
    size: int


class ReturnsRecord(Two):
    def forward(self, x: torch.Tensor) -> Answer:
        return Answer(self.second(torch.relu(self.first(x))), 3)


class KeywordsOnly(Two):
    def forward(self, *, left: torch.Tensor, right: torch.Tensor) -> Any:
        return self.second(torch.relu(self.first(left) + right))


class Checkpointed(Two):
    def __init__(self, *, reentrant: bool) -> None:
        super().__init__()
        self.reentrant = reentrant

    def forward(self, x: torch.Tensor) -> Any:
        hidden = checkpoint.checkpoint(
            lambda value: torch.relu(self.first(value)), x, use_reentrant=self.reentrant
        )
        return self.second(hidden)


class Plain(Two):
    def forward(self, x: torch.Tensor) -> Any:
        return self.second(torch.relu(self.first(x)))


class Holder(Two):
    """One layer that is something else, and the second as ever."""

    def __init__(self, first: nn.Module) -> None:
        super().__init__()
        self.first = first

    def forward(self, x: torch.Tensor) -> Any:
        return self.second(torch.relu(self.first(x)))


class CallsCompiled(Two):
    def __init__(self) -> None:
        super().__init__()
        self.bend = torch.compile(torch.nn.functional.gelu, backend="eager")

    def forward(self, x: torch.Tensor) -> Any:
        return self.second(self.bend(self.first(x)))


class ThroughViews(Two):
    def forward(self, x: torch.Tensor) -> Any:
        hidden = self.first(x)
        hidden.view(-1).mul_(2.0)
        hidden.view(-1).relu_()
        return self.second(hidden)


class WritesSlices(Two):
    def forward(self, x: torch.Tensor) -> Any:
        hidden = torch.zeros(len(x), 6)
        hidden[:, :3] = torch.relu(self.first(x))[:, :3]
        hidden[:, 3:] = torch.relu(self.first(x))[:, 3:]
        return self.second(hidden)


class Mapped(Two):
    def forward(self, x: torch.Tensor) -> Any:
        return self.second(torch.relu(torch.vmap(self.first)(x)))


class Double(torch.autograd.Function):
    """A function with a gradient of its own."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        return gradients


class OwnGradient(Two):
    def forward(self, x: torch.Tensor) -> Any:
        return self.second(Double.apply(self.first(x)))  # type: ignore[no-untyped-call]  # torch leaves it untyped


class Remembers(Two):
    """Changes all that a forward may change."""

    steps: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("steps", torch.zeros(1))
        self.seen: list[torch.Tensor] = []
        self.count = 0

    def forward(self, x: torch.Tensor) -> Any:
        hidden = torch.relu(self.first(x))
        self.count += 1
        self.last = hidden
        self.seen.append(hidden)
        self.steps += 1
        self.register_buffer("late", torch.ones(2))
        self.train()
        return self.second(hidden)


class RaisesMidway(Remembers):
    def forward(self, x: torch.Tensor) -> Any:
        super().forward(x)
        raise LookupError("no such layer")


class Noisy(Two):
    def forward(self, x: torch.Tensor) -> Any:
        hidden = torch.relu(self.first(x))
        return self.second(hidden + 0.1 * torch.randn_like(hidden) + torch.rand(6))


class DropsAndNorms(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first: nn.Module = nn.Linear(4, 6)
        self.norm = nn.BatchNorm1d(6)
        self.drop = nn.Dropout(0.5)
        self.second = nn.Linear(6, 3)

    def forward(self, x: torch.Tensor) -> Any:
        return self.second(self.drop(self.norm(self.first(x))))


class Raw(nn.Module):
    """One parameter, used as it is."""

    def __init__(self, size: int, device: str) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(size, size, device=device))

    def forward(self, x: torch.Tensor) -> Any:
        return x @ self.weight


class Nothing(nn.Module):
    def forward(self, x: torch.Tensor) -> Any:
        return torch.relu(x) * 2


class Flexible(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(8, 24)
        self.second = nn.Linear(8, 8)

    def forward(self, x: torch.Tensor) -> Any:
        from torch.nn.attention.flex_attention import flex_attention

        q, k, v = self.first(x).view(2, 5, 3, 2, 4).permute(2, 0, 3, 1, 4)
        mixed: Any = flex_attention(q, k, v)
        return self.second(mixed.transpose(1, 2).flatten(2))


class Normed(nn.Module):
    """A layer whose weight is computed from others."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        layer = nn.Linear(4, 6)
        self.first = getattr(parametrizations, kind)(layer)
        self.second = nn.Linear(6, 3)

    def forward(self, x: torch.Tensor) -> Any:
        return self.second(torch.relu(self.first(x)))


class Frozen(Plain):
    def __init__(self) -> None:
        super().__init__()
        self.requires_grad_(requires_grad=False)


class Scripted(Two):
    def __init__(self) -> None:
        super().__init__()
        self.inner = torch.jit.script(nn.Sequential(nn.Linear(6, 6), nn.ReLU()))

    def forward(self, x: torch.Tensor) -> Any:
        return self.second(self.inner(self.first(x)))


def unannounced(x: torch.Tensor) -> torch.Tensor:
    """A product by code that hands nothing over, as kernels of other libraries do."""
    with torch._C.DisableTorchFunction():
        return functional.relu(x)


class Unannounced(Two):
    def forward(self, x: torch.Tensor) -> Any:
        return self.second(unannounced(self.first(x)))
