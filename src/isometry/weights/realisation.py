"""From an assignment and a seed to values, whole or any part, straight into their destination."""

import math
from dataclasses import dataclass, replace
from typing import assert_never

import numpy as np
from numpy import float32
from numpy.typing import NDArray

from isometry import errors, plans, rng, schemes
from isometry.parameters import Box, box_shape, whole_box
from isometry.plans import Assignment
from isometry.schemes import Draw
from isometry.weights import exactness, memory, placement
from isometry.weights.placement import Part

Array = NDArray[np.generic]
Dtype = np.dtype[np.generic]


@dataclass(frozen=True, slots=True)
class Stream:
    """Where the random words of a tensor come from.

    Attributes:
        seed: The user's number.
        member: Which of several models drawn under the same seed, if any.
        threads: How many threads fill; the values do not depend on it.
    """

    seed: int
    member: int | None = None
    threads: int | None = None

    def key(self, path: str) -> rng.Key:
        """The key of a tensor, or of a named piece of one."""
        return rng.derive_key(self.seed, path, member=self.member)


def values(
    assignment: Assignment,
    seed: int,
    *,
    runs: Part = None,
    member: int | None = None,
    threads: int | None = None,
) -> NDArray[float32]:
    """The values of one tensor, or of a part of it, before they are rounded to its dtype.

    Args:
        assignment: The tensor and its scheme.
        seed: Which weights, 0 to 2**64 - 1.
        runs: The part: a list of global ranges a dimension for a shard, ``range(start, stop)`` for
            row-major indices, ``None`` for all.
        member: Which of several models drawn under the same seed.
        threads: How many threads fill; the values do not depend on it.

    Returns:
        The tensor's or the shard's shape; one dimension for a range.

    >>> from isometry.parameters import Parameter
    >>> fill = Assignment(Parameter("w", (4, 6)), schemes.Normal(std=0.02), "", "")
    >>> bool((values(fill, 0, runs=[[(1, 3)], [(0, 6)]]) == values(fill, 0)[1:3]).all())
    True
    """
    out = np.empty(placement.part_shape(assignment.parameter.shape, runs), float32)
    write(out, assignment, seed, runs=runs, member=member, threads=threads)
    return out


def write(
    out: Array,
    assignment: Assignment,
    seed: int,
    *,
    runs: Part = None,
    member: int | None = None,
    threads: int | None = None,
) -> None:
    """Write one tensor, or a part of it, into ``out``, rounded once to its dtype.

    Elementwise schemes need no memory beside ``out``.

    Args:
        out: C-contiguous and writable, of the part's shape and of any dtype that weights can have.
        assignment: As in :func:`values`, and so are the others.
        seed: Which weights.
        runs: The part.
        member: Which of several models.
        threads: How many threads.

    Raises:
        ShapeError: ``out`` has not the part's shape, or the part leaves the tensor.
        DtypeError: ``out`` cannot hold what the scheme draws.
        InputError: The assignment keeps its tensor, or the scheme needs more memory than there is.
    """
    scheme = _scheme(assignment)
    stream, parameter = Stream(seed, member, threads), assignment.parameter
    _check_out(out, placement.part_shape(parameter.shape, runs), parameter.path)
    draw = scheme.draw(parameter)
    brush = _Brush(parameter.path, parameter.shape, stream)
    if isinstance(runs, range):
        brush.paint_range(out, draw, runs)
        return
    for patch in placement.patches(parameter.shape, runs, path=parameter.path):
        brush.paint(out[placement.index(patch.target)], draw, patch.source)


@dataclass(frozen=True, slots=True)
class _Brush:
    """Paints boxes of one tensor."""

    path: str
    shape: tuple[int, ...]
    stream: Stream

    def paint(self, out: Array, draw: Draw, box: Box) -> None:
        """Write the box of the tensor that ``draw`` makes into ``out``, of the box's shape."""
        match draw:
            case schemes.Elementwise():
                self._elements(out, draw.law, box)
            case schemes.Whole() | schemes.Derived():
                whole = self._made(draw, self.shape, self.path, out.dtype)
                out[...] = whole[placement.index(box)]
            case schemes.Pieces():
                self.paint(out, draw.base, box)
                for piece in draw.pieces:
                    self._piece(out, piece, box)
            case _:
                assert_never(draw)

    def paint_range(self, out: Array, draw: Draw, part: range) -> None:
        """Write a range of row-major indices."""
        placement.check_range(math.prod(self.shape), part, path=self.path)
        match draw:
            case schemes.Elementwise():
                self._law(out, draw.law, start=part.start)
            case schemes.Whole() | schemes.Derived():
                whole = self._made(draw, self.shape, self.path, out.dtype).reshape(-1)
                out[...] = whole[part.start : part.stop]
            case schemes.Pieces():
                self._boxes(out, draw, part)
            case _:
                assert_never(draw)

    def _boxes(self, out: Array, draw: schemes.Pieces, part: range) -> None:
        start = 0
        for box in placement.boxes_of_range(self.shape, part.start, part.stop):
            shape = box_shape(box)
            stop = start + math.prod(shape)
            self.paint(out[start:stop].reshape(shape), draw, box)
            start = stop

    def _elements(self, out: Array, law: rng.Law, box: Box) -> None:
        if box == whole_box(self.shape):
            self._law(out, law, start=0)
        elif isinstance(law, rng.Constant):
            out[...] = self._constant(law, out.dtype)
        else:
            self._box(out, law, box)

    def _law(self, out: Array, law: rng.Law, *, start: int) -> None:
        if isinstance(law, rng.Constant):
            out[...] = self._constant(law, out.dtype)
        else:
            self._refuse_drawn(out.dtype)
            rng.fill(out, self._key, law, start=start, threads=self.stream.threads)

    def _box(self, out: Array, law: rng.Law, box: Box) -> None:
        """A part whose rows lie apart in ``out`` is made in memory of its own and copied."""
        self._refuse_drawn(out.dtype)
        target = out if out.flags.c_contiguous else np.empty(out.shape, out.dtype)
        runs = [[one] for one in box]
        threads = self.stream.threads
        rng.fill_box(target, self._key, law, shape=self.shape, runs=runs, threads=threads)
        if target is not out:
            out[...] = target

    def _piece(self, out: Array, piece: schemes.Piece, box: Box) -> None:
        shared = placement.meet(piece.box, box)
        if shared is None:
            return
        target = out[placement.index(placement.within(shared, box))]
        if isinstance(piece.draw, schemes.Elementwise):
            self._elements(target, piece.draw.law, shared)
            return
        path = f"{self.path}#{piece.name}"
        whole = self._made(piece.draw, box_shape(piece.box), path, out.dtype)
        target[...] = whole[placement.index(placement.within(shared, piece.box))]

    def _made(
        self,
        draw: schemes.Whole | schemes.Derived,
        shape: tuple[int, ...],
        path: str,
        dtype: Dtype,
    ) -> Array:
        """All values of a tensor, or of a piece of one, that come together."""
        if isinstance(draw, schemes.Whole):
            return self._whole(draw, shape, path, dtype)
        self._refuse_drawn(dtype)
        memory.refuse_too_large(draw.shape, path=path)
        source = np.empty(draw.shape, float32)
        other = replace(self, path=draw.path, shape=draw.shape)
        other.paint(source, draw.source, whole_box(draw.shape))
        return rng.cast(draw.compute(source), dtype).reshape(shape)

    def _whole(self, draw: schemes.Whole, shape: tuple[int, ...], path: str, dtype: Dtype) -> Array:
        if draw.exact:
            made = draw.compute(self.stream.key(path))
            return exactness.converted(made, dtype, path=path).reshape(shape)
        self._refuse_drawn(dtype)
        memory.refuse_too_large(shape, path=path)
        return rng.cast(draw.compute(self.stream.key(path)), dtype).reshape(shape)

    def _constant(self, law: rng.Constant, dtype: Dtype) -> Array:
        value = np.array(law.value)
        if plans.is_floating(dtype):
            return rng.cast(value, dtype)
        return exactness.converted(value, dtype, path=self.path)

    def _refuse_drawn(self, dtype: Dtype) -> None:
        if not plans.is_floating(dtype):
            raise errors.DtypeError(
                f"the scheme draws real numbers and the dtype is {dtype.name}",
                needed="a constant or recorded values",
                do="use constant or values, or keep the tensor with skip=",
                path=self.path,
            )

    @property
    def _key(self) -> rng.Key:
        return self.stream.key(self.path)


def _scheme(assignment: Assignment) -> schemes.Scheme:
    if assignment.scheme is None:
        raise errors.InputError(
            "the plan keeps this tensor, so it has no values",
            needed="a scheme",
            do="load the tensor from where it is kept, or plan it without skip=",
            path=assignment.parameter.path,
        )
    return assignment.scheme


def _check_out(out: Array, shape: tuple[int, ...], path: str) -> None:
    if out.shape != shape:
        raise errors.ShapeError(
            f"the destination has shape {out.shape}",
            needed=f"shape {shape}",
            do="pass an array of the tensor's shape, or of the shard's that runs selects",
            path=path,
        )
    if not (out.flags.c_contiguous and out.flags.writeable):
        raise errors.InputError(
            "the destination is not C-contiguous and writable",
            needed="memory in row-major order",
            do="write into np.empty(...) and copy",
            path=path,
        )
