"""Every scheme that draws is told from its neighbours.

The shapes are those of a square and a tall linear layer, a convolution, and one of 256 elements,
where a law may be left open but not mistaken. At five seeds nothing may go wrong: at the stated
error of one in 200 for 256 elements that happens by chance to one scheme in 40, at the larger sizes
to none.
"""

import math
from collections.abc import Callable

import ml_dtypes
import numpy as np
import pytest
from numpy.typing import NDArray

from isometry import schemes
from isometry.measurements import Family, TensorMeasurement, measure_tensor
from isometry.parameters import Parameter
from isometry.schemes import Scheme
from tests.schemes.cases import LARGE
from tests.schemes.drawing import values
from tests.schemes.shapes import bare, bias, conv, dense, experts, grouped, packed, table

Array = NDArray[np.generic]

SHAPES = {
    "square": dense(256, 256),
    "kernel": conv(64, 32, 3, 3),
    "tall": dense(1000, 64),
    "small": dense(16, 16),
}

DRAWN: dict[str, tuple[Scheme, Family]] = {
    "centred": (schemes.Centred(schemes.HE_NORMAL), "normal"),
    "cut_normal": (schemes.CutNormal(0.02), "truncated normal"),
    "cut_normal exact": (schemes.CutNormal(0.02, exact_std=True), "truncated normal"),
    "geometric": (schemes.GEOMETRIC, "normal"),
    "glorot_normal": (schemes.GLOROT_NORMAL, "normal"),
    "glorot_uniform": (schemes.GLOROT_UNIFORM, "uniform"),
    "he_normal": (schemes.HE_NORMAL, "normal"),
    "he_uniform": (schemes.HE_UNIFORM, "uniform"),
    "idinit noisy": (schemes.IDInit(noise=0.05), "identity"),
    "inverse_width": (schemes.InverseWidth(), "normal"),
    "kumar": (schemes.Kumar("sigmoid"), "normal"),
    "lecun_truncated": (
        schemes.VarianceScaling(distribution="truncated_normal"),
        "truncated normal",
    ),
    "mirrored first": (schemes.Mirrored("first"), "mirrored"),
    "mirrored hidden": (schemes.Mirrored("hidden", "gelu"), "mirrored"),
    "mirrored readout": (schemes.Mirrored("readout"), "mirrored"),
    "normal": (schemes.Normal(std=0.02), "normal"),
    "orthogonal": (schemes.Orthogonal(), "orthogonal"),
    "orthogonal flax": (schemes.Orthogonal(convention="flax"), "orthogonal"),
    "orthogonal torch": (schemes.Orthogonal(2.0, convention="torch"), "orthogonal"),
    "permuted": (schemes.Permuted(schemes.Orthogonal()), "orthogonal"),
    "scaled": (schemes.Scaled(schemes.Orthogonal(), 0.5), "orthogonal"),
    "sign": (schemes.Sign(0.1), "sign"),
    "siren": (schemes.Siren(), "uniform"),
    "siren first": (schemes.Siren(place="first"), "uniform"),
    "sparse": (schemes.Sparse(0.9), "sparse"),
    "sparse by output": (schemes.Sparse(0.5, per="output"), "sparse"),
    "sparse_connections": (schemes.SparseConnections(), "sparse"),
    "spectral": (schemes.Spectral(), "normal"),
    "spectral_orthogonal": (schemes.SpectralOrthogonal(), "orthogonal"),
    "tanh_identity": (schemes.TanhIdentity(), "identity"),
    "truncated_normal": (schemes.TruncatedNormal(), "truncated normal"),
    "uniform": (schemes.Uniform(-0.1, 0.1), "uniform"),
}

SPECIAL: dict[str, tuple[Scheme, Parameter, Family]] = {
    "delta_orthogonal": (schemes.DeltaOrthogonal(), conv(64, 32, 3, 3), "delta orthogonal"),
    "dirac": (schemes.Dirac(), conv(64, 32, 3, 3), "dirac"),
    "dirac even": (schemes.Dirac(0.5), conv(8, 8, 4), "dirac"),
    "dirac grouped": (schemes.Dirac(), grouped(64, 64, 4, 5), "dirac"),
    "identity": (schemes.Identity(), dense(64, 32), "identity"),
    "identity of two": (schemes.Identity(), dense(2, 2), "identity"),
    "idinit": (schemes.IDInit(alternating=True), dense(100, 30), "identity"),
    "hadamard": (schemes.Hadamard(), dense(300, 100), "structured"),
    "zeros": (schemes.Zeros(), bias(5), "zeros"),
    "ones": (schemes.Ones(), bare(1), "ones"),
    "constant": (schemes.Constant(1e-5), bare(16), "constant"),
    "experts": (schemes.Orthogonal(), experts(8, 64, 128), "orthogonal"),
    "packed": (schemes.Orthogonal(), packed(64, 64, 32, 32), "orthogonal"),
    "blocks of different width": (
        schemes.VarianceScaling(fan="fan_out", distribution="truncated_normal"),
        packed(128, 256, 256, 64),
        "truncated normal",
    ),
    "padded": (schemes.Padded(schemes.Normal()), table(64, 256, padding=2), "normal"),
    "a bias of few": (schemes.Uniform(-0.1, 0.1), bias(10), "unknown"),
    "a bias of one": (schemes.Uniform(-0.1, 0.1), bias(1), "unknown"),
    "steps": (schemes.Values.of(np.arange(64.0)), bare(64), "structured"),
    "a wave": (schemes.Values.of(np.sin(np.arange(300) / 3)), bare(300), "structured"),
    "positions": (
        schemes.Values.of(np.sin(np.arange(32)[:, None] * 1e4 ** -np.linspace(0, 1, 32)[::-1])),
        bare(32, 32),
        "structured",
    ),
    "few steps": (schemes.Values.of(1e4 ** -np.linspace(0, 1, 16)), bare(16), "structured"),
    "whole numbers": (schemes.Values.of(np.arange(9) % 5), bare(9), "structured"),
    "one weight": (schemes.SparseConnections(1), dense(1, 2**20), "sparse"),
    "nothing": (schemes.HE_NORMAL, dense(0, 4), "unknown"),
}


def seen(scheme: Scheme, parameter: Parameter, seed: int = 0) -> TensorMeasurement:
    return measure_tensor(parameter, values(scheme, parameter, seed))


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("shape", ["square", "kernel", "tall"])
def test_what_was_drawn_is_recognised(name: str, shape: str) -> None:
    scheme, family = DRAWN[name]
    found = [seen(scheme, SHAPES[shape], seed).apparent.family for seed in range(3)]
    assert found == [family] * 3


@pytest.mark.parametrize("name", DRAWN)
def test_at_256_elements_nothing_is_mistaken(name: str) -> None:
    scheme, family = DRAWN[name]
    found = [seen(scheme, SHAPES["small"], seed).apparent for seed in range(5)]
    assert all(family in (one.family, *one.rivals) for one in found)


@pytest.mark.parametrize("name", ["he_normal", "he_uniform", "lecun_truncated"])
def test_below_256_elements_no_law_is_named(name: str) -> None:
    found = [seen(DRAWN[name][0], dense(8, 8), seed).apparent.family for seed in range(20)]
    assert found == ["unknown"] * 20


@pytest.mark.parametrize("name", SPECIAL)
def test_special_cases_are_recognised(name: str) -> None:
    scheme, parameter, family = SPECIAL[name]
    assert seen(scheme, parameter).apparent.family == family


@pytest.mark.parametrize(
    "dtype", [np.float64, np.float16, ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn]
)
@pytest.mark.parametrize(
    "name", ["he_normal", "he_uniform", "lecun_truncated", "orthogonal", "sign"]
)
def test_rounding_hides_nothing(name: str, dtype: type) -> None:
    scheme, family = DRAWN[name]
    rounded: Array = values(scheme, SHAPES["square"]).astype(dtype)
    assert measure_tensor(SHAPES["square"], rounded).apparent.family == family


LAWS = {
    "he_normal": {"he_normal", "kumar"},
    "lecun_normal": {"lecun_normal"},
    "glorot_normal": {"glorot_normal"},
    "geometric": {"geometric"},
    "he_uniform": {"he_uniform"},
    "lecun_uniform": {"caffe", "lecun_uniform"},
    "glorot_uniform": {"glorot_uniform", "keras default"},
    "gpt": {"gpt", "small_init"},
    "orthogonal": {"orthogonal", "delta_orthogonal", "spectral_orthogonal"},
}
"""Which schemes have the same law on (1000, 64); of 0.02 and sqrt(2 / 5000) the ratio is 1."""


@pytest.mark.parametrize("name", LAWS)
def test_schemes_are_told_apart_where_fans_differ(name: str) -> None:
    found = seen(schemes.scheme(name), SHAPES["tall"]).apparent
    assert {*found.fits} == LAWS[name]


def test_experts_of_different_laws_have_none() -> None:
    """Nor has one that is constant a law."""
    held = np.random.default_rng(0).normal(size=(3, 64, 64))
    held[1] = np.random.default_rng(1).uniform(-0.1, 0.1, (64, 64))
    assert measure_tensor(experts(3, 64, 64), held).apparent.family == "unknown"
    held[1] = 0.5
    assert measure_tensor(experts(3, 64, 64), held).apparent.family == "unknown"


def test_where_fans_agree_schemes_do_too() -> None:
    found = seen(schemes.LECUN_NORMAL, SHAPES["square"]).apparent.fits
    assert {"lecun_normal", "glorot_normal", "geometric"} <= {*found}
    assert "he_normal" not in found


def test_the_nearest_fit_comes_first() -> None:
    exact, off = schemes.HE_UNIFORM, schemes.VarianceScaling(gain=1.3, distribution="uniform")
    assert seen(exact, SHAPES["tall"]).apparent.fits[0] == "he_uniform"
    # 1.3 is 8 percent from He's sqrt(2) and 30 percent from LeCun's 1.
    assert seen(off, SHAPES["tall"]).apparent.fits == ("he_uniform",)


@pytest.mark.parametrize("factor", [0.85, 1.2])
def test_a_std_out_of_the_band_fits_nothing(factor: float) -> None:
    scheme = schemes.Scaled(schemes.LECUN_NORMAL, factor)
    assert "lecun_normal" not in seen(scheme, SHAPES["tall"]).apparent.fits


def test_a_small_tensor_leaves_more_open() -> None:
    found = seen(schemes.Normal(std=0.02), dense(4, 4), 1).apparent
    assert found.family == "unknown"
    assert "gpt" in found.fits


GAINS: dict[str, tuple[Scheme, Parameter, float]] = {
    "he": (schemes.HE_NORMAL, dense(256, 256), math.sqrt(2)),
    "kernel": (schemes.HE_NORMAL, conv(64, 32, 3, 3), math.sqrt(2)),
    "grouped": (schemes.HE_UNIFORM, grouped(64, 64, 4, 5), math.sqrt(2)),
    "packed": (schemes.LECUN_NORMAL, packed(128, 128, 64, 64), 1.0),
    "experts": (schemes.LECUN_UNIFORM, experts(8, 64, 128), 1.0),
    "table": (schemes.Normal(std=0.02), table(1000, 64), 0.02),
    "orthogonal": (schemes.Orthogonal(0.7), dense(512, 128), 0.7),
    "identity": (schemes.Identity(0.9), dense(64, 64), 0.9),
}


@pytest.mark.parametrize("name", GAINS)
def test_the_gain_is_the_factor_on_a_signal(name: str) -> None:
    scheme, parameter, gain = GAINS[name]
    found = seen(scheme, parameter).apparent.gain
    # Five errors of the std of the smallest tensor drawn here, of 1280 elements.
    assert found is not None
    assert math.isclose(found, gain, rel_tol=5 / math.sqrt(2 * 1280))


def test_what_has_no_inputs_has_no_gain() -> None:
    assert seen(schemes.Normal(), bias(300)).apparent.gain is None


def raw(*words: int) -> Array:
    """Memory that held something else, read as float32."""
    return np.array(words, np.uint32).view(np.float32)


GARBAGE: dict[str, Callable[[], Array]] = {
    "random bits": lambda: (
        np.random.default_rng(0).integers(0, 2**32, 600, np.uint32).view(np.float32)
    ),
    "random bfloat16": lambda: (
        np.random.default_rng(0).integers(0, 2**16, 600, np.uint16).view(ml_dtypes.bfloat16)
    ),
    "counts": lambda: raw(*range(600)),
    "a pointer among zeros": lambda: raw(*[0] * 300, 0x7F3A, 0x5C8E1040, *[0] * 298),
    "text": lambda: np.frombuffer(
        b"".join(b"%04d ab\xc3\x02\x01" % i for i in range(300)), np.float32
    )[:600],
    "old weights and more": lambda: np.concatenate(
        [np.random.default_rng(0).normal(size=599), [1e-30]]
    ).astype(np.float32),
    "not a number": lambda: np.concatenate([np.ones(599, np.float32), raw(0x7FC00000)]),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_memory_that_nobody_wrote_is_told(name: str) -> None:
    held = GARBAGE[name]()
    found = measure_tensor(dense(20, 30), held.reshape(20, 30)).apparent
    assert (found.family, found.fits, found.default) == ("uninitialized", (), False)


MEANT: dict[str, Array] = {
    "a mask": np.where(np.tri(20, 30) > 0, 0.0, -np.inf).astype(np.float32),
    "the least number as a mask": np.where(np.tri(20, 30) > 0, 0.0, np.finfo(np.float32).min),
    "small halves": np.random.default_rng(0).normal(0, 1e-4, (20, 30)).astype(np.float16),
    "small weights": np.random.default_rng(0).normal(0, 1e-12, (20, 30)).astype(np.float32),
    "positions": np.sin(np.arange(20)[:, None] * 1e4 ** (-np.arange(30) / 30)).astype(np.float32),
}


@pytest.mark.parametrize("name", MEANT)
def test_what_was_meant_is_no_garbage(name: str) -> None:
    assert measure_tensor(dense(20, 30), MEANT[name]).apparent.family != "uninitialized"


NEIGHBOURS: dict[str, Array] = {
    "nearly orthogonal": np.linalg.qr(np.random.default_rng(0).normal(size=(64, 64)))[0]
    + np.random.default_rng(1).normal(0, 0.05, (64, 64)),
    "orthogonal rows of different lengths": np.linalg.qr(
        np.random.default_rng(0).normal(size=(64, 64))
    )[0]
    * np.linspace(0.5, 1.5, 64)[:, None],
    "a strong diagonal that varies": np.diag(np.linspace(0.1, 2.0, 64)),
    "a diagonal under noise": np.eye(64) + np.random.default_rng(0).normal(0, 0.2, (64, 64)),
    "a laplace": np.random.default_rng(0).laplace(size=(64, 64)),
    "rows of different widths": np.random.default_rng(0).normal(size=(64, 64))
    * np.linspace(0.1, 2.0, 64)[:, None],
}


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_near_misses_are_not_taken_for_it(name: str) -> None:
    found = measure_tensor(dense(64, 64), NEIGHBOURS[name]).apparent.family
    assert found not in {"orthogonal", "identity", "mirrored", "uniform", "truncated normal"}


@pytest.mark.parametrize("name", LARGE)
def test_no_scheme_of_the_catalogue_looks_like_garbage(name: str) -> None:
    assert seen(*LARGE[name]).apparent.family != "uninitialized"
