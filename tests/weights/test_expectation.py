import numpy as np

from isometry import weights
from isometry.parameters import Parameter
from isometry.plans import Assignment, Plan, dtype_of
from tests.weights.models import CASES, assignment

PLAN = Plan(
    "all",
    tuple(
        assignment(one.scheme, one.parameter.shape, path=name, axes=one.parameter.axes)
        for name, one in CASES.items()
    ),
)


def filled(dtype: str) -> weights.Fingerprint:
    tensors = [np.empty(one.parameter.shape, dtype) for one in PLAN]
    for one, out in zip(PLAN, tensors, strict=True):
        weights.write(out, one, 5)
    return weights.fingerprint(zip(PLAN.paths, tensors, strict=True))


def test_it_is_the_fingerprint_of_what_is_written() -> None:
    assert weights.expected_fingerprint(PLAN, 5) == filled("float32")


def test_another_dtype() -> None:
    assert weights.expected_fingerprint(PLAN, 5, dtype="float16") == filled("float16")


def test_another_seed_is_told_apart() -> None:
    assert weights.expected_fingerprint(PLAN, 6).total != filled("float32").total


def test_kept_tensors_are_left_out() -> None:
    kept = Assignment(Parameter("kept", (3,)), None, "", "")
    plan = Plan("all", (*PLAN.assignments, kept))
    assert dtype_of(kept.parameter) == np.float32
    assert weights.expected_fingerprint(plan, 5) == weights.expected_fingerprint(PLAN, 5)
