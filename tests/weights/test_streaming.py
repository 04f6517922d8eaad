import numpy as np
import pytest

from isometry import errors, weights
from tests.weights.models import CASES, NORMAL, assignment


@pytest.mark.parametrize("name", sorted(CASES))
@pytest.mark.parametrize("chunk", [1, 7, 120, 1000])
def test_the_stream_is_the_tensor(name: str, chunk: int) -> None:
    pieces = list(weights.stream(CASES[name], 3, chunk=chunk))
    whole = weights.values(CASES[name], 3).reshape(-1)
    assert np.concatenate([np.empty(0, np.float32), *pieces]).tobytes() == whole.tobytes()
    assert {piece.size for piece in pieces[:-1]} <= {chunk}


def test_a_dtype_of_its_own() -> None:
    (piece,) = weights.stream(CASES["elementwise"], 3, dtype="bfloat16")
    assert piece.dtype.name == "bfloat16"


def test_a_member_of_an_ensemble() -> None:
    (piece,) = weights.stream(CASES["elementwise"], 3, member=2)
    expected = weights.values(CASES["elementwise"], 3, member=2)
    assert piece.tobytes() == expected.tobytes()


def test_unknown_dtype() -> None:
    with pytest.raises(errors.DtypeError, match=r"^layer.weight: the dtype is 'float31'\."):
        next(weights.stream(assignment(NORMAL, (2, 2)), 0, dtype="float31"))
