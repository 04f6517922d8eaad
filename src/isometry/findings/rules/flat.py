"""Weights that are all one number: zeros on the only way, and constants."""

from collections.abc import Iterator

from isometry.findings.rule import Remark, Rule
from isometry.findings.rules.mending import refilled
from isometry.measurements import Layer, Measurement, Zeros


def is_silent(measurement: Measurement) -> bool:
    """Whether zeros stand on the only way from the input to an output."""
    return any(one.place == "through" for one in measurement.zeros)


def _zeros(measurement: Measurement) -> Iterator[Remark]:
    found = [one for one in measurement.zeros if one.place == "through"]
    if not found:
        return
    paths = tuple(one.path for one in found)
    dead = not any(one.reached for one in found)
    learns = (
        "none of them gets a gradient, and the net never learns"
        if dead
        else "nothing of what stands before them learns at first"
    )
    yield Remark(
        "error" if dead else "warning",
        paths,
        f"{_counted(found)} zero, with no way around: the output is the same for every sample, and "
        f"{learns}.",
        (("tensors of zeros", float(len(found))),),
        refilled(paths),
    )


def _counted(found: list[Zeros]) -> str:
    return f"{found[0].path} is" if len(found) == 1 else f"{len(found)} weights are"


def _constant(measurement: Measurement) -> Iterator[Remark]:
    found = [one for one in measurement.layers if _is_constant(one)]
    if not found:
        return
    hidden = [one for one in found if "output" not in one.around.consumers]
    paths = tuple(dict.fromkeys(one.path for one in found))
    first = (hidden or found)[0]
    yield Remark(
        "error" if hidden else "warning",
        paths,
        f"All weights of {len(paths)} layers are one number ({first.weight.mean:.3g} in "
        f"{first.path}): the units of a layer are copies of each other, get equal gradients and "
        "stay copies, as if the layer had one unit.",
        (("layers", float(len(paths))), ("value in the first", first.weight.mean)),
        refilled(paths),
    )


def _is_constant(one: Layer) -> bool:
    return one.weight.std == 0 and one.weight.mean != 0 and min(one.fan_in, one.fan_out) > 1


CONSTANT = Rule(
    "ISO401",
    "constant-weights",
    "Weights that are all one number other than zero.",
    "Units with equal weights in and out make the same and get the same gradient: nothing ever "
    "tells them apart. Random weights break this symmetry; a constant does not. Scales of norms, "
    "maps of one input and frozen tensors are not looked at.",
    _constant,
    ("goodfellow2016",),
    cause=True,
)
ZEROS = Rule(
    "ISO403",
    "zeros-on-the-only-way",
    "Weights of zeros that the whole signal must pass.",
    "Zeros at the end of a residual branch, in a gate, in an adapter or in the last layer are "
    "meant: the signal goes around them, or they get a gradient and move in the first step. Zeros "
    "with no way around make the output a constant. Which it is, is read off the graph: what "
    "depends on nothing but such zeros is followed until another signal joins it or an output is "
    "reached.",
    _zeros,
    ("zhang2019",),
    cause=True,
)
