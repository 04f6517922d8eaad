"""From what a tensor holds to the scheme that fills it so again."""

import warnings
from math import isfinite

import numpy as np
import torch

from isometry import errors, plans, schemes, weights
from isometry.frameworks.torch.native import terms
from isometry.frameworks.torch.native.contents import (
    Content,
    Expression,
    Filled,
    Patch,
    Patched,
    Settled,
    Shaped,
)
from isometry.frameworks.torch.native.replay import Replay
from isometry.frameworks.torch.native.terms import Drawn, Known, Step, Term, independent
from isometry.parameters import Box, Parameter, part

__all__ = ["Choice", "recorded"]

LARGE = 64 << 20
"""Bytes of recorded values above which a plan is heavy."""

_ALIKE = schemes.Constant | schemes.Uniform | schemes.Normal | schemes.TruncatedNormal
"""Schemes of which a rectangle is the same as the scheme drawn for the rectangle."""

_OWN = (-1,)
_EXACT = 2.0**53
"""Whole numbers up to here are exact as a float64."""


class Choice:
    """Chooses schemes for contents.

    Args:
        replay: Makes the values of what was computed.
    """

    def __init__(self, replay: Replay) -> None:
        self._replay = replay

    def scheme(self, content: Content, parameter: Parameter) -> schemes.Scheme:
        """The scheme that fills ``parameter`` with ``content``."""
        match content:
            case Filled(value) if isfinite(value):
                return schemes.Constant(float(value))
            case Filled(value):
                return recorded(torch.full(parameter.shape, value))
            case Settled(ref, time, hint):
                return _hinted(hint, self._replay.value(ref, time), parameter)
            case Shaped(scheme):
                return scheme
            case Expression(term):
                return _expressed(terms.settled(term), term, parameter.shape)
            case Patched(base, patches):
                return self._patched(base, patches, parameter)

    def _patched(
        self, base: Content | None, patches: tuple[Patch, ...], parameter: Parameter
    ) -> schemes.Scheme:
        laws = [self.scheme(p.content, part(parameter, p.box, str(p.box))) for p in patches]
        under = schemes.Constant(0.0) if base is None else self.scheme(base, parameter)
        first = laws[0] if base is None else under
        if isinstance(first, _ALIKE) and all(law == first for law in laws):
            return first
        return schemes.Patchwork(under, *_visible([patch.box for patch in patches], laws))


def _hinted(
    hint: schemes.Scheme | None, tensor: torch.Tensor, parameter: Parameter
) -> schemes.Scheme:
    """The hint where it gives the very values, else the values."""
    if hint is None:
        return recorded(tensor)
    try:
        made = weights.values(plans.Assignment(parameter, hint, "", ""), 0)
    except errors.IsometryError:
        return recorded(tensor)
    return hint if bool((torch.from_numpy(made) == tensor.float()).all()) else recorded(tensor)


def _expressed(law: Term, term: Term, shape: tuple[int, ...]) -> schemes.Scheme:
    if isinstance(law, Drawn) and independent(law, shape):
        return law.law
    return _program(term, shape)


def recorded(tensor: torch.Tensor) -> schemes.Scheme:
    """Known values as a scheme: a constant where all are equal, else the values themselves."""
    tensor = tensor.detach()
    if tensor.numel() == 0:
        return schemes.Constant(0.0)
    first = tensor.flatten()[0]
    if bool((tensor == first).all()) and bool(abs(first) <= _EXACT):
        return schemes.Constant(float(first.item()))
    size = tensor.numel() * tensor.element_size()
    if size > LARGE:
        warnings.warn(
            f"recorded {size / 2**20:.0f} MiB of computed values into the plan; "
            "it is right, but heavy to save and compare",
            errors.IsometryWarning,
            stacklevel=2,
        )
    return schemes.Values.of(_array(tensor))


def _array(tensor: torch.Tensor) -> np.ndarray:
    import ml_dtypes

    tensor = tensor.contiguous()
    if tensor.dtype == torch.bfloat16:
        return tensor.view(torch.int16).numpy().view(ml_dtypes.bfloat16)
    return tensor.numpy()


def _program(term: Term, shape: tuple[int, ...]) -> schemes.Computed:
    """The term as a program; one that works element by element takes the tensor's own shape."""
    sources: list[Drawn | Known] = []
    steps: list[Step] = []
    _visit(term, sources, steps)
    names = {id(value): f"${place}" for place, value in enumerate([*sources, *steps])}
    own = independent(term, shape)
    return schemes.Computed(
        tuple(_source(source) for source in sources),
        tuple(_OWN if own else _shape(source) for source in sources),
        tuple(
            (s.name, *(o if isinstance(o, float | int) else names[id(o)] for o in s.operands))
            for s in steps
        ),
    )


def _visit(term: Term | float, sources: list[Drawn | Known], steps: list[Step]) -> None:
    if isinstance(term, float | int) or any(term is known for known in (*sources, *steps)):
        return
    if isinstance(term, Step):
        for operand in term.operands:
            _visit(operand, sources, steps)
        steps.append(term)
    else:
        sources.append(term)


def _source(source: Drawn | Known) -> schemes.Scheme:
    return source.law if isinstance(source, Drawn) else recorded(source.tensor)


def _shape(source: Drawn | Known) -> tuple[int, ...]:
    return source.shape if isinstance(source, Drawn) else tuple(source.tensor.shape)


def _visible(
    boxes: list[Box], laws: list[schemes.Scheme]
) -> tuple[tuple[Box, ...], tuple[schemes.Scheme, ...]]:
    """The rectangles that later ones do not cover."""
    kept = [i for i, box in enumerate(boxes) if not any(_inside(box, b) for b in boxes[i + 1 :])]
    return tuple(boxes[i] for i in kept), tuple(laws[i] for i in kept)


def _inside(inner: Box, outer: Box) -> bool:
    return all(o[0] <= i[0] and i[1] <= o[1] for i, o in zip(inner, outer, strict=True))
