"""Linear maps by parameters, backwards: to their input, their weight and their bias.

With ``M`` products in all, an element of the input takes part in ``M / size`` of them, an entry of
the weight in ``K = M / entries``. Independent weights make ``E δ_in² = (M / size) E w² E δ²`` (He
et al. 2015, eq. 14, with padding and stride counted); the weight collects ``δ x`` from ``K``
places, of which two are as alike as gradients and inputs both are.
"""

import math
from collections.abc import Iterator
from dataclasses import replace

from isometry.graphs.maps import Map
from isometry.plans.forecast import backward_recurrent, backward_widths, layouts, mapping, profiles
from isometry.plans.forecast.backward_state import GradientSignal, Share, Shares
from isometry.plans.forecast.signal import TINY, Signal
from isometry.plans.forecast.steps import Step

KURTOSIS = 3.0
"""Of a gradient that many independent weights add up to."""


def mapped(step: Step, gradient: GradientSignal) -> Shares:
    """The shares of a map's input or table, weight and bias."""
    made = step.parts.maps[step.node.index]
    match made.kind:
        case "embedding":
            return _looked_up(step, gradient)
        case "recurrent":
            return backward_recurrent.recurred(step, gradient)
        case _:
            return _mapped(step, made, gradient)


def _mapped(step: Step, made: Map, gradient: GradientSignal) -> Iterator[Share]:
    weight, bias = _weight(step), _bias(step)
    if weight is None or made.signal is None or made.signal not in step.signals:
        return
    products = math.prod(step.node.shape) * mapping.fan(step, made)
    sides = [made.signal]
    if made.kind == "bilinear":
        sides.append(step.index("input2") or made.signal)
    square, *rest = _product([step.signals[i] for i in sides])
    whole = (
        square * profiles.met(step.profiles.get(made.signal, ()), gradient.profile),
        rest[0],
        rest[1],
    )
    for index in sides:
        others = _product([step.signals[i] for i in sides if i != index])
        sent = products * _reached(step, made, gradient)
        yield index, _back(step, gradient, others, (index, weight), products=sent)
    places = products / _size(step, weight)
    entries = collected(step, gradient, whole, places=places)
    yield weight, replace(entries, square=entries.square + _led(step, gradient, square, places))
    if bias is not None:
        over = layouts.letters(step.signals[step.node.index].layout, range(len(step.node.shape)))
        yield bias, gradient.summed({**over, "C": 1})


def _weight(step: Step) -> int | None:
    """The step whose value is the weight, a parameter or computed from some."""
    named, aside = step.index("weight"), step.index("bias")
    learned = (i for i in step.node.inputs if step.parts.links.learned[i] and i != aside)
    found = named if named is not None else next(learned, None)
    return found if found in step.signals else None


def _bias(step: Step) -> int | None:
    index = step.index("bias")
    return index if index is not None and step.parts.links.learned[index] else None


def _size(step: Step, index: int) -> int:
    return max(math.prod(step.shape(index)), 1)


def _product(sides: list[Signal]) -> tuple[float, float, float]:
    """Square, positions and samples of a product of independent signals; 1 of none."""
    return (
        math.prod(side.square for side in sides),
        math.prod(side.positions for side in sides),
        math.prod(side.samples for side in sides),
    )


def _back(
    step: Step,
    gradient: GradientSignal,
    others: tuple[float, float, float],
    ends: tuple[int, int],
    *,
    products: float,
) -> GradientSignal:
    to, weight = ends
    fan = products / _size(step, to)
    square, positions, samples = others
    positions *= _kept(step, to)
    made = gradient.times(fan * step.signals[weight].square).met(square, positions, samples)
    layout = step.signals[step.node.index].layout
    depth = gradient.depth + backward_widths.drawn(gradient, layout)
    return replace(made, depth=depth, seen=0.0, kurtosis=KURTOSIS, rank=max(fan, 1.0), part=1.0)


def _reached(step: Step, made: Map, gradient: GradientSignal) -> float:
    """How many taps fall on values where the gradient is, over how many do on average."""
    if made.kind != "conv" or not gradient.profile:
        return 1.0
    taps = mapping.taps(step, made)
    return profiles.met(gradient.profile, tuple(taps / taps.mean()))


def _kept(step: Step, to: int) -> float:
    """How much of what two positions of an output share two of the input do, a convolution's.

    Two inputs share the taps that reach an output from both: of a tap that meets ``h`` outputs,
    ``h (h - 1)`` pairs among the ``P (P - 1)`` of all inputs, where one input alone has ``h/P``.
    """
    made = step.parts.maps[step.node.index]
    if made.kind not in ("conv", "conv_transpose"):
        return 1.0
    windows = int(step.node.op[-2])
    met, places = mapping.meetings(step, made), math.prod(step.shape(to)[-windows:])
    total, squares = (math.prod(float((one**n).sum()) for one in met) for n in (1, 2))
    return (squares - total) / (total * (places - 1)) if total and places > 1 else 1.0


def _spread(step: Step, places: float) -> tuple[int, float]:
    """Over how many samples, and positions of each, an entry is used; channels share nothing."""
    layout, made = step.signals[step.node.index].layout, step.parts.maps[step.node.index]
    samples, positions = (max(layouts.count(layout, letter), 1) for letter in ("N", "P"))
    if made.signal is not None and made.signal in step.signals:
        mixes = mapping.mixes_positions(step.signals[made.signal].layout, made)
        positions = 1 if mixes else positions
    return samples, max(min(places / samples, positions), 1.0)


def collected(
    step: Step, gradient: GradientSignal, before: tuple[float, float, float], *, places: float
) -> GradientSignal:
    """``E (Σ δ x)²`` over the places where one entry of a weight is used."""
    return gathered(gradient, before, places=places, spread=_spread(step, places))


def gathered(
    gradient: GradientSignal,
    before: tuple[float, float, float],
    *,
    places: float,
    spread: tuple[int, float],
) -> GradientSignal:
    """The same over so many samples, and positions of each."""
    samples, positions = spread
    square, apart, across = before
    alike = (positions - 1) * gradient.positions * apart
    alike += gradient.seen * gradient.square * max(square - apart, 0.0)  # of keys, by chance
    both = min(apart, across)  # what two samples share at different positions, at most
    alike += (samples - 1) * gradient.samples * across
    alike += (samples - 1) * (positions - 1) * gradient.cross * both
    made = max(places * (gradient.square * square + alike), 0.0)
    return GradientSignal(made, depth=gradient.depth)


def _led(step: Step, gradient: GradientSignal, square: float, places: float) -> float:
    """What a slope that grows with ``h = Σ w x`` adds to ``E (Σ δ x)²``, over pairs of places.

    ``δ`` leans on each ``x`` as far as ``h`` does, ``w`` at all places: an excess ``p`` of
    ``E δ h δ' h'`` over its factors, shared among ``n`` inputs, is ``p E x²/(n E h²)`` for each.
    """
    out = step.signals[step.node.index]
    samples, positions = _spread(step, places)
    inputs = mapping.fan(step, step.parts.maps[step.node.index])
    excess = (positions - 1) * gradient.pull[0] + (samples - 1) * positions * gradient.pull[1]
    return places * (max(excess, 0.0) + gradient.pull[2]) * square / max(inputs * out.square, TINY)


def _looked_up(step: Step, gradient: GradientSignal) -> Iterator[Share]:
    """Each row of a table collects the places that chose it; two places chose one row by chance."""
    table = step.index("weight")
    if table is None:
        return
    rows = max(step.shape(table)[0], 1)
    places = math.prod(step.node.shape[:-1])
    chance = 1 / rows
    alike = (1.0, step.number("again", chance), step.number("across", chance))
    if step.node.op == "embedding_bag":
        made = _unbagged(step, gradient, alike, bags=places)
    else:
        made = collected(step, gradient, alike, places=places)
    yield table, made.times(1 / rows)


def _unbagged(
    step: Step, gradient: GradientSignal, alike: tuple[float, float, float], *, bags: int
) -> GradientSignal:
    """Of bags: all rows of one get the same, of a mean a part of it."""
    held = max(math.prod(step.shape_of("input")) / bags, 1.0)
    part = gradient.times(1.0 if step.node.attribute("mode") == "sum" else held**-2)
    one = replace(part, positions=part.square, cross=part.samples)
    return gathered(one, alike, places=bags * held, spread=(bags, held))
