import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from isometry import errors, rng
from isometry.rng import orthonormal

SIZES = [(1, 1), (2, 1), (300, 1), (5, 3), (33, 33), (100, 64), (257, 65)]


def key(seed: int) -> rng.Key:
    return rng.derive_key(seed, "w")


@pytest.mark.parametrize(("rows", "columns"), [*SIZES, (3, 0), (0, 0), (70_001, 1)])
def test_columns_are_orthonormal(rows: int, columns: int) -> None:
    q = rng.stiefel(key(0), rows, columns)
    assert q.shape == (rows, columns)
    assert q.flags.c_contiguous
    assert np.abs(q.T @ q - np.eye(columns)).max(initial=0.0) < 1e-12


@pytest.mark.parametrize("threads", [1, 2, 7])
@pytest.mark.parametrize(("rows", "columns"), SIZES)
def test_engines_and_threads_agree(rows: int, columns: int, threads: int) -> None:
    reference = rng.stiefel(key(1), rows, columns, engine="numpy", threads=1)
    compiled = rng.stiefel(key(1), rows, columns, engine="compiled", threads=threads)
    assert compiled.tobytes() == reference.tobytes()
    again = rng.stiefel(key(1), rows, columns, engine="numpy", threads=threads)
    assert again.tobytes() == reference.tobytes()


@settings(max_examples=25)
@given(rows=st.integers(1, 80), columns=st.integers(1, 80))
def test_engines_agree_on_every_size(rows: int, columns: int) -> None:
    rows = max(rows, columns)
    reference = rng.stiefel(key(2), rows, columns, engine="numpy")
    assert rng.stiefel(key(2), rows, columns, engine="compiled").tobytes() == reference.tobytes()


def test_it_is_the_q_of_a_gaussian_matrix_with_a_positive_diagonal() -> None:
    """Column 0 of Q is column 0 of the Gaussian matrix, scaled: the sign is not flipped."""
    first = rng.gaussian(key(3), 0, 6)
    q = rng.stiefel(key(3), 6, 6)
    assert np.allclose(q[:, 0], first / np.linalg.norm(first), atol=1e-14)


def sample(count: int, size: int) -> NDArray[np.float64]:
    return np.stack([rng.stiefel(key(seed), size, size, engine="numpy") for seed in range(count)])


def gaps(matrices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Angle from 0 to the nearest eigenvalue: Haar's repel each other but not any place."""
    angles = np.abs(np.angle(np.linalg.eigvals(matrices)))
    return np.sort(angles, axis=1)[:, 0]


def test_one_by_one_is_either_sign_equally_often() -> None:
    """Within 4.5 standard deviations: one false alarm in 10**5 seeds."""
    signs = np.array([rng.stiefel(key(seed), 1, 1)[0, 0] for seed in range(2000)])
    assert set(signs.astype(np.float32).tolist()) == {-1.0, 1.0}
    assert abs(signs.sum()) < 4.5 * np.sqrt(2000)


def test_the_distribution_is_haars() -> None:
    """Moments of entries and trace, each within 4.5 standard errors; without signs they are not.

    Under Haar's measure on 4 by 4 matrices the trace has mean 0 and variance 1, the diagonal's
    entries are symmetric about 0 and an entry's square has mean 1/4.
    """
    q = sample(3000, 4)
    trace, error = np.trace(q, axis1=1, axis2=2), 1 / np.sqrt(3000)
    assert abs(trace.mean()) < 4.5 * error
    assert abs(trace.var() - 1.0) < 4.5 * np.sqrt(2) * error
    assert np.abs(q.mean(axis=0)).max() < 4.5 * 0.5 * error
    assert np.abs((q**2).mean(axis=0) - 0.25).max() < 4.5 * np.sqrt(1 / 8 - 1 / 16) * error
    # Control: the plain Q of LAPACK, whose R has a diagonal of one sign, is found out.
    plain = np.linalg.qr(np.random.default_rng(0).standard_normal((3000, 4, 4)))[0]
    assert abs(np.trace(plain, axis1=1, axis2=2).mean()) > 20 * error


def test_eigenvalues_are_where_haars_are() -> None:
    """Two-sample test against scipy's own Haar sampler; one false alarm in 10**4 seeds."""
    ours = gaps(sample(1500, 6))
    theirs = gaps(stats.ortho_group(6, seed=1).rvs(4000))
    assert stats.ks_2samp(ours, theirs).pvalue > 1e-4
    plain = np.linalg.qr(np.random.default_rng(2).standard_normal((4000, 6, 6)))[0]
    assert stats.ks_2samp(gaps(plain), theirs).pvalue < 1e-12


def test_a_vector_of_zeros_becomes_a_unit_vector() -> None:
    """A last entry of exactly 0 comes once in 10**8 draws; this is what it must give."""
    u = np.zeros(1)
    assert orthonormal.reflection(u) == (0.5, -1.0)
    assert u.tolist() == [2.0]


@pytest.mark.parametrize(("rows", "columns"), [(2, 3), (-1, -1), (3, -1)])
def test_more_columns_than_rows_are_refused(rows: int, columns: int) -> None:
    with pytest.raises(errors.ShapeError) as caught:
        rng.stiefel(key(0), rows, columns)
    assert str(caught.value) == (
        f"{rows} rows and {columns} columns. Needed: 0 <= columns <= rows. "
        "Do: ask for the transpose and transpose the result."
    )
