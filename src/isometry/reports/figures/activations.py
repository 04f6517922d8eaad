"""Picture 1: how activations are distributed, layer by layer, before and after."""

from collections.abc import Mapping, Sequence

from isometry.reports.figures import checks, marks, palette, ridgeline, thinning
from isometry.reports.figures.figure import WIDTH, Figure, inline
from isometry.reports.figures.marks import Mark
from isometry.reports.figures.plot import Plot, words
from isometry.reports.figures.ridgeline import Histogram, Ridge
from isometry.reports.figures.scales import Scale, short

NAMES, GAP, TOP, FOOT = 150.0, 24.0, 40.0, 36.0
TALLEST, FLATTEST, HIGHEST = 24.0, 10.0, 520.0
"""Pixels from ridge to ridge, at most and at least, and of all together."""
OVERLAP = 1.9
"""A ridge's height in rows."""
NAME_GAP = 11.0

Layer = tuple[str, float, float, Sequence[float]]
"""Name, lower edge of the first bin, upper edge of the last, counts."""


def activation_ridgeline(layers: Sequence[Layer], after: Sequence[Layer] | None = None) -> Figure:
    """A ridge a layer, all on one axis.

    Args:
        layers: Histograms of activations, from the input to the output.
        after: The same after a change of the weights, matched by name.

    Returns:
        The picture.

    Raises:
        InputError: There is no layer, two share a name, or ``after`` has one of another name.

    >>> figure = activation_ridgeline([("fc1", -3.0, 3.0, [1, 4, 9, 4, 1])])
    >>> figure.columns, figure.rows[0][0]
    (('layer', 'mean', 'std', 'low', 'high'), 'fc1')
    """
    checks.check_layers([layer[0] for layer in layers])
    now = [Histogram(*layer) for layer in layers]
    later = {layer[0]: Histogram(*layer) for layer in after or ()}
    checks.check_known(later, [one.name for one in now])
    kept = [now[index] for index in thinning.shown(len(now))]
    shared = ridgeline.scale_of([*now, *later.values()])
    changed, row = after is not None, min(max(HIGHEST / len(kept), FLATTEST), TALLEST)
    plots = _plots(shared, row * (len(kept) + OVERLAP - 1.0), two=changed)
    title = "Activations by layer"
    return Figure(
        name="activations",
        title=title,
        read=_read(shared, len(kept), len(now)),
        svg=inline(title, plots[0].bottom + FOOT, _shapes(plots, kept, later, row)),
        columns=("layer", *_headings(changed=changed)),
        rows=tuple((one.name, *_cells(one, later.get(one.name), changed=changed)) for one in kept),
    )


def _shapes(
    plots: Sequence[Plot], kept: Sequence[Histogram], later: Mapping[str, Histogram], row: float
) -> list[str]:
    bases = [TOP + row * (k + OVERLAP) for k in range(len(kept))]
    said = [
        _mark(plots, one, later.get(one.name), (base, row * OVERLAP))
        for one, base in zip(kept, bases, strict=True)
    ]
    heads = zip(plots, ("now", "after"), strict=False)
    return [
        *_names(kept, bases, row),
        *(plot.frame("activation", most=(7, 0)) for plot in plots),
        *(words((plot.left, 20), title, bold=True) for plot, title in heads),
        *(ridgeline.feet(plot, bases) for plot in plots),
        *marks.drawn(said, paint=palette.both("blue")),
    ]


def _plots(shared: Scale, height: float, *, two: bool) -> list[Plot]:
    count = 2 if two else 1
    width = (WIDTH - NAMES - count * GAP) / count
    lefts = [NAMES + k * (width + GAP) for k in range(count)]
    return [Plot(left, TOP, width, height, shared, Scale(0.0, 1.0)) for left in lefts]


def _names(kept: Sequence[Histogram], bases: Sequence[float], row: float) -> list[str]:
    """Names beside the ridges, as many as have room."""
    every = 1 if row >= NAME_GAP else 2
    pairs = list(zip(kept, bases, strict=True))[::every]
    return [
        words((NAMES - 8, base), marks.shortened(one.name), anchor="end") for one, base in pairs
    ]


def _mark(
    plots: Sequence[Plot], now: Histogram, later: Histogram | None, place: tuple[float, float]
) -> Mark:
    base, tall = place
    both = [(plots[0], now, Ridge(base, tall))]
    both += [(plots[1], later, Ridge(base, tall, "orange"))] if later is not None else []
    shape = "".join(ridgeline.ridge(plot, one, where) for plot, one, where in both)
    changed = "" if later is None else f", after {_told(later)}"
    return Mark(now.name, f"{now.name}: {_told(now)}{changed}", shape)


def _told(one: Histogram) -> str:
    return f"std {short(one.std)}, mean {short(one.mean)}" if one.known else "no numbers"


def _read(shared: Scale, kept: int, count: int) -> str:
    bent = " The axis runs by decades on both sides of 0." if shared.kind == "around_zero" else ""
    return (
        "Read: ridges should look alike from top to bottom. A ridge that thins to a spike is a "
        "signal that vanishes, horns at both ends are saturation, a lone spike at 0 is dead units. "
        f"Heights are counts to the power {ridgeline.ROOT:g}.{bent}{thinning.remark(kept, count)}"
    )


def _headings(*, changed: bool) -> tuple[str, ...]:
    plain = ("mean", "std", "low", "high")
    return (*plain, *(f"{name}, after" for name in plain)) if changed else plain


def _cells(now: Histogram, later: Histogram | None, *, changed: bool) -> tuple[str, ...]:
    return (*_four(now), *_four(later)) if changed else _four(now)


def _four(one: Histogram | None) -> tuple[str, ...]:
    if one is None:
        return ("", "", "", "")
    if not one.known:
        return ("no numbers",) * 4
    return tuple(short(value) for value in (one.mean, one.std, one.low, one.high))
