"""Regions against the sets of elements that they stand for."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from isometry.frameworks.torch.native import geometry
from isometry.frameworks.torch.native.tape import Region, region_of

SHAPE = (4, 3, 5)


@st.composite
def regions(draw: st.DrawFn) -> Region:
    """A view of a tensor: axes exchanged, then cut, then perhaps flattened."""
    view = torch.empty(SHAPE, device="meta").permute(draw(st.permutations(range(3))))
    for axis in range(3):
        start = draw(st.integers(0, view.shape[axis] - 1))
        length = draw(st.integers(1, view.shape[axis] - start))
        view = view.narrow(axis, start, length)
    is_flat = view.is_contiguous() and draw(st.booleans())
    return region_of(view.flatten() if is_flat else view)


def _elements(region: Region) -> list[int]:
    places = torch.arange(4 * 3 * 5).as_strided(region.size, region.stride, region.offset)
    found: list[int] = places.flatten().tolist()
    return found


@given(regions(), regions())
def test_same_elements_never_claims_too_much(first: Region, second: Region) -> None:
    is_equal = sorted(_elements(first)) == sorted(_elements(second))
    assert is_equal or not geometry.same_elements(first, second)


@given(regions())
def test_a_region_has_its_own_elements(region: Region) -> None:
    assert geometry.same_elements(region, region)
    assert geometry.covers(region, region)


@given(regions(), regions())
def test_covering_never_claims_too_much(outer: Region, inner: Region) -> None:
    is_covered = set(_elements(inner)) <= set(_elements(outer))
    assert is_covered or not geometry.covers(outer, inner)


@given(regions(), regions())
def test_regions_that_share_an_element_touch(first: Region, second: Region) -> None:
    is_apart = set(_elements(first)).isdisjoint(_elements(second))
    assert is_apart or geometry.touching(first, second)


@given(regions(), regions())
def test_a_box_holds_the_elements_of_the_inner_region(inner: Region, outer: Region) -> None:
    box = geometry.box_within(inner, outer)
    claimed = _elements(inner) if box is None else _elements(geometry.part(outer, box))
    assert sorted(claimed) == sorted(_elements(inner))


@given(st.permutations(range(3)), st.integers(0, 3))
def test_a_slice_of_a_permuted_tensor_is_a_box_of_it(order: list[int], start: int) -> None:
    whole = torch.empty(SHAPE, device="meta")
    cut = whole[start:].permute(order)
    box = geometry.box_within(region_of(cut), region_of(whole))
    assert box == ((start, 4), (0, 3), (0, 5))


def test_tiling_wants_every_element_once() -> None:
    halves = [((0, 2), (0, 3)), ((2, 4), (0, 3))]
    assert geometry.tiled((4, 3), halves)
    assert not geometry.tiled((4, 3), halves[:1])
    assert not geometry.tiled((4, 3), [*halves, ((0, 1), (0, 1))])
