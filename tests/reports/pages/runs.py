"""Diagnoses that the page is tried on."""

from functools import cache

import torch
from torch import nn

import isometry as iso
from isometry.findings import Diagnosis

HOSTILE = "</script><img src=x onerror=alert(1)>"


@cache
def both(depth: int = 20, width: int = 32) -> tuple[Diagnosis, Diagnosis]:
    """A deep ReLU net under Xavier, and mended."""
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for _ in range(depth):
        layer = nn.Linear(width, width)
        nn.init.xavier_normal_(layer.weight)
        nn.init.zeros_(layer.bias)
        layers += [layer, nn.ReLU()]
    net, batch = nn.Sequential(*layers, nn.Linear(width, 10)), torch.randn(64, width)
    targets = torch.arange(64) % 10
    before = iso.diagnose(net, batch, targets)
    iso.apply(before.mend(), net, seed=0)
    return before, iso.diagnose(net, batch, targets)


@cache
def hostile() -> Diagnosis:
    """A net whose layers have names that would break a page."""
    torch.manual_seed(0)
    net = nn.Sequential()
    for index in range(6):
        net.add_module(f"{HOSTILE}{index}", nn.Linear(16, 16))
        net.add_module(f"act{index}", nn.Tanh())
    return iso.diagnose(net, 1e3 * torch.randn(8, 16))


__all__ = ["HOSTILE", "both", "hostile"]
