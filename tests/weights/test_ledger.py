import json
import math
import pickle
import warnings
from dataclasses import replace

import ml_dtypes
import numpy as np
import pytest
from numpy.typing import NDArray

from isometry import errors, schemes, weights
from isometry.parameters import Parameter
from isometry.plans import Assignment
from isometry.weights import Ledger, sampling
from tests.weights.models import CASES, NORMAL, assignment

FLOATS = [np.float32, np.float64, np.float16, ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn]


def filled(one: Assignment, dtype: type = np.float32) -> weights.Entry:
    """The entry of a tensor that holds what was intended."""
    out: NDArray[np.generic] = np.empty(one.parameter.shape, dtype)
    weights.write(out, one, 5)
    return weights.written(one, out)


@pytest.mark.parametrize("name", sorted(CASES))
@pytest.mark.parametrize("dtype", FLOATS)
def test_what_was_written_is_not_flagged(name: str, dtype: type) -> None:
    assert filled(CASES[name], dtype).status == "written"


def test_an_entry_says_everything() -> None:
    entry = filled(assignment(NORMAL, (300, 400)))
    assert (entry.path, entry.shape, entry.dtype) == ("layer.weight", (300, 400), "float32")
    assert entry.scheme == "Normal(mean=0.0, std=0.02)"
    assert (entry.rule, entry.reason) == ("mine[0] *.weight", "For a test.")
    assert (entry.target_mean, entry.target_std) == (0.0, 0.02)
    assert abs(entry.mean) < 6 * 0.02 / math.sqrt(entry.measured)
    assert abs(entry.std / 0.02 - 1) < 6 / math.sqrt(2 * entry.measured)
    assert entry.measured == sampling.INDEPENDENT
    assert (entry.size, entry.writes) == (120_000, 1)


LAWS = {
    "normal": schemes.Normal(std=0.02),
    "uniform": schemes.Uniform(-0.02 * 3**0.5, 0.02 * 3**0.5),
    "sign": schemes.Sign(0.02),
}


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("factor", [0.95, 1.05])
def test_a_wrong_std_is_flagged(law: str, factor: float) -> None:
    one = assignment(LAWS[law], (300, 400))
    wrong = weights.values(one, 5) * np.float32(factor)
    entry = weights.written(one, wrong)
    assert entry.status == "flagged"
    assert math.copysign(1, entry.z_std) == math.copysign(1, factor - 1)


@pytest.mark.parametrize("name", ["whole", "pieces", "elementwise", "laws over constants"])
def test_four_times_the_std_is_flagged(name: str) -> None:
    one = CASES[name]
    scaled = weights.values(one, 5) * np.float32(4.0)
    assert weights.written(one, scaled).status == "flagged"


def test_a_wrong_mean_is_flagged() -> None:
    one = assignment(NORMAL, (300, 400))
    entry = weights.written(one, weights.values(one, 5) + np.float32(0.002))
    assert (entry.status, entry.z_mean > 6) == ("flagged", True)


@pytest.mark.parametrize("poison", [math.nan, math.inf])
def test_poison_is_flagged(poison: float) -> None:
    one = assignment(NORMAL, (30, 40))
    made = weights.values(one, 5)
    made[3, 4] = poison
    with np.errstate(invalid="ignore"):
        assert weights.written(one, made).status == "flagged"


def test_a_wrong_constant_is_flagged() -> None:
    one = CASES["constant"]
    made = weights.values(one, 5)
    made[3, 4] += np.float32(1e-5)
    assert weights.written(one, made).status == "flagged"


def test_whole_numbers_are_measured_too() -> None:
    one = assignment(schemes.Constant(1.0), (4,), dtype="int64", axes=None)
    assert weights.written(one, np.ones(4, np.int64)).status == "written"
    assert weights.written(one, np.zeros(4, np.int64)).status == "flagged"


def test_a_shard_of_parts_that_differ_raises_no_alarm() -> None:
    one = CASES["laws over constants"]
    assert weights.written(one, weights.values(one, 5)[:4]).status == "written"


def test_large_tensors_with_parts_are_sampled() -> None:
    padded = assignment(schemes.Rows(NORMAL, (0,)), (2**12, 2**9))
    entry = filled(padded)
    assert (entry.status, entry.measured) == ("written", sampling.DEPENDENT)
    halved = weights.written(padded, weights.values(padded, 5) / 2)
    assert halved.status == "flagged"


def test_chunks_reach_from_the_first_to_the_last_element() -> None:
    taken = sampling.chunks(np.arange(2**20), 2**14)
    assert (taken[0], taken[-1], taken.size) == (0, 2**20 - 1, 2**14)


def test_false_alarms_are_rare() -> None:
    """200 tensors of 2**14 values: no z beyond 4.9, which chance exceeds one time in 5000."""
    one = assignment(NORMAL, (128, 128))
    zs = [weights.written(one, weights.values(one, seed)).z_std for seed in range(200)]
    assert max(map(abs, zs)) < 4.9
    assert 0.85 < float(np.std(zs)) < 1.15


def test_kept_and_unmeasured() -> None:
    kept = weights.kept(CASES["elementwise"], note="set by somebody else")
    assert (kept.status, kept.writes, kept.note) == ("kept", 0, "set by somebody else")
    assert math.isnan(kept.target_std)
    unseen = weights.unmeasured(CASES["elementwise"], note="no elements here")
    assert (unseen.status, unseen.target_std, unseen.measured) == ("written", 0.02, 0)


def test_an_assignment_that_keeps_is_kept() -> None:
    one = assignment(None, (2, 2))
    assert weights.unmeasured(one).status == "kept"
    assert weights.written(one, np.zeros((2, 2))).status == "kept"
    assert weights.kept(one).scheme == ""


TIED = Assignment(
    Parameter("head.weight", (4, 6), ties=("wte.weight",)), NORMAL, "Why.", "mine[1] wte.*"
)


def ledger(*entries: weights.Entry) -> Ledger:
    return Ledger("mine", 7, entries, 0.25, plan="0123")


ENTRIES = (
    filled(CASES["elementwise"]),
    filled(TIED),
    weights.kept(assignment(None, (3,), path="b")),
)


def test_a_ledger_answers_to_every_path() -> None:
    book = ledger(*ENTRIES)
    assert book["head.weight"] is ENTRIES[1]
    assert book["wte.weight"] == replace(ENTRIES[1], path="wte.weight", status="tied")
    assert "wte.weight" in book
    assert "nope" not in book
    assert list(book) == list(book.entries)
    assert len(book) == 3


def test_counts() -> None:
    book = ledger(*ENTRIES)
    assert book.counts == {"kept": 1, "written": 2}
    assert book.hits == {"*.weight": 2, "wte.*": 1}
    assert book.writes == {"layer.weight": 1, "head.weight": 1, "wte.weight": 1, "b": 0}
    assert book.uncovered == ()
    assert book.flagged == ()


def test_a_ledger_can_be_sent_to_another_process() -> None:
    book = ledger(*ENTRIES)
    assert pickle.loads(pickle.dumps(book))["wte.weight"].status == "tied"


def test_str_is_short() -> None:
    assert str(ledger(*ENTRIES)) == (
        "mine, seed 7: 3 tensors (1 kept, 2 written), 144 values in 0.25 s"
    )


def test_unknown_path() -> None:
    with pytest.raises(errors.UnknownNameError) as caught:
        ledger(*ENTRIES)["nope"]
    assert str(caught.value) == (
        "nope: the ledger has no such tensor. Needed: one of its 4 paths. "
        "Do: look at ledger.writes, which lists them all."
    )


def test_no_warning_without_a_flag() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ledger(*ENTRIES).warn()


def test_a_flag_is_warned_about() -> None:
    one = assignment(schemes.Constant(1.0), (2, 2))
    book = ledger(*ENTRIES, weights.written(one, np.zeros((2, 2), np.float32)))
    with pytest.warns(errors.IsometryWarning) as caught:
        book.warn(stacklevel=1)
    assert str(caught[0].message) == (
        "1 of 4 tensors do not hold what their scheme states:\n"
        "  layer.weight: std 1 where 0 is stated (+inf sigmas), mean 0 where 1 is stated "
        "(-inf sigmas)"
    )
    assert caught[0].filename == __file__


def test_json() -> None:
    book = replace(ledger(*ENTRIES), fingerprint=weights.fingerprint([("w", np.zeros(2))]))
    data = json.loads(book.to_json())
    assert data["schema"] == 1
    assert data["fingerprint"] == str(book.fingerprint)
    assert data["entries"][2]["target_std"] is None
    assert data["entries"][0]["scheme"] == "Normal(mean=0.0, std=0.02)"
    assert json.loads(ledger().to_json())["fingerprint"] is None
