"""How uneven the likeness of positions is: sines and cosines are alike where they are near.

Moments give all pairs of positions one correlation. Two sums over pairs depend on more: a query
collects keys by weights whose gradients come from values of the same positions, so that with ``C``
the products of positions, less their mean over the ``n`` in sight, it gets ``Σ C²/n²``, and the
keys ``tr C/n²``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Texture:
    """Those sums of one value, each over what it is where all pairs are alike.

    Attributes:
        full: ``Σ C²`` with all positions in sight.
        causal: ``Σ C²`` with the earlier ones in sight.
        level: ``tr C`` with the earlier ones in sight.
    """

    full: float = 1.0
    causal: float = 1.0
    level: float = 1.0

    def mixed(self, other: "Texture", share: float) -> "Texture":
        """Of a sum of two independent values, of whose spread the first has a share.

        >>> Texture(3.0, 2.0, 0.5).mixed(SMOOTH, 0.5)
        Texture(full=1.5, causal=1.0, level=0.75)
        """
        if self == other == SMOOTH:
            return SMOOTH
        rest = 1 - share
        cross = 2 * share * rest
        return Texture(
            share**2 * self.full + rest**2 * other.full + cross,
            share**2 * self.causal + rest**2 * other.causal + cross * self.level * other.level,
            share * self.level + rest * other.level,
        )


SMOOTH = Texture()
"""All pairs of positions are alike."""


def texture_of(rows: Array) -> Texture:
    """The texture of some rows, one a position, as they are."""
    products = rows @ rows.T / rows.shape[1]
    count = len(rows)
    free = np.trace(_apart(products)) / max(count - 1, 1)
    if count < 2 or free <= 0:
        return SMOOTH
    seen = [_apart(products[:n, :n]) / free for n in range(2, count + 1)]
    sizes = np.arange(2, count + 1)
    even = float(((sizes - 1) / sizes**2).sum())
    return Texture(
        float((seen[-1] ** 2).sum()) / (count - 1),
        sum(float((one**2).sum()) / len(one) ** 2 for one in seen) / even,
        sum(float(np.trace(one)) / len(one) ** 2 for one in seen) / even,
    )


def _apart(products: Array) -> Array:
    """Products of positions, less their mean."""
    centred = products - products.mean(0)
    return np.asarray(centred - centred.mean(1, keepdims=True))
