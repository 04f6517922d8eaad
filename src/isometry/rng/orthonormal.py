"""Orthonormal columns with Haar's distribution, equal to the last bit everywhere.

The QR decomposition of a Gaussian matrix, with the diagonal of R made positive, gives a Q with
Haar's distribution; Q is the product of the Householder reflections that make R, and these come
from independent Gaussian vectors of falling length, so that no matrix need be reduced::

    v_k = Gaussian vector of length rows - k, words k rows + k to k rows + rows
    s_k = 1 if v_k[0] >= 0 else -1
    u_k = v_k + s_k |v_k| e_1,    b_k = 1 / (|v_k| (|v_k| + |v_k[0]|))
    H_k x = x - u_k (b_k (u_k . x))          on entries k, k + 1, ...
    Q = H_0 H_1 ... [I; 0] D,    D = diag(-s_k)

In float64, with dot products summed in the order of rows, each product rounded before it is added,
and nothing but ``+ - * /`` and ``sqrt``, which IEEE 754 rounds correctly: hence the same bits from
every implementation. Columns are independent of each other, so they are worked on in panels that
fit a cache.

Source: Stewart 1980, "The efficient generation of random orthogonal matrices", section 3; Mezzadri
2007, "How to generate random matrices from the classical compact groups", section 5, for the signs.
"""

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from isometry import errors
from isometry.rng import engines, workers
from isometry.rng.keys import Key
from isometry.rng.reference import CHUNK, gaussian
from isometry.rng.reflections import PANEL, Reflections


def stiefel(
    key: Key,
    rows: int,
    columns: int,
    *,
    threads: int | None = None,
    engine: engines.Name = "auto",
) -> NDArray[float64]:
    """A matrix with orthonormal columns, uniform over all such matrices (Haar's distribution).

    Args:
        key: From ``derive_key``.
        rows: At least ``columns``.
        columns: At least 0.
        threads: As in ``fill``.
        engine: As in ``fill``.

    Returns:
        Shape ``(rows, columns)``, C-contiguous, exact: the same bits from every engine and machine.
        ``Q.T @ Q`` is the identity to rounding, about ``1e-15`` times the square root of ``rows``.

    Raises:
        ShapeError: ``rows < columns``, or a size is negative.

    >>> from isometry.rng import derive_key
    >>> q = stiefel(derive_key(0, "w"), 5, 3)
    >>> bool(np.allclose(q.T @ q, np.eye(3), atol=1e-14))
    True
    """
    if not 0 <= columns <= rows:
        raise errors.ShapeError(
            f"{rows} rows and {columns} columns",
            needed="0 <= columns <= rows",
            do="ask for the transpose and transpose the result",
        )
    crew = workers.count(threads)
    chosen = engines.select(engine, rows * columns * columns // PANEL)
    reflections = _reflections(key, rows, columns)
    q = np.zeros((rows, columns), dtype=float64)
    np.fill_diagonal(q, 1.0)
    workers.spread(
        lambda first, stop: chosen.reflect(q, first, stop, reflections),
        columns,
        crew=crew,
        least=PANEL,
        multiple=PANEL,
    )
    return q


def _reflections(key: Key, rows: int, columns: int) -> Reflections:
    """Draw all vectors, many at a time, and turn each into a reflection."""
    starts = np.concatenate([[0], np.cumsum(rows - np.arange(columns))])
    vectors, factors, signs = np.empty(starts[-1]), np.empty(columns), np.empty(columns)
    together = max(1, CHUNK // max(1, rows))
    for first in range(0, columns, together):
        count = min(together, columns - first)
        drawn = gaussian(key, first * rows, count * rows).reshape(count, rows)
        for k in range(first, first + count):
            v = vectors[starts[k] : starts[k + 1]]
            v[:] = drawn[k - first, k:]
            factors[k], signs[k] = reflection(v)
    return Reflections(vectors, starts, factors, signs)


def reflection(v: NDArray[float64]) -> tuple[float, float]:
    """Turn ``v`` into ``u`` in place; return ``b`` and ``-s``."""
    norm = np.sqrt(np.add.accumulate(v * v)[-1])
    if norm == 0.0:  # a vector of one entry that is 0, once in 10**8
        v[0] = norm = float64(1.0)
    first = v[0]
    factor = 1.0 / (norm * (norm + abs(first)))
    v[0] = first + norm if first >= 0.0 else first - norm
    return float(factor), -1.0 if first >= 0.0 else 1.0
