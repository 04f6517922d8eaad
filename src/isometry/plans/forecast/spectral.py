"""Spectral norm: a weight over its largest singular value (Miyato et al. 2018, eq. 8).

What is left of a matrix of independent entries depends on its shape alone: the mean square of its
entries becomes ``E ‖W‖² / (m n σ²)`` with ``‖W‖²`` the sum of their squares and ``σ`` the largest
singular value. A small matrix is drawn some times, always the same; of a large one, ``σ²`` is
``μ + s T`` variances of an entry, with ``μ`` and ``s`` of the shape and ``T`` of the law of Tracy
and Widom (Johnstone 2001, theorem 1.1).
"""

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np

from isometry import rng
from isometry.graphs import Node
from isometry.graphs.links import Links
from isometry.plans.forecast.signal import Signal
from isometry.plans.forecast.steps import Step

DRAWN = 2**14
"""Entries of the largest matrix that is drawn."""

TRACY_WIDOM = -1.2065
"""``E T`` for real matrices (Tracy and Widom 1996; Johnstone 2001, section 1.2)."""

NUMBERS = 2**16
"""Numbers that are drawn, or 16 matrices where those hold more: small ones differ more."""

SIGMA = ("dot", "vdot")
"""Calls by which ``σ = uᵀ W v`` is computed from its singular vectors."""


def divides(links: Links, node: Node) -> bool:
    """Whether a step divides a weight by ``uᵀ W v``."""
    if node.signal or node.op != "div" or len(node.inputs) < 2:
        return False
    whole, by = node.inputs[:2]
    products = links.node(by).inputs if links.node(by).op in SIGMA else ()
    factors = {i for product in products for i in links.node(product).inputs}
    return any(_seen(links, i) == _seen(links, whole) for i in factors)


def _seen(links: Links, index: int) -> int:
    """What a view shows."""
    while links.node(index).family == "view":
        index = links.node(index).inputs[0]
    return index


def normed(step: Step) -> Signal | None:
    """The weight over its largest singular value, its outputs on the first axis."""
    before, shape = step.first, step.node.shape
    if before is None:
        return None
    square = share(shape[0], math.prod(shape[1:]))
    return replace(before, mean=0.0, square=square, positions=square, samples=square)


@lru_cache(maxsize=256)
def share(rows: int, columns: int) -> float:
    """Mean square of the entries of a random matrix whose largest singular value is 1.

    >>> share(1, 16)
    0.0625
    """
    small, large = sorted((rows, columns))
    if small == 1:
        return 1 / large  # one row is as long as its largest singular value
    if rows * columns > DRAWN:
        return 1 / _settled(rows, columns)
    values = np.empty((max(NUMBERS // (small * large), 16), small, large), np.float32)
    rng.fill(values, rng.derive_key(0, "spectral"), rng.Normal(), engine="numpy")
    sigma = np.linalg.norm(values.astype(np.float64), 2, axis=(1, 2))
    return float(np.mean((values.astype(np.float64) ** 2).mean((1, 2)) / sigma**2))


def _settled(rows: int, columns: int) -> float:
    """``E σ²`` of a large matrix whose entries have variance 1."""
    a, b = math.sqrt(rows - 1), math.sqrt(columns)
    return (a + b) ** 2 + TRACY_WIDOM * (a + b) * math.pow(1 / a + 1 / b, 1 / 3)
