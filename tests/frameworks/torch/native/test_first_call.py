"""The first call in a process costs a moment: it loads none of what takes a second."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys
from torch import nn
import isometry as iso
before = set(sys.modules)
iso.initialize(nn.Sequential(nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)))
print(*sorted(set(sys.modules) - before))
"""

HEAVY = ("numba", "scipy.sparse", "scipy.special", "scipy.stats", "sympy", "torch._dynamo")


@pytest.fixture(scope="module")
def loaded() -> list[str]:
    """Modules that the first initialization of a process loads."""
    command = [sys.executable, "-c", PROGRAM]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


@pytest.mark.parametrize("name", HEAVY)
def test_nothing_heavy_is_loaded(loaded: list[str], name: str) -> None:
    assert name not in loaded


def test_the_list_of_modules_is_not_empty(loaded: list[str]) -> None:
    assert "isometry.frameworks.torch.native.record" in loaded
