"""Laws and dtypes that every engine and every golden hash goes through; a newcomer adds a row."""

import math

import ml_dtypes
import numpy as np

from isometry import rng

LAWS: dict[str, rng.Law] = {
    "constant": rng.Constant(0.1),
    "normal": rng.Normal(),
    "normal-mean": rng.Normal(mean=3.0, std=0.5),
    "normal-far-mean": rng.Normal(mean=-1.0, std=1e-5),
    "normal-small": rng.Normal(std=0.02),
    "sign": rng.Sign(0.3),
    "truncated": rng.TruncatedNormal.from_sigmas(0.02),
    "truncated-exact": rng.TruncatedNormal.from_sigmas(1.0, 3.0, 0.5, exact_std=True),
    "truncated-half": rng.TruncatedNormal(0.0, 1.0, 0.0, math.inf),
    "truncated-tail": rng.TruncatedNormal(0.0, 1.0, 2.0, 4.0),
    "uniform": rng.Uniform(-1.0, 1.0),
    "uniform-positive": rng.Uniform(0.0, 1.0),
    "uniform-skew": rng.Uniform(-0.1, 0.3),
    "uniform-small": rng.Uniform(-0.036, 0.036),
}

DTYPES = [
    np.dtype(scalar)
    for scalar in (
        np.float32,
        np.float64,
        np.float16,
        ml_dtypes.bfloat16,
        ml_dtypes.float8_e3m4,
        ml_dtypes.float8_e4m3,
        ml_dtypes.float8_e4m3b11fnuz,
        ml_dtypes.float8_e4m3fn,
        ml_dtypes.float8_e4m3fnuz,
        ml_dtypes.float8_e5m2,
        ml_dtypes.float8_e5m2fnuz,
    )
]
