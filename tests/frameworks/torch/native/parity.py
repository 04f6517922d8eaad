"""Whether a recorded plan has the distributions of the model's own initialization.

The oracle is the model itself, built several times under torch's generator; recorded laws are
compared through SciPy's distributions, so neither side shares code with what draws for isometry.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatch
from math import prod, sqrt
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import stats
from torch import nn

from isometry import plans, schemes, weights
from isometry.frameworks.torch.describe import described
from isometry.frameworks.torch.slots import Slot
from isometry.parameters import Box, Parameter

FALSE_ALARM = 1e-9
"""Probability that one right tensor is called wrong by one test; some 10^4 tests make 10^-5."""

Array = NDArray[Any]
Sample = list[Array]
"""One tensor of several models."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one tensor.

    Attributes:
        path: Its path.
        family: The recorded scheme's name.
        problem: What is wrong; empty where nothing is.
    """

    path: str
    family: str
    problem: str


def verdicts(plan: plans.Plan, build: Callable[[], nn.Module], *, seeds: int) -> list[Verdict]:
    """One verdict for every tensor of the model, and one for each law over all its tensors."""
    models = [values(build, seed) for seed in range(seeds)]
    covered = [_uncovered(plan, models[0])]
    single = [_verdict(one, [model[one.parameter.path] for model in models]) for one in plan]
    return [v for v in covered if v.problem] + single + _pooled(plan, models)


def values(build: Callable[[], nn.Module], seed: int) -> dict[str, Array]:
    """Every tensor of the model as its own code initializes it under ``seed``."""
    state = torch.get_rng_state()
    torch.manual_seed(seed)
    try:
        found = described(build())
    finally:
        torch.set_rng_state(state)
    return {parameter.path: _array(_logical(slot)) for slot, parameter in found}


def _logical(slot: Slot) -> torch.Tensor:
    """What is drawn: spectral norm divides it, so a model starts with the quotient."""
    if slot.parametrization is None:
        return slot.tensor
    stored = {name: getattr(owner, name) for owner, name in slot.parametrization.stored()}
    divided = stored.get("weight_orig", stored.get("original"))
    return slot.parametrization.read() if divided is None else divided


def _array(tensor: torch.Tensor) -> Array:
    tensor = tensor.detach()
    return (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy().copy()


def _uncovered(plan: plans.Plan, model: dict[str, Array]) -> Verdict:
    missing, extra = set(model) - set(plan.paths), set(plan.paths) - set(model)
    unlike = [p for p in plan.paths if p in model and plan[p].parameter.shape != model[p].shape]
    listed = ", ".join(sorted((*missing, *extra, *unlike)))
    return Verdict("coverage", "coverage", listed)


def _verdict(one: plans.Assignment, sample: Sample) -> Verdict:
    assert one.scheme is not None
    return Verdict(one.parameter.path, one.scheme.name, fault(one.scheme, one.parameter, sample))


def _pooled(plan: plans.Plan, models: list[dict[str, Array]]) -> list[Verdict]:
    """All tensors of one law together, to judge small ones with power; copies count once."""
    pools: dict[Any, dict[bytes, Array]] = {}
    for one in plan:
        if isinstance(one.scheme, schemes.Normal | schemes.Uniform | schemes.TruncatedNormal):
            pool = pools.setdefault(one.scheme, {})
            pool |= {a.tobytes(): a.ravel() for a in (m[one.parameter.path] for m in models)}
    return [
        Verdict(f"all {law}", law.name, fault(law, Parameter("all", joined.shape), [joined]))
        for law, pool in pools.items()
        for joined in [np.concatenate(list(pool.values()))]
    ]


@singledispatch
def fault(scheme: schemes.Scheme, parameter: Parameter, sample: Sample) -> str:
    """What contradicts ``scheme`` in a sample; empty where nothing does."""
    drawn = _drawn(scheme, parameter)
    pooled = _pool(sample)
    return _unlikely(stats.ks_2samp(pooled, drawn.ravel()).pvalue, f"is not {scheme}")


@fault.register
def _(scheme: schemes.Constant, _: Parameter, sample: Sample) -> str:
    want = np.asarray(scheme.value)
    return _unequal(
        [np.array_equal(a, np.broadcast_to(want.astype(a.dtype), a.shape)) for a in sample]
    )


@fault.register
def _(scheme: schemes.Values, _: Parameter, sample: Sample) -> str:
    want = scheme.array()
    return _unequal([a.dtype == want.dtype and a.tobytes() == want.tobytes() for a in sample])


@fault.register
def _(scheme: schemes.Uniform, parameter: Parameter, sample: Sample) -> str:
    return _against(stats.uniform(scheme.low, scheme.high - scheme.low), sample, str(scheme))


@fault.register
def _(scheme: schemes.Normal, parameter: Parameter, sample: Sample) -> str:
    return _against(stats.norm(scheme.mean, scheme.std), sample, str(scheme))


@fault.register
def _(scheme: schemes.TruncatedNormal, parameter: Parameter, sample: Sample) -> str:
    low, high = ((bound - scheme.mean) / scheme.std for bound in (scheme.low, scheme.high))
    law = stats.truncnorm(max(low, -40.0), min(high, 40.0), scheme.mean, scheme.std)
    return _against(law, sample, str(scheme))


@fault.register
def _(scheme: schemes.Patchwork, parameter: Parameter, sample: Sample) -> str:
    inside = np.zeros(parameter.shape, dtype=bool)
    faults = []
    for box, scheme_of_box in zip(scheme.boxes, scheme.schemes, strict=True):
        inside[_slices(box)] = True
        cut = [a[_slices(box)] for a in sample]
        faults.append(fault(scheme_of_box, Parameter("box", cut[0].shape), cut))
    rest = [a[~inside] for a in sample]
    faults.append(
        fault(scheme.base, Parameter("rest", rest[0].shape), rest) if rest[0].size else ""
    )
    return "; ".join(text for text in faults if text)


@fault.register
def _(scheme: schemes.Orthogonal, parameter: Parameter, sample: Sample) -> str:
    gaps = []
    for a in sample:
        matrix = a.reshape(len(a), -1).astype(float) / scheme.gain
        gram = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
        gaps.append(float(np.abs(gram - np.eye(len(gram))).max()))
    return "" if max(gaps) < 1e-4 else f"is not orthogonal: {max(gaps)}"


def _against(law: Any, sample: Sample, name: str) -> str:
    pooled = _pool(sample)
    n, mean, std = pooled.size, law.mean(), law.std()
    kurtosis = float(law.stats("k")) + 3
    faults = [_unlikely(stats.kstest(pooled, law.cdf).pvalue, f"is not {name}")]
    sigmas = (pooled.mean() - mean) / (std / sqrt(n))
    faults.append("" if abs(sigmas) < 6.5 else f"mean is {sigmas:.1f} sigma off {name}")
    spread = np.sqrt(((pooled - mean) ** 2).mean())
    # The spread's own law is far from normal for few entries, so they are judged by KS alone.
    sigmas = (spread / std - 1) / sqrt((kurtosis - 1) / (4 * n)) if n > 200 else 0.0
    faults.append("" if abs(sigmas) < 6.5 else f"std is {sigmas:.1f} sigma off {name}")
    return "; ".join(text for text in faults if text)


def _drawn(scheme: schemes.Scheme, parameter: Parameter) -> Array:
    """A large sample of a scheme that has no closed form."""
    copies = 1 + 40_000 // max(prod(parameter.shape), 1)
    one = plans.Assignment(parameter, scheme, "", "")
    return np.stack([weights.values(one, 1, member=member) for member in range(copies)])


def _pool(sample: Sample) -> Array:
    return np.concatenate([a.ravel() for a in sample]).astype(float)


def _unequal(same: list[bool]) -> str:
    return "" if all(same) else "is not what was recorded, bit for bit"


def _unlikely(p: float, text: str) -> str:
    return "" if p > FALSE_ALARM else f"{text} (p = {p:.1g})"


def _slices(box: Box) -> tuple[slice, ...]:
    return tuple(slice(*bounds) for bounds in box)
