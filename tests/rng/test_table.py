import hashlib
from importlib import resources

import mpmath
import numpy as np
import pytest
from scipy import special

from isometry import errors, rng
from isometry.rng import integers, table

OCTAVES = range(32)


def test_the_packaged_file_is_the_one_that_defines_version_1() -> None:
    data = (resources.files("isometry.rng") / "normal_v1.bin").read_bytes()
    assert hashlib.sha256(data).hexdigest() == (
        "2bee039e52ee2951e44abd97099168b44ae4444e5f0f21a2239150c3ac71f809"
    )


def test_another_file_is_refused() -> None:
    with pytest.raises(errors.FileError) as caught:
        table.parse(b"\0" * 8)
    assert str(caught.value) == (
        "normal_v1.bin: the table of the normal law has SHA-256 "
        "af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc. "
        "Needed: 2bee039e52ee2951e44abd97099168b44ae4444e5f0f21a2239150c3ac71f809. "
        "Do: reinstall isometry."
    )


def test_nodes_fall_to_zero_and_cannot_be_written() -> None:
    nodes = rng.normal_nodes()
    assert nodes.shape == (32 * 256 + 1,)
    assert (np.diff(nodes.astype(np.int64)) < 0).all()
    assert nodes[-1] == 0
    assert not nodes.flags.writeable
    assert not rng.normal_drops().flags.writeable
    assert (rng.normal_drops() == nodes[:-1] - nodes[1:]).all()


@pytest.mark.parametrize("octave", OCTAVES)
def test_the_law_is_the_quantile_function_in_every_octave(octave: int) -> None:
    generator = np.random.default_rng(octave)
    drawn = generator.integers(2**octave, 2 ** (octave + 1), 20_000)
    tails = np.unique(np.concatenate([[2**octave, 2 ** (octave + 1) - 1], drawn])) | 1
    lower_words = tails // 2
    z = np.array([integers.unit_normal(int(word)) for word in lower_words[:400]]) / 2**27
    assert np.abs(z - special.ndtri(tails[:400] / 2**33)).max() < 6e-7
    assert [integers.unit_normal(2**32 - 1 - int(word)) for word in lower_words[:9]] == [
        -integers.unit_normal(int(word)) for word in lower_words[:9]
    ]


@pytest.mark.parametrize("word", [0, 1, 12345, 2**20 + 1, 2**30, 2**31 - 1])
def test_the_law_against_mpmath(word: int) -> None:
    with mpmath.workdps(40):
        exact = -mpmath.sqrt(2) * mpmath.erfinv(1 - mpmath.mpf(2 * word + 1) / 2**32)
    assert abs(integers.unit_normal(word) / 2**27 - float(exact)) < 6e-7


def test_the_largest_value_is_beyond_six() -> None:
    assert integers.unit_normal(2**32 - 1) / 2**27 == pytest.approx(6.3379, abs=1e-4)
