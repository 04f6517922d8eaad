import torch

import isometry as iso
from isometry.calibrations import Shrink
from tests.frameworks.torch.dynamics import nets


def test_weights_lie_between_what_they_were_and_fresh_ones() -> None:
    net, x = nets.mlp()
    plan = iso.plan(net, x, recipe="he")
    before = net.get_parameter("2.weight").detach().clone()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.0)
    with iso.dynamic(
        net, optimizer, Shrink(factor=0.75, every=2), example=x, plan=plan, seed=4
    ) as kept:
        for _ in range(3):
            nets.step(net, x, optimizer)
    fresh = torch.from_numpy(iso.weights.values(plan["2.weight"], seed=4, member=2))
    wanted = 0.75 * before + 0.25 * fresh
    torch.testing.assert_close(net.get_parameter("2.weight").detach(), wanted)
    assert {one.step for one in kept.changes} == {2}
