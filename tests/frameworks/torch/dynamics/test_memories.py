from collections.abc import Callable, Iterable

import pytest
import torch
from torch import Tensor, nn

import isometry as iso
from isometry.torch import balance, revive
from tests.frameworks.torch.dynamics import nets

Make = Callable[[Iterable[Tensor]], torch.optim.Optimizer]
OPTIMIZERS: dict[str, Make] = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.0, momentum=0.9),
    "adam": lambda p: torch.optim.Adam(p, lr=0.0, amsgrad=True),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=0.0),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.0, momentum=0.9, centered=True, eps=1e-30),
    "adamax": lambda p: torch.optim.Adamax(p, lr=0.0, eps=1e-30),
}
STILL = ("momentum_buffer",)
"""Under RMSprop it holds updates, which are gradients over their own size."""


def memory(
    net: nn.Module, optimizer: torch.optim.Optimizer, *, leave: tuple[str, ...]
) -> list[Tensor]:
    kept = [optimizer.state[one] for one in net.parameters()]
    names = [name for name in kept[0] if kept[0][name] is not None and name not in leave]
    return [state[name] for state in kept for name in names]


def run(name: str, when: int) -> list[Tensor]:
    """Six steps that move nothing, with a balance after ``when`` of them."""
    net, x = nets.mlp()
    optimizer = OPTIMIZERS[name](net.parameters())
    for step in range(6):
        if step == when:
            balance(net, x, optimizer=optimizer)
        nets.step(net, nets.normal(32, 6, seed=step), optimizer)
    return memory(net, optimizer, leave=STILL if name == "rmsprop" else ())


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_memory_is_what_it_were_had_the_net_been_balanced_from_the_start(name: str) -> None:
    torch.testing.assert_close(run(name, when=3), run(name, when=0), rtol=2e-4, atol=1e-7)


def test_without_the_optimizer_it_is_another() -> None:
    """The control: a balance that does not know the optimizer leaves its memory behind."""
    net, x = nets.mlp()
    optimizer = OPTIMIZERS["sgd"](net.parameters())
    for step in range(6):
        nets.step(net, nets.normal(32, 6, seed=step), optimizer)
        balance(net, x) if step == 2 else None
    made, wanted = memory(net, optimizer, leave=()), run("sgd", when=0)
    assert (
        max(float((a - b).abs().max() / b.abs().max()) for a, b in zip(made, wanted, strict=True))
        > 0.05
    )


def path(net: nn.Module, x: Tensor, *, balanced: bool) -> float:
    """Eight steps with momentum; balanced after four at rates that make up for it, for ``d``."""
    groups = [{"params": [one], "lr": 0.001} for one in net.parameters()]
    optimizer, first = torch.optim.SGD(groups, momentum=0.9), 1.0
    for step in range(8):
        if balanced and step == 4:
            first = float(net.get_parameter("0.weight").detach()[0, 0])
            balance(net, x, optimizer=optimizer)
            d = float(net.get_parameter("0.weight").detach()[0, 0]) / first
            for group, power in zip(optimizer.param_groups, (2, 2, -2, 0), strict=True):
                group["lr"] *= d**power
            first = d
        nets.step(net, x, optimizer)
    return first


def test_balanced_gradient_descent_is_the_same_path_at_rates_times_d_squared() -> None:
    """With one unit a layer, ``d`` is one number for a tensor: its rate can make up for it."""
    x, found = nets.normal(16, 3).abs(), []
    for balanced in (False, True):
        net = nn.Sequential(nn.Linear(3, 1), nn.ReLU(), nn.Linear(1, 1))
        with torch.no_grad():
            for one, value in zip(net.parameters(), (4.0, 1.0, 0.5, 0.0), strict=True):
                one.fill_(value)
        d = path(net, x, balanced=balanced)
        found.append((d, net(x).detach()))
    assert found[1][0] < 0.5
    torch.testing.assert_close(found[0][1], found[1][1], rtol=1e-5, atol=1e-6)


def test_an_unknown_memory_is_refused_and_nothing_changes() -> None:
    net, x = nets.mlp()
    optimizer = torch.optim.Adafactor(net.parameters())
    nets.step(net, x, optimizer)
    before = iso.fingerprint(net)
    with pytest.raises(iso.errors.ModelError, match=r"0.weight: Adafactor remembers 'row_var'"):
        balance(net, x, optimizer=optimizer)
    assert iso.fingerprint(net) == before


def test_a_revived_unit_is_forgotten_and_no_other() -> None:
    net, x = nets.mlp()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.0)
    for _ in range(2):
        nets.step(net, x, optimizer)
    before = [one.clone() for one in memory(net, optimizer, leave=("step",))]
    with torch.no_grad():
        net.get_parameter("2.bias")[4] = -1e3
    assert revive(net, x, iso.plan(net, x, recipe="he"), optimizer, seed=1) == {"2.weight": 1}
    after = memory(net, optimizer, leave=("step",))
    changed = [bool((a != b).any()) for a, b in zip(before, after, strict=True)]
    assert changed == [False] * 4 + [True] * 6 + [False] * 2
    second = optimizer.state[net.get_parameter("2.weight")]["exp_avg_sq"]
    third = optimizer.state[net.get_parameter("4.weight")]["exp_avg"]
    assert (second == 0).all(1).nonzero().flatten().tolist() == [4]
    assert (third == 0).all(0).nonzero().flatten().tolist() == [4]
