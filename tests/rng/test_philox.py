import pytest
from hypothesis import given
from hypothesis import strategies as st

from isometry import errors, rng
from tests.rng import oracles

ONES = 0xFFFFFFFF
# Random123, tests/kat_vectors, philox4x32 with 10 rounds: counter, key, output.
Four = tuple[int, int, int, int]
VECTORS: list[tuple[Four, tuple[int, int], Four]] = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES, ONES, ONES, ONES), (ONES, ONES), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "output"), VECTORS)
def test_random123_vectors(
    counter: tuple[int, int, int, int], key: tuple[int, int], output: tuple[int, ...]
) -> None:
    start = 4 * (counter[0] + (counter[1] << 32))
    assert tuple(rng.words(rng.Key((*key, counter[2], counter[3])), start, 4)) == output


@given(
    st.tuples(*[st.integers(0, ONES)] * 4),
    st.integers(0, 2**66 - 40),
    st.integers(0, 40),
)
def test_any_stretch_of_the_stream(
    words: tuple[int, int, int, int], start: int, count: int
) -> None:
    expected = []
    for index in range(start, start + count):
        block = index // 4
        counter = (block % 2**32, block // 2**32, *words[2:])
        expected.append(oracles.philox_block(counter, words[:2])[index % 4])
    assert rng.words(rng.Key(words), start, count).tolist() == expected


def test_the_stream_has_an_end() -> None:
    assert len(rng.words(rng.Key((0, 0, 0, 0)), 2**66 - 3, 3)) == 3


@pytest.mark.parametrize(("start", "count"), [(-1, 4), (0, -1), (2**66 - 3, 4)])
def test_words_outside_the_stream_are_refused(start: int, count: int) -> None:
    with pytest.raises(errors.InputError) as caught:
        rng.words(rng.Key((0, 0, 0, 0)), start, count)
    assert str(caught.value) == (
        f"words {start} to {start} + {count} were asked for. "
        "Needed: 0 <= start, 0 <= count and start + count <= 2**66. "
        "Do: pass the element's index in the whole tensor as start."
    )
