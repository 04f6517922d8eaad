"""The values of a scheme, made straight from its drawing and the random words, for the tests."""

from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray

from isometry import rng
from isometry.parameters import Parameter
from isometry.schemes import Derived, Draw, Elementwise, Pieces, Scheme, Whole


def values(scheme: Scheme, parameter: Parameter, seed: int = 0) -> NDArray[Any]:
    """All values of a parameter: float32, or the recorded dtype where every value is recorded."""
    return _drawn(scheme.draw(parameter), parameter.path, parameter.shape, seed)


def _drawn(draw: Draw, path: str, shape: tuple[int, ...], seed: int) -> NDArray[Any]:
    key = rng.derive_key(seed, path)
    match draw:
        case Elementwise(law):
            return rng.draw(key, law, 0, int(np.prod(shape))).reshape(shape)
        case Whole(compute, exact):
            made = compute(key)
            assert made.shape == shape
            return made if exact else made.astype(np.float32)
        case Derived(other, other_shape, source, compute):
            return compute(_drawn(source, other, other_shape, seed)).astype(np.float32)
        case Pieces(base, pieces):
            out = _drawn(base, path, shape, seed)
            for piece in pieces:
                place = tuple(slice(*span) for span in piece.box)
                name, part = f"{path}#{piece.name}", out[place].shape
                out[place] = (
                    _drawn(piece.draw, path, shape, seed)[place]
                    if isinstance(piece.draw, Elementwise)
                    else _drawn(piece.draw, name, part, seed)
                )
            return out
        case _:
            assert_never(draw)
