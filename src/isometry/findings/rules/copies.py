"""Copies: units of one layer, shards of one tensor, and whole tensors."""

from collections.abc import Iterator

from isometry import measurements
from isometry.findings import thresholds
from isometry.findings.rule import Remark, Rule
from isometry.findings.rules.mending import listed, refilled
from isometry.measurements import Measurement, TensorMeasurement

SHARDS = "Draw each shard as its part of the whole tensor, not from the same seed on every rank."


def weights(measurement: Measurement) -> list[TensorMeasurement]:
    """What is trained and maps inputs to outputs, drawn and not built."""
    mapping = {one.path for one in measurement.parameters if one.axes and one.axes.inputs}
    frozen = {*measurement.frozen}
    return [
        one
        for one in measurement.tensors
        if one.path in mapping and one.path not in frozen and one.drawn
    ]


def _units(measurement: Measurement) -> Iterator[Remark]:
    heights = {one.path: _height(measurement, one.path) for one in weights(measurement)}
    for one in weights(measurement):
        share = one.symmetry.copies / heights[one.path]
        if share > 0 and not _in_shards(one) and not is_for_pixels(one.duplicates):
            group = one.duplicates[0]
            yield Remark(
                "error" if share > thresholds.COPIES else "warning",
                (one.path,),
                f"{one.symmetry.copies} of {heights[one.path]} units of {one.path} are exact "
                f"copies of others, as units {group[0]} and {group[1]}: they make the same, and "
                "part only as far as later weights tell them apart.",
                (("copies", float(one.symmetry.copies)), ("share", share)),
                refilled((one.path,)),
            )


def _height(measurement: Measurement, path: str) -> int:
    """How many units a weight has."""
    found = next(one for one in measurement.parameters if one.path == path)
    assert found.axes is not None  # weights() keeps no other
    rows = [i for i in range(len(found.shape)) if i in (*found.axes.outputs, *found.axes.stacked)]
    count = 1
    for axis in rows:
        count *= found.shape[axis]
    return max(count, 1)


def is_for_pixels(groups: tuple[tuple[int, ...], ...]) -> bool:
    """Whether copies lie side by side in groups of one square number: a start for pixel shuffle.

    Sub-pixel convolutions start as nearest-neighbour upsampling on purpose (Aitken et al. 2017).
    """
    sizes = {len(group) for group in groups}
    adjacent = all(group == (*range(group[0], group[0] + len(group)),) for group in groups)
    return adjacent and len(sizes) == 1 and sizes <= {4, 9, 16}


def _in_shards(one: TensorMeasurement) -> bool:
    return max(one.symmetry.blocks, one.symmetry.input_blocks) > 1


def _shards(measurement: Measurement) -> Iterator[Remark]:
    for one in weights(measurement):
        if _in_shards(one):
            count = max(one.symmetry.blocks, one.symmetry.input_blocks)
            side = "outputs" if one.symmetry.blocks == count else "inputs"
            yield Remark(
                "error",
                (one.path,),
                f"{one.path} is one block repeated {count} times along its {side}, as shards are "
                "that were all drawn from one seed: the layer is as wide as one shard.",
                (("equal blocks", float(count)),),
                refilled((one.path,), SHARDS),
            )


def _tensors(measurement: Measurement) -> Iterator[Remark]:
    frozen = {*measurement.frozen}
    free = [one for one in measurement.tensors if one.path not in frozen]
    groups = measurements.equal_tensors(free)
    if groups:
        later = tuple(path for group in groups for path in group[1:])
        yield Remark(
            "warning",
            tuple(path for group in groups for path in group),
            f"{len(later)} tensors are bit for bit copies of {len(groups)} others without being "
            f"tied to them ({groups[0][0]} and {listed(groups[0][1:])}): made by copying a module, "
            "or by one initializer object or seed for several.",
            (("copies", float(len(later))), ("originals", float(len(groups)))),
            refilled(later, "Draw the copies anew."),
        )


DUPLICATES = Rule(
    "ISO402",
    "duplicate-units",
    "Units of one layer that are exact copies of others.",
    "Two units with equal weights and biases make the same value, and as long as what reads them "
    "treats them alike they get the same gradient: the layer has as many features as it has "
    "different units. Rows are compared exactly; those of zeros, of tensors that are built rather "
    "than drawn, and groups that a pixel shuffle wants equal are not counted.",
    _units,
    ("goodfellow2016",),
    cause=True,
)
SHARDED = Rule(
    "ISO404",
    "identical-shards",
    "A weight that repeats one block, as shards from one seed do.",
    "Where every rank draws its shard of a weight from the same seed, the whole is one block over "
    "and over, and its rank is that of the block. Blocks are compared exactly, two to sixteen of "
    "them, along outputs and inputs.",
    _shards,
    cause=True,
)
EQUAL = Rule(
    "ISO405",
    "equal-tensors",
    "Tensors that are equal bit for bit and not tied.",
    "Layers that start as copies compute alike, though in series they soon part: it costs variety, "
    "not training. Copying a layer, as torch's TransformerEncoder does, or using one initializer "
    "object for several layers makes them. Tensors are compared by a hash of their bits; zeros, "
    "ones and frozen copies, such as a target network's, do not count.",
    _tensors,
    cause=True,
)
