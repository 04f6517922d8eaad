"""Small nets, batches, and what their layers put out, seen by hooks of torch's own."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

KINDS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.ConvTranspose2d)


def seeded(make: Callable[[], nn.Module], seed: int = 0) -> nn.Module:
    """A net whose weights are the same every time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return make()


def normal(*shape: int, seed: int = 1) -> Tensor:
    """Standard normal numbers."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def mlp(depth: int = 6, width: int = 32, bent: Callable[[], nn.Module] = nn.ReLU) -> nn.Module:
    """Layers of one width."""
    layers = [layer for _ in range(depth - 1) for layer in (nn.Linear(width, width), bent())]
    return nn.Sequential(*layers, nn.Linear(width, width))


def cnn() -> nn.Module:
    """Convolutions, plain, strided and transposed with groups, and a head."""
    return nn.Sequential(
        nn.Conv2d(3, 8, 3),
        nn.ReLU(inplace=True),
        nn.Conv2d(8, 8, 3, stride=2, groups=2),
        nn.Tanh(),
        nn.ConvTranspose2d(8, 4, 3, groups=2),
        nn.Flatten(),
        nn.Linear(4 * 6 * 6, 5),
    )


def scaled(net: nn.Module, weights: float, biases: float) -> nn.Module:
    """The net with its matrices and its biases multiplied."""
    with torch.no_grad():
        for tensor in net.parameters():
            tensor.mul_(weights if tensor.dim() > 1 else biases)
    return net


def outputs(net: nn.Module, batch: Any) -> list[Tensor]:
    """What each layer puts out, in the order in which they run."""
    found: list[Tensor] = []

    def hear(_: nn.Module, __: Any, out: Tensor) -> None:
        found.append(out.detach().clone())

    handles = [one.register_forward_hook(hear) for one in net.modules() if isinstance(one, KINDS)]
    with torch.no_grad():
        net(batch)
    for handle in handles:
        handle.remove()
    return found


def units(out: Tensor) -> Tensor:
    """Outputs with the units first, shape (units, all else)."""
    return out.transpose(0, 1 if out.dim() > 2 else -1).flatten(1)


def furthest(found: list[Tensor], target: float = 1.0) -> float:
    """The largest distance of a layer's std from the target."""
    return max(abs(float(out.std(correction=0)) - target) for out in found)


def state(net: nn.Module) -> dict[str, Tensor]:
    """All that a net holds, copied."""
    return {key: value.detach().clone() for key, value in net.state_dict().items()}


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    """Whether two states are equal bit for bit."""
    return all(torch.equal(one[key], other[key]) for key in one) and one.keys() == other.keys()


def iterated(net: nn.Sequential, batch: Tensor, *, rounds: int = 8) -> None:
    """Mishkin & Matas 2016, algorithm 1, with biases scaled too: a forward for every check."""
    with torch.no_grad():
        for place, layer in enumerate(net):
            for _ in range(rounds * isinstance(layer, KINDS)):
                std = net[: place + 1](batch).std()
                for tensor in layer.parameters():
                    tensor.div_(std)
