"""A reading held against the truth."""

import re
from collections import Counter
from dataclasses import dataclass

from torch import nn

from isometry import graphs
from tests.zoo.fans import fans
from tests.zoo.model import Model, Row


@dataclass(frozen=True, slots=True)
class Score:
    """What a reading got right.

    Attributes:
        weights: How many weights the truth speaks of.
        wrong: One line for each weight, or stream, that is not as it should be.
    """

    weights: int
    wrong: tuple[str, ...]


Fields = tuple[str, tuple[float, float], tuple[str, ...], tuple[str, ...], str, str]


def score(model: Model, net: nn.Module, reading: graphs.Reading) -> Score:
    """The truth about a model against what was read off its graph."""
    expected = _expected(model, net)
    read = _read(reading)
    wrong = [
        f"{path}: is {_said(expected[path])}, read as {_said(read.get(path, Counter()))}"
        for path in expected
        if not _agree(expected[path], read.get(path, Counter()))
    ]
    wrong += [f"{path}: no weight, read as {_said(read[path])}" for path in read.keys() - expected]
    return Score(len(expected), (*wrong, *_untold(model, net, expected), *_streams(model, reading)))


def _untold(model: Model, net: nn.Module, expected: dict[str, Counter[Fields]]) -> list[str]:
    """Layers of which the truth does not speak, though it must."""
    paths = {path for path, _ in fans(net)} - expected.keys()
    return [f"{path}: no truth" for path in paths if not re.fullmatch(model.idle, path)]


def _streams(model: Model, reading: graphs.Reading) -> list[str]:
    expected = [(place, depth) for depth in model.streams for place in range(1, depth + 1)]
    read = [(join.place, join.depth) for join in reading.joins]
    return [] if read == expected else [f"joins: are {expected}, read as {read}"]


def _expected(model: Model, net: nn.Module) -> dict[str, Counter[Fields]]:
    by_class = fans(net)
    found: dict[str, Counter[Fields]] = {}
    for path, _ in net.named_parameters():
        rows = [row for row in model.rows() if re.fullmatch(row.path, path)]
        if rows:
            found[path] = Counter()
        for row in rows:
            found[path][_fields(row, row.fans or by_class[path, row.kind == "embedding"])] += (
                row.times
            )
    return found


def _fields(row: Row, pair: tuple[float, float]) -> Fields:
    before, after = tuple(sorted(row.before)), tuple(sorted(row.after))
    return row.kind, pair, before, after, row.residual, row.place


def _read(reading: graphs.Reading) -> dict[str, Counter[Fields]]:
    found: dict[str, Counter[Fields]] = {}
    for use in reading.uses:
        pair = float(use.map.fan_in), float(use.map.fan_out)
        place = f"{use.place}/{use.depth}" if use.depth else ""
        for path in use.map.weights:
            fields = use.map.kind, pair, use.before, use.after, use.residual, place
            found.setdefault(path, Counter())[fields] += 1
    return found


def _agree(expected: Counter[Fields], read: Counter[Fields]) -> bool:
    """Whether both say the same, where the truth speaks of the place at all."""
    placed = any(fields[-1] for fields in expected)
    return expected == (read if placed else _without_place(read))


def _without_place(read: Counter[Fields]) -> Counter[Fields]:
    bare: Counter[Fields] = Counter()
    for fields, times in read.items():
        bare[(*fields[:-1], "")] += times
    return bare


def _said(uses: Counter[Fields]) -> str:
    return "; ".join(f"{times} x {_line(fields)}" for fields, times in uses.items()) or "nothing"


def _line(fields: Fields) -> str:
    kind, (fan_in, fan_out), before, after, residual, place = fields
    sides = f"{'+'.join(before)} -> {'+'.join(after)}"
    return f"{kind} {fan_in:g}>{fan_out:g} {sides} {residual}{place}"
