"""One tensor filled: isometry, torch, NumPy and JAX, and the floor that memory sets."""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

import isometry as iso
from benchmarks.measuring import Timing, in_turn

SIZE = 2**24
"""Values of one fill: far beyond every cache."""

Contest = dict[str, Callable[[], object]]


@dataclass(frozen=True, slots=True)
class FillResult:
    """One law in one dtype."""

    law: str
    dtype: str
    timings: dict[str, Timing]

    def rate(self, name: str) -> float:
        """Million values a second, by the median."""
        return SIZE / self.timings[name].median / 1e6

    def ratio(self, rival: str = "torch") -> float:
        """How many times quicker than a rival, by the medians."""
        return self.timings[rival].median / self.timings["isometry"].median


LAWS: dict[str, tuple[iso.rng.Law, Callable[[torch.Tensor], object]]] = {
    "uniform": (iso.rng.Uniform(-0.05, 0.05), lambda t: t.uniform_(-0.05, 0.05)),
    "normal": (iso.rng.Normal(0.0, 0.02), lambda t: t.normal_(0.0, 0.02)),
    "truncated normal": (
        iso.rng.TruncatedNormal(0.0, 0.02, -0.04, 0.04),
        lambda t: torch.nn.init.trunc_normal_(t, 0.0, 0.02, -0.04, 0.04),
    ),
}
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
CASES = [(law, dtype) for law in LAWS for dtype in DTYPES]


def run(rounds: int) -> list[FillResult]:
    """Every law in every dtype."""
    return [_case(law, dtype, rounds) for law, dtype in CASES]


def _case(law: str, dtype: str, rounds: int) -> FillResult:
    contest = _isometry_and_torch(law, dtype) | _numpy(law, dtype) | _jax(law, dtype)
    return FillResult(law, dtype, in_turn(contest, rounds))


def _isometry_and_torch(law: str, dtype: str) -> Contest:
    ours, theirs = LAWS[law]
    tensor = torch.empty(SIZE, dtype=DTYPES[dtype])
    rival = torch.empty(SIZE, dtype=DTYPES[dtype])
    floor = torch.empty(SIZE, dtype=DTYPES[dtype])
    out = iso.torch.array(tensor)
    key = iso.rng.derive_key(0, "bench")
    return {
        "isometry": lambda: iso.rng.fill(out, key, ours),
        "isometry, 1 thread": lambda: iso.rng.fill(out, key, ours, threads=1),
        "torch": lambda: theirs(rival),
        "fill_": lambda: floor.fill_(0.5),
    }


def _numpy(law: str, dtype: str) -> Contest:
    if dtype != "float32" or law == "truncated normal":
        return {}
    generator = np.random.default_rng(0)
    out = np.empty(SIZE, np.float32)
    draws: dict[str, Callable[..., object]] = {
        "uniform": generator.random,
        "normal": generator.standard_normal,
    }
    return {"numpy": lambda: draws[law](dtype=np.float32, out=out)}


def _jax(law: str, dtype: str) -> Contest:
    if importlib.util.find_spec("jax") is None:
        return {}
    import jax  # noqa: PLC0415 - only where it is installed

    draws = {
        "uniform": lambda key: jax.random.uniform(key, (SIZE,), dtype),
        "normal": lambda key: jax.random.normal(key, (SIZE,), dtype),
        "truncated normal": lambda key: jax.random.truncated_normal(key, -2, 2, (SIZE,), dtype),
    }
    compiled, key = jax.jit(draws[law]), jax.random.key(0)
    return {"jax": lambda: compiled(key).block_until_ready()}
