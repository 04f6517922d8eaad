"""Every start that trains badly is named, at the right place, and mended."""

import pytest

import isometry as iso
from tests.findings.bad import BAD
from tests.findings.case import Case, codes

MENDED = [case for case in BAD if case.mends]


def ids(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", BAD, ids=ids)
def test_a_bad_start_is_named(case: Case) -> None:
    found = case.diagnosed(case.build())
    assert sorted(codes(found, "error", "warning")) == sorted(case.says)
    assert found.findings[0].code == case.says[0]
    assert any(case.path in path for path in found.findings[0].paths)
    assert not found.ok


@pytest.mark.parametrize("case", MENDED, ids=ids)
def test_its_mend_makes_the_next_diagnosis_clean(case: Case) -> None:
    model = case.build()
    iso.apply(case.diagnosed(model).mend(), model, seed=0)
    again = case.diagnosed(model)
    assert again.ok, again.verdict


def test_a_mend_of_some_tensors_keeps_the_others() -> None:
    case = next(case for case in BAD if case.name == "shards")
    model = case.build()
    before = {path: tensor.clone() for path, tensor in model.state_dict().items()}
    iso.apply(case.diagnosed(model).mend(), model, seed=0)
    after = model.state_dict()
    assert [path for path in before if not after[path].equal(before[path])] == ["6.weight"]


def test_a_fault_of_the_code_names_no_recipe() -> None:
    case = next(case for case in BAD if case.name == "logarithm")
    assert case.diagnosed(case.build()).findings[0].mend.recipe == ""


def test_zeros_are_not_said_to_grow() -> None:
    case = next(case for case in BAD if case.name == "all-zero")
    found = case.diagnosed(case.build())
    assert found.of("ISO102") == found.of("ISO201") == ()
    assert found.of("ISO101")[0].message == (
        "The signal is exactly zero from 0.weight on, for every sample: the weights of 20 of 20 "
        "layers are zero."
    )
