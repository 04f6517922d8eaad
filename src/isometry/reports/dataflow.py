"""A model's dataflow as an outline: modules, steps in order, repeated blocks once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from isometry import graphs
from isometry.graphs import Graph, Use
from isometry.graphs.labels import Parts, label, parts
from isometry.reports.wording import number, ranged

LONGEST = 8
"""Lines of the longest group whose repetitions are looked for."""

RESIDUAL = {"B": "branch", "S": "shortcut", "T": "output"}


@dataclass(frozen=True, slots=True)
class Line:
    """A module with what runs in it, or one step.

    Attributes:
        name: The module's name within its parent, or names where a module holds nothing but
            another; a step's label where it is no module of its own.
        label: What the step does, in the words of a reading; empty for a module.
        detail: Fans, neighbours and part in a residual sum, in words.
        step: Index of the step in the graph, of the first one inside for a module.
        copies: How many in a row are alike; only the first one's insides are shown.
        inside: What runs in it, in order; empty for a step.
    """

    name: str
    label: str = ""
    detail: str = ""
    step: int = 0
    copies: int = 1
    inside: tuple["Line", ...] = ()

    def __iter__(self) -> Iterator["Line"]:
        """The line and all inside it, in order."""
        yield self
        for line in self.inside:
            yield from line


@dataclass(slots=True)
class _Module:
    """A module that is being filled."""

    name: str
    inside: list["_Module | Line"] = field(default_factory=list)

    def child(self, name: str) -> "_Module":
        """The module of that name, if it ran last; else a new one, for it runs again."""
        last = self.inside[-1] if self.inside else None
        if isinstance(last, _Module) and last.name == name:
            return last
        made = _Module(name)
        self.inside.append(made)
        return made


def outline(graph: Graph, *, every: bool = False) -> Line:
    """The steps that change a signal, under the modules that call them.

    Views, casts and the insides of hand-written norms and activations are left out.

    Args:
        graph: The dataflow.
        every: Show every block; else blocks alike in a row are shown once, with their number.

    Returns:
        The outermost line, with all others inside.
    """
    reading = graphs.read(graph)
    found = replace(parts(graph), joins=frozenset(join.step for join in reading.joins))
    uses = {use.map.step: use for use in reading.uses}
    root = _Module("")
    for node in graph:
        word = _shown(found, node.index)
        if word:
            place = root
            for segment in node.path.split(".") if node.family != "input" and node.path else ():
                place = place.child(segment)
            detail = _detail(uses[node.index]) if node.index in uses else _shape(node.shape)
            place.inside.append(Line(word, word, detail, node.index))
    return _line(root, every=every)


def _shown(found: Parts, index: int) -> str:
    """The label of a step that a reader wants to see; empty for all others."""
    node, sources = found.links.node(index), found.sources
    signal = node.signal or index in found.maps
    hidden = sources.root[index] != index and index not in found.regions
    inner = index in sources.inside and index not in sources.norms
    return label(found, index) if signal and not inner and not hidden else ""


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))


def _detail(use: Use) -> str:
    words = [f"{number(use.map.fan_in)}→{number(use.map.fan_out)}"]
    words += [f"{' + '.join(use.before)} → {' + '.join(use.after) or 'nothing'}"]
    if use.residual in RESIDUAL:
        words.append(f"residual {RESIDUAL[use.residual]} {use.place}/{use.depth}")
    return " · ".join(words)


def _line(module: _Module, *, every: bool) -> Line:
    inside = [one if isinstance(one, Line) else _line(one, every=every) for one in module.inside]
    kept = tuple(inside if every else _folded(inside))
    if len(kept) == 1 and module.name:
        only = kept[0]
        name = f"{module.name}.{only.name}" if only.inside else module.name
        return replace(only, name=name)
    return Line(module.name, inside=kept, step=kept[0].step if kept else 0)


def _folded(lines: Iterable[Line]) -> Iterator[Line]:
    """Numbered lines, or groups of them, that come again and again in a row, as one."""
    rest = list(lines)
    keys = [_likeness(line) for line in rest]
    while rest:
        period, copies = _repetition(rest, keys)
        yield _merged(rest[: period * copies], period, copies)
        del rest[: period * copies], keys[: period * copies]


def _repetition(lines: Sequence[Line], keys: Sequence[object]) -> tuple[int, int]:
    """Length of the group that the lines start with, and how often it comes in a row."""
    numbered = next((n for n, one in enumerate(lines) if not one.name.isdecimal()), len(lines))
    for period in range(1, min(LONGEST, numbered // 2) + 1):
        copies = _copies(keys[:numbered], period)
        later = _copies(keys[1:numbered], period) if period > 1 else 0
        if copies > 1:  # a group that comes as often from the next line on starts there
            return (period, copies) if copies > later else (1, 1)
    return 1, 1


def _copies(keys: Sequence[object], period: int) -> int:
    """How often the group that the keys start with comes in a row."""
    copies = 1
    while keys and keys[copies * period : (copies + 1) * period] == keys[:period]:
        copies += 1
    return copies


def _merged(lines: Sequence[Line], period: int, copies: int) -> Line:
    if copies == 1:
        return lines[0]
    name = ranged([line.name for line in lines])
    if period == 1:
        return replace(lines[0], name=name, copies=copies)
    return Line(name, step=lines[0].step, copies=copies, inside=tuple(lines[:period]))


def _likeness(line: Line) -> tuple[object, ...]:
    name = "#" if line.name.isdecimal() else line.name
    detail = line.detail.rpartition(" · residual")[0] or line.detail
    return name, line.label, detail, line.copies, tuple(map(_likeness, line.inside))
