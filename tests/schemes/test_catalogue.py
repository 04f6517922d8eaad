"""Names and options: what is found, what is refused, and that JSON gives back the same scheme."""

import json
from math import inf, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isometry import errors, schemes
from isometry.schemes import Scheme
from isometry.schemes.options import options_of
from tests.schemes.cases import LARGE, SMALL


@pytest.mark.parametrize("name", sorted(SMALL))
def test_json_gives_back_the_same_scheme(name: str) -> None:
    scheme = SMALL[name][0]
    text = json.dumps(schemes.to_json(scheme), allow_nan=False)
    assert schemes.from_json(json.loads(text)) == scheme


@pytest.mark.parametrize("name", sorted(LARGE))
def test_json_is_the_same_after_a_round_trip(name: str) -> None:
    text = json.dumps(schemes.to_json(LARGE[name][0]))
    assert json.dumps(schemes.to_json(schemes.from_json(json.loads(text)))) == text


FINITE = st.floats(-1e6, 1e6, allow_subnormal=False)
POSITIVE = st.floats(1e-6, 1e6)
FANS = st.sampled_from(["fan_in", "fan_out", "fan_avg", "fan_geo"])
SHAPES = st.sampled_from(["normal", "uniform", "truncated_normal"])
CONVENTIONS = st.sampled_from(["semantic", "torch", "keras", "flax"])

PLAIN: st.SearchStrategy[Scheme] = st.one_of(
    st.builds(schemes.Constant, FINITE),
    st.builds(schemes.Normal, st.just(0.0), POSITIVE),
    st.builds(lambda low, width: schemes.Uniform(low, low + width + 1), FINITE, POSITIVE),
    st.builds(schemes.CutNormal, POSITIVE, st.floats(0.5, 6), st.just(0.0), st.booleans()),
    st.builds(schemes.TruncatedNormal, st.just(0.0), POSITIVE, st.just(-inf), st.just(inf)),
    st.builds(schemes.VarianceScaling, POSITIVE, FANS, SHAPES, CONVENTIONS),
    st.builds(schemes.Orthogonal, POSITIVE, st.booleans(), CONVENTIONS),
    st.builds(schemes.Sparse, st.floats(0, 1), POSITIVE, st.sampled_from(["input", "output"])),
    st.builds(schemes.SparseConnections, st.integers(1, 99), POSITIVE),
    st.builds(schemes.IDInit, FINITE, st.booleans(), POSITIVE),
    st.builds(schemes.Siren, POSITIVE, st.sampled_from(["first", "hidden"])),
    st.builds(schemes.InverseWidth, POSITIVE, st.floats(0, 3)),
)
NAMES = st.sampled_from(["i", "f", "g", "o", "r"])


def nested(inner: st.SearchStrategy[Scheme]) -> st.SearchStrategy[Scheme]:
    named = st.lists(st.tuples(NAMES, inner), max_size=3).map(tuple)
    rows = st.lists(st.integers(-9, 9), max_size=3).map(tuple)
    return st.one_of(
        st.builds(schemes.Scaled, inner, POSITIVE),
        st.builds(schemes.Centred, inner),
        st.builds(schemes.Permuted, inner, st.integers(0, 3)),
        st.builds(schemes.Rows, inner, rows, FINITE),
        st.builds(schemes.Padded, inner),
        st.builds(schemes.Gates, inner, named),
        st.builds(schemes.ForgetBias, FINITE, NAMES, inner),
        st.builds(lambda one: schemes.Patchwork(one, (((0, 2), (1, 3)),), (one,)), inner),
    )


@given(scheme=st.recursive(PLAIN, nested, max_leaves=4))
def test_any_scheme_survives_json(scheme: Scheme) -> None:
    text = json.dumps(schemes.to_json(scheme), allow_nan=False)
    again = schemes.from_json(json.loads(text))
    assert again == scheme
    assert json.dumps(schemes.to_json(again)) == text


@pytest.mark.parametrize(
    "scheme",
    [
        schemes.TruncatedNormal(0.0, 1.0, 0.0, inf),
        schemes.Computed((schemes.Normal(),), ((-1,),), (("clip", "$0", -1, 1.5),)),
        schemes.Normal(std=float(np.float32(0.1))),
    ],
    ids=["bound", "step", "float32"],
)
def test_numbers_survive_json(scheme: Scheme) -> None:
    text = json.dumps(schemes.to_json(scheme), allow_nan=False)
    again = schemes.from_json(json.loads(text))
    assert again == scheme
    assert json.dumps(schemes.to_json(again)) == text


@pytest.mark.parametrize("name", schemes.names())
def test_every_name_has_a_summary_and_a_type(name: str) -> None:
    assert schemes.summary(name).endswith(".")
    assert issubclass(schemes.scheme_type(name), Scheme)


@pytest.mark.parametrize("name", schemes.names())
def test_every_option_has_a_type_that_can_be_read(name: str) -> None:
    options: dict[str, Any] = dict.fromkeys(options_of(schemes.scheme_type(name)), object())
    with pytest.raises(errors.InputError, match=r"is (given as )?<object object|was given"):
        schemes.scheme(name, **(options or {"none": 1}))


@pytest.mark.parametrize(
    ("name", "gain", "fan", "distribution"),
    [
        ("caffe", 1.0, "fan_in", "uniform"),
        ("geometric", 1.0, "fan_geo", "normal"),
        ("glorot_normal", 1.0, "fan_avg", "normal"),
        ("glorot_uniform", 1.0, "fan_avg", "uniform"),
        ("he_normal", sqrt(2), "fan_in", "normal"),
        ("he_uniform", sqrt(2), "fan_in", "uniform"),
        ("kaiming_normal", sqrt(2), "fan_in", "normal"),
        ("kaiming_uniform", sqrt(2), "fan_in", "uniform"),
        ("lecun_normal", 1.0, "fan_in", "normal"),
        ("lecun_uniform", 1.0, "fan_in", "uniform"),
        ("xavier_normal", 1.0, "fan_avg", "normal"),
        ("xavier_uniform", 1.0, "fan_avg", "uniform"),
    ],
)
def test_the_named_instances(name: str, gain: float, fan: Any, distribution: Any) -> None:
    assert schemes.scheme(name) == schemes.VarianceScaling(gain, fan, distribution)


def test_options_may_stand_in_the_text() -> None:
    text = "he_normal(gain=1, fan='fan_out')"
    assert schemes.scheme(text) == schemes.VarianceScaling(1.0, "fan_out")


def test_a_nested_scheme_may_be_given_by_name() -> None:
    assert schemes.scheme("scaled", fill="he_normal", factor=0.5) == schemes.Scaled(
        schemes.HE_NORMAL, 0.5
    )


def test_names_of_schemes() -> None:
    found = [schemes.name_of(scheme) for scheme in (schemes.Zeros(), schemes.Constant(0.5))]
    assert found == ["zeros", "constant"]


def test_references_of_all_parts() -> None:
    scheme = schemes.Gates(schemes.Orthogonal(), (("f", schemes.Kumar("tanh")),))
    assert schemes.references(scheme) == ("kumar2017", "martens2021", "saxe2014")


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        pytest.param(
            "he_norml",
            {},
            "there is no scheme 'he_norml'. Needed: a name such as he_normal, he_uniform, "
            "normal. Do: correct the name; schemes.names() has all of them.",
            id="misspelt name",
        ),
        pytest.param(
            "qqqq",
            {},
            "there is no scheme 'qqqq'. Needed: one of the names of schemes. Do: correct the "
            "name; schemes.names() has all of them.",
            id="unknown name",
        ),
        pytest.param(
            "normal",
            {"sdt": 0.02},
            "scheme normal was given sdt. Needed: options among mean, std. Do: correct the name "
            "of the option.",
            id="misspelt option",
        ),
        pytest.param(
            "zero_init",
            {"gain": 2},
            "scheme zero_init was given gain. Needed: no options. Do: correct the name of the "
            "option.",
            id="option of a scheme without any",
        ),
        pytest.param(
            "constant",
            {},
            "scheme constant was given no value. Needed: values for value. Do: write "
            "constant(value=…).",
            id="missing option",
        ),
        pytest.param(
            "normal",
            {"std": "wide"},
            "option std of scheme normal is 'wide'. Needed: a number. Do: give a value of that "
            "kind.",
            id="text for a number",
        ),
        pytest.param(
            "normal",
            {"std": True},
            "option std of scheme normal is True. Needed: a number. Do: give a value of that kind.",
            id="truth for a number",
        ),
        pytest.param(
            "variance_scaling",
            {"fan": "fan_inn"},
            "option fan of scheme variance_scaling is 'fan_inn'. Needed: one of fan_avg, "
            "fan_geo, fan_in, fan_out. Do: give a value of that kind.",
            id="misspelt choice",
        ),
        pytest.param(
            "rows",
            {"fill": "normal", "rows": 3},
            "option rows of scheme rows is 3. Needed: a list. Do: give a value of that kind.",
            id="number for a list",
        ),
        pytest.param(
            "gates",
            {"each": "normal", "named": [["f"]]},
            "option named of scheme gates is ['f']. Needed: a list of 2. Do: give a value of "
            "that kind.",
            id="list too short",
        ),
        pytest.param(
            "sparse_connections",
            {"count": 1.5},
            "option count of scheme sparse_connections is 1.5. Needed: a whole number. Do: give "
            "a value of that kind.",
            id="fraction for a count",
        ),
        pytest.param(
            "computed",
            {"sources": [], "shapes": [], "program": [[None]]},
            "option program of scheme computed is None. Needed: text or a number. Do: give a "
            "value of that kind.",
            id="nothing for a step",
        ),
        pytest.param(
            "normal(0.02)",
            {},
            "'normal(0.02)' cannot be read as a scheme. Needed: a name, with options as "
            'name=value in parentheses. Do: write "he_normal" or "normal(std=0.02)".',
            id="option without a name",
        ),
        pytest.param(
            "normal(std=",
            {},
            "'normal(std=' cannot be read as a scheme. Needed: a name, with options as "
            'name=value in parentheses. Do: write "he_normal" or "normal(std=0.02)".',
            id="half a text",
        ),
        pytest.param(
            "scaled",
            {"fill": 3, "factor": 1.0},
            "a scheme is given as 3. Needed: its name, or a table with its name under "
            '"scheme". Do: write "he_normal" or {"scheme": "normal", "std": 0.02}.',
            id="number for a scheme",
        ),
    ],
)
def test_what_cannot_be_used_is_refused(text: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.InputError) as caught:
        schemes.scheme(text, **options)
    assert str(caught.value) == message


def test_a_misspelt_name_is_a_lookup_error() -> None:
    with pytest.raises(LookupError):
        schemes.scheme("he_norml")
