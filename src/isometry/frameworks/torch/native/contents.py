"""What a region of a storage holds, traced back through the tape to laws and known values."""

from dataclasses import dataclass, replace
from typing import Any

import torch

from isometry import errors, schemes
from isometry.frameworks.torch.native import drawing, geometry, lowering
from isometry.frameworks.torch.native.replay import Replay, constant
from isometry.frameworks.torch.native.tape import Literal, Ref, Region, Tape, Write
from isometry.frameworks.torch.native.terms import Term, resized

__all__ = ["Content", "Expression", "Filled", "Patch", "Patched", "Settled", "Shaped", "Tracer"]


_START = 0
"""Before all writes."""


@dataclass(frozen=True, slots=True)
class Filled:
    """One known number everywhere."""

    value: float | int | bool


@dataclass(frozen=True, slots=True)
class Settled:
    """Known values, made by replaying the tape up to a point in time.

    Attributes:
        ref: Where they are.
        time: The point in time.
        hint: The scheme that the code named for them, which may or may not be the same here.
    """

    ref: Ref
    time: int
    hint: schemes.Scheme | None = None


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression over draws."""

    term: Term


@dataclass(frozen=True, slots=True)
class Shaped:
    """A matrix that is drawn as a whole, such as an orthogonal one."""

    scheme: schemes.Scheme


@dataclass(frozen=True, slots=True)
class Patch:
    """A rectangle with a content of its own."""

    box: geometry.Box
    content: "Content"


@dataclass(frozen=True, slots=True)
class Patched:
    """A content with rectangles over it, later ones on top; no ``base`` where they tile."""

    base: "Content | None"
    patches: tuple[Patch, ...]


Content = Filled | Settled | Expression | Shaped | Patched


class Tracer:
    """Finds contents; every write is understood once.

    Its methods raise ``UncoveredError`` with what stands in the way.
    """

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.replay = Replay(tape)
        self._written: dict[int, Content] = {}

    def content(self, ref: Ref, time: int) -> Content:
        """What ``ref`` held just before ``time``."""
        writes = self.replay.behind(ref, time)
        if self.replay.settled(ref, time):
            return self._settled(ref, time, writes)
        patches: list[Patch] = []
        for write in reversed(writes):
            if not geometry.touching(write.region, ref.region):
                continue
            if geometry.covers(write.region, ref.region):
                return _assembled(self._cut(write, ref), patches)
            patches.append(self._patch(write, ref))
        if self.tape.storages[ref.storage].base is not None:
            return _assembled(Settled(ref, _START), patches)
        if not geometry.tiled(ref.region.size, [patch.box for patch in patches]):
            raise errors.UncoveredError(
                "is written only in part" if patches else "is never written"
            )
        return _assembled(None, patches)

    def written(self, write: Write) -> Content:
        """What a write put into its region."""
        known = self._written.get(id(write))
        if known is None:
            known = self._written[id(write)] = self._understood(write)
        return known

    def _understood(self, write: Write) -> Content:
        if not self.replay.drawn(write):
            after = self._after(write, write.region)
            return self._settled(after.ref, after.time, [write])
        matrix = drawing.matrix(write)
        if matrix is not None:
            return Shaped(matrix)
        if write.call.name in {"cat", "stack"}:
            return self._joined(write)
        source = self._copied(write)
        if source is not None:
            return source
        term = drawing.law(write)
        if term is not None:
            return Filled(term) if isinstance(term, float | int) else Expression(term)
        return self._mapped(write)

    def _mapped(self, write: Write) -> Content:
        """What an operator makes of its first operand, part by part where that has parts."""
        leaf = drawing.bound(write.call).get("self")
        if not isinstance(leaf, Ref) or leaf.region.size != write.region.size:
            return self._image(write, leaf, None)
        if _is_broadcast(leaf.region) or self.replay.settled(leaf, write.call.time):
            return self._image(write, leaf, None)
        return self._image(write, leaf, self.content(leaf, write.call.time))

    def _image(self, write: Write, leaf: Any, content: Content | None) -> Content:
        time = write.call.time
        match content:
            case Patched(base, patches):
                images = (Patch(p.box, self._image(write, leaf, p.content)) for p in patches)
                under = None if base is None else self._image(write, leaf, base)
                return Patched(under, tuple(images))
            case Filled(value):
                return Filled(lowering.rerun(write.call, leaf, torch.tensor(value)).item())
            case Shaped(schemes.Orthogonal() as scheme):
                factor = lowering.factor(write.call)
                return Shaped(replace(scheme, gain=scheme.gain * factor))
            case Settled(ref, moment):
                made = lowering.rerun(write.call, leaf, self.replay.value(ref, moment))
                return self._operand(Literal(made), time)
        known = content.term if isinstance(content, Expression) else None
        term = lowering.lowered(
            write, lambda o: known if o is leaf and known is not None else self._term(o, time)
        )
        return Filled(term) if isinstance(term, float | int) else Expression(term)

    def _settled(self, ref: Ref, time: int, writes: list[Write]) -> Content:
        if len(writes) == 1 and geometry.covers(writes[0].region, ref.region):
            number = constant(writes[0].call)
            if number is not None:
                return Filled(number)
            if writes[0].region == ref.region:
                return Settled(ref, time, drawing.matrix(writes[0]))
        return Settled(ref, time)

    def _after(self, write: Write, region: Region) -> Settled:
        return Settled(Ref(write.storage, region, write.dtype), write.call.time + 1)

    def _copied(self, write: Write) -> Content | None:
        """The content of the tensor that a copy copied, where it fits as it is."""
        if write.call.name not in lowering.COPIES:
            return None
        values = drawing.bound(write.call)
        source = values.get("src", values.get("self"))
        if not isinstance(source, Ref) or source.region.size != write.region.size:
            return None
        return None if _is_broadcast(source.region) else self.content(source, write.call.time)

    def _joined(self, write: Write) -> Content:
        """The parts of ``cat`` or ``stack``, each in its rectangle."""
        values, size = drawing.bound(write.call), write.region.size
        axis, start = int(values.get("dim", 0)) % len(size), 0
        patches: list[Patch] = []
        for part in values["tensors"]:
            shape = part.region.size if isinstance(part, Ref) else tuple(part.tensor.shape)
            length = 1 if write.call.name == "stack" else shape[axis]
            box = tuple((0, n) for n in size)
            box = (*box[:axis], (start, start + length), *box[axis + 1 :])
            content = self._operand(part, write.call.time)
            patches.append(Patch(box, self._unsqueezed(content, shape, box)))
            start += length
        return Patched(None, tuple(patches))

    def _unsqueezed(self, content: Content, shape: tuple[int, ...], box: geometry.Box) -> Content:
        size = tuple(stop - start for start, stop in box)
        if isinstance(content, Filled | Settled):
            return content
        return _reshaped(content, Region(0, shape, ()), Region(0, size, ()))

    def _operand(self, leaf: Any, time: int) -> Content:
        if isinstance(leaf, Ref):
            return self.content(leaf, time)
        self.tape.adopt(leaf.tensor)
        return Settled(self.tape.ref(leaf.tensor), time)

    def _term(self, leaf: Any, time: int) -> Term | float:
        if not isinstance(leaf, Ref):
            return drawing.known(leaf)
        if self.replay.settled(leaf, time):
            return drawing.known(self.replay.value(leaf, time))
        match self.content(_narrowed(leaf), time):
            case Filled(value):
                return float(value)
            case Expression(term):
                return term
        raise errors.UncoveredError("is computed from a tensor that was filled part by part")

    def _cut(self, write: Write, ref: Ref) -> Content:
        content = self.written(write)
        if write.region == ref.region or isinstance(content, Filled):
            return content
        if isinstance(content, Settled):
            return self._after(write, ref.region)
        return _reshaped(content, write.region, ref.region)

    def _patch(self, write: Write, ref: Ref) -> Patch:
        box = geometry.box_within(write.region, ref.region)
        if box is None:
            raise errors.UncoveredError(
                f"is written by {write.call.name} through a view that is no rectangle of it"
            )
        size = tuple(stop - start for start, stop in box)
        content = self.written(write)
        if isinstance(content, Settled):
            return Patch(box, self._after(write, geometry.part(ref.region, box)))
        if isinstance(content, Filled):
            return Patch(box, content)
        return Patch(box, _reshaped(content, write.region, Region(0, size, ())))


def _assembled(base: Content | None, patches: list[Patch]) -> Content:
    if not patches and base is not None:
        return base
    return Patched(base, tuple(reversed(patches)))


def _reshaped(content: Content, source: Region, target: Region) -> Content:
    """The content seen through another region; laws of independent elements do not care."""
    if isinstance(content, Expression):
        term = resized(content.term, source.size, target.size)
        if term is not None:
            return Expression(term)
    if source.size == target.size or (
        isinstance(content, Shaped) and _is_transpose(source, target)
    ):
        return content
    raise errors.UncoveredError("is seen through a view of draws that depend on each other")


def _is_transpose(source: Region, target: Region) -> bool:
    squeezed = [tuple(n for n in region.size if n != 1) for region in (source, target)]
    return len(squeezed[0]) == 2 and squeezed[0] in (squeezed[1], squeezed[1][::-1])


def _is_broadcast(region: Region) -> bool:
    return any(step == 0 and n > 1 for step, n in zip(region.stride, region.size, strict=True))


def _narrowed(ref: Ref) -> Ref:
    """The reference without its repetitions: an expanded axis has length one."""
    steps = zip(ref.region.size, ref.region.stride, strict=True)
    size = tuple(1 if stride == 0 else length for length, stride in steps)
    return Ref(ref.storage, Region(ref.region.offset, size, ref.region.stride), ref.dtype)
