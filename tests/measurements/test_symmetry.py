"""Copies are made by hand, so that every group is known."""

from dataclasses import replace
from math import prod

import ml_dtypes
import numpy as np
import pytest
from numpy.typing import NDArray

from isometry import schemes
from isometry.measurements import Symmetry, equal_tensors, measure_tensor, symmetry
from isometry.measurements.symmetry import tells_apart
from isometry.parameters import Parameter
from isometry.schemes import Scheme
from tests.schemes.cases import LARGE
from tests.schemes.drawing import values
from tests.schemes.shapes import (
    bare,
    bias,
    conv,
    conv_transpose,
    dense,
    experts,
    grouped,
    packed,
    recurrent,
    table,
    transposed,
)

Array = NDArray[np.generic]

KINDS = {
    "dense": dense(64, 48),
    "stored the other way": transposed(48, 64),
    "kernel": conv(64, 16, 3, 3),
    "up": conv_transpose(16, 64, 3, 2),
    "many rows": dense(20_000, 12),
    "table": table(64, 48),
    "packed": packed(48, 64, 64, 64),
    "gates": recurrent(64),
    "experts": experts(4, 48, 64),
}


def drawn(parameter: Parameter, seed: int = 0) -> NDArray[np.float32]:
    return values(schemes.Normal(), parameter, seed).astype(np.float32)


def output(parameter: Parameter, place: int) -> tuple[slice | int, ...]:
    """Where the weights of one output unit lie; of a table, those of one entry."""
    axes = parameter.axes
    assert axes is not None
    axis = axes.inputs[0] if axes.lookup else axes.outputs[0]
    found: list[slice | int] = [slice(None)] * len(parameter.shape)
    found[axis] = place
    found[: len(axes.stacked)] = [0] * len(axes.stacked)
    return tuple(found)


@pytest.mark.parametrize("name", KINDS)
def test_units_that_differ_are_left_alone(name: str) -> None:
    assert symmetry(KINDS[name], drawn(KINDS[name])) == Symmetry()


@pytest.mark.parametrize("name", KINDS)
def test_a_copied_unit_is_found(name: str) -> None:
    parameter, held = KINDS[name], drawn(KINDS[name])
    held[output(parameter, 40)] = held[output(parameter, 3)]
    held[output(parameter, 60)] = held[output(parameter, 3)]
    held[output(parameter, 41)] = held[output(parameter, 5)]
    assert symmetry(parameter, held) == Symmetry(duplicates=((3, 40, 60), (5, 41)), copies=3)


@pytest.mark.parametrize("name", KINDS)
def test_a_unit_that_differs_in_its_last_bit_is_no_copy(name: str) -> None:
    parameter, held = KINDS[name], drawn(KINDS[name])
    unit = held[output(parameter, 3)].copy()
    unit.reshape(-1)[-2] = np.nextafter(unit.reshape(-1)[-2], np.float32(9))
    held[output(parameter, 40)] = unit
    assert symmetry(parameter, held) == Symmetry()


@pytest.mark.parametrize("name", KINDS)
def test_units_of_zeros_are_told_from_copies(name: str) -> None:
    parameter, held = KINDS[name], drawn(KINDS[name])
    held[output(parameter, 3)] = 0.0
    held[output(parameter, 40)] = 0.0
    assert symmetry(parameter, held) == Symmetry(zero_units=2)


def test_units_without_a_known_meaning_lie_along_the_first_axis() -> None:
    held = drawn(dense(64, 48))
    held[40] = held[3]
    assert symmetry(bare(64, 48), held).duplicates == ((3, 40),)


def test_constant_units_are_copies_too() -> None:
    held = drawn(KINDS["dense"])
    held[[3, 40]] = 0.5
    held[50] = 0.25
    found = symmetry(KINDS["dense"], held)
    assert found == Symmetry(constant_units=3, duplicates=((3, 40),), copies=1)


def test_biases_tell_equal_units_apart() -> None:
    held = drawn(KINDS["dense"])
    held[[40, 60]] = held[3]
    biases = np.zeros(64, np.float32)
    biases[60] = 0.1
    assert symmetry(KINDS["dense"], held, bias=biases).duplicates == ((3, 40),)
    assert symmetry(KINDS["dense"], held).duplicates == ((3, 40, 60),)


def test_groups_blocks_and_experts_are_not_compared() -> None:
    filters, gates, mixture = (
        drawn(grouped(64, 64, 2, 5)),
        drawn(recurrent(48)),
        drawn(experts(4, 48, 64)),
    )
    filters[40] = filters[3]
    gates[60] = gates[3]
    mixture[1, :, 5] = mixture[0, :, 3]
    assert symmetry(grouped(64, 64, 2, 5), filters) == Symmetry()
    assert symmetry(recurrent(48), gates) == Symmetry()
    assert symmetry(experts(4, 48, 64), mixture) == Symmetry()


def test_copies_in_two_groups_are_two_sets_of_copies() -> None:
    filters = drawn(grouped(64, 64, 2, 5))
    filters[[4, 40, 41]] = filters[3]
    assert symmetry(grouped(64, 64, 2, 5), filters).duplicates == ((3, 4), (40, 41))


def test_a_layer_of_copies_lists_some_and_counts_all() -> None:
    held = np.broadcast_to(drawn(dense(1, 48)), (500, 48))
    found = symmetry(dense(500, 48), held)
    assert (found.copies, len(found.duplicates), found.blocks) == (499, 1, 0)
    assert found.duplicates[0] == (*range(16),)


@pytest.mark.parametrize("count", [2, 3, 4, 8, 16])
@pytest.mark.parametrize("name", ["dense", "stored the other way", "kernel", "table"])
def test_equal_shards_along_the_outputs_are_found(name: str, count: int) -> None:
    parameter, shard = KINDS[name], drawn(KINDS[name])
    axes = parameter.axes
    assert axes is not None
    axis = axes.inputs[0] if axes.lookup else axes.outputs[0]
    whole = np.concatenate([shard] * count, axis=axis)
    found = measure_tensor(replace(parameter, shape=whole.shape), whole)
    assert (found.blocks, found.symmetry.input_blocks) == (count, 0)
    assert found.symmetry.copies == (count - 1) * shard.shape[axis]


@pytest.mark.parametrize("count", [2, 4])
def test_equal_shards_along_the_inputs_are_found(count: int) -> None:
    whole = np.concatenate([drawn(KINDS["dense"])] * count, axis=1)
    found = measure_tensor(dense(*whole.shape), whole)
    assert (found.blocks, found.symmetry.input_blocks, found.symmetry.copies) == (0, count, 0)


def test_equal_experts_are_equal_shards() -> None:
    whole = np.concatenate([drawn(experts(1, 48, 64))] * 8)
    found = measure_tensor(experts(8, 48, 64), whole)
    assert (found.blocks, found.symmetry.copies) == (8, 0)


def test_shards_that_differ_in_one_weight_are_not_equal() -> None:
    whole = np.concatenate([drawn(KINDS["dense"])] * 2)
    whole[70, 11] += 1e-6
    found = symmetry(dense(128, 48), whole)
    assert (found.blocks, found.copies) == (0, 63)


@pytest.mark.parametrize("name", LARGE)
def test_schemes_draw_no_equal_shards(name: str) -> None:
    scheme, parameter = LARGE[name]
    found = measure_tensor(parameter, values(scheme, parameter))
    assert (found.blocks, found.symmetry.input_blocks) == (0, 0)


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn])
def test_what_is_too_short_to_differ_says_nothing(dtype: type) -> None:
    held: Array = drawn(dense(4096, 1)).astype(dtype)
    assert np.unique(held).size < 4096
    assert symmetry(dense(4096, 1), held).copies == 0


def test_the_information_in_a_row_is_counted() -> None:
    assert tells_apart(2, np.dtype(np.float32), 1000)
    assert not tells_apart(1, np.dtype(np.float32), 1000)
    assert not tells_apart(20, np.dtype(bool), 1000)


@pytest.mark.parametrize("parameter", [bias(8), bare(), dense(0, 4), dense(4, 0)])
def test_without_units_nothing_is_alike(parameter: Parameter) -> None:
    assert symmetry(parameter, np.ones(parameter.shape)) == Symmetry()


EQUAL: dict[str, tuple[Scheme, Parameter]] = {
    "weights": (schemes.HE_NORMAL, dense(64, 48)),
    "biases": (schemes.Uniform(-0.1, 0.1), bias(64)),
    "orthogonal": (schemes.Orthogonal(), dense(32, 32)),
    "signs": (schemes.Sign(), dense(32, 32)),
}

BY_INTENT: dict[str, tuple[Scheme, Parameter]] = {
    "zeros": (schemes.Zeros(), bias(64)),
    "ones of a norm": (schemes.Ones(), bare(64)),
    "layer scale": (schemes.Constant(1e-5), bare(64)),
    "identity": (schemes.Identity(), dense(32, 32)),
    "kernel": (schemes.Dirac(), conv(32, 32, 3, 3)),
    "hadamard": (schemes.Hadamard(), dense(64, 32)),
    "frequencies": (schemes.Values.of(1e4 ** -np.linspace(0, 1, 16)), bare(16)),
    "positions": (schemes.Values.of(np.arange(64)), bare(64)),
    "scalar": (schemes.Constant(0.3), bare(1)),
}


def pair(scheme: Scheme, parameter: Parameter, second: int) -> tuple[tuple[str, ...], ...]:
    """What is equal of three tensors, the last of which is drawn with another seed."""
    seeds = {"a": 0, "b": 0, "c": second}
    return equal_tensors(
        measure_tensor(replace(parameter, path=path), values(scheme, parameter, seed))
        for path, seed in seeds.items()
    )


@pytest.mark.parametrize("name", EQUAL)
def test_tensors_drawn_from_one_seed_are_found(name: str) -> None:
    assert pair(*EQUAL[name], second=1) == (("a", "b"),)
    assert pair(*EQUAL[name], second=0) == (("a", "b", "c"),)


@pytest.mark.parametrize("name", BY_INTENT)
def test_what_is_equal_by_intent_does_not_count(name: str) -> None:
    assert pair(*BY_INTENT[name], second=0) == ()


def test_shapes_in_this_file_are_large_enough() -> None:
    assert all(prod(parameter.shape) > 1000 for parameter in KINDS.values())
