"""Where each rule begins to speak, on measurements written by hand and on small nets."""

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

import isometry as iso
from isometry import findings
from isometry.measurements import Attention, Course, Loss, Measurement, Values
from tests.findings import records
from tests.zoo.model import normal

X = normal(64, 32)
FINE = records.measured(1.0, 1.0)


def severities(measurement: Measurement, code: str) -> list[str]:
    return [one.severity for one in findings.rule(code).findings(measurement)]


def over(decades: float, depth: int = 20) -> float:
    """The factor a layer that makes so many decades."""
    return 10 ** (decades / (depth - 1))


@pytest.mark.parametrize(
    ("decades", "expected"),
    [(-0.95, []), (-1.05, ["warning"]), (-1.45, ["warning"]), (-1.55, ["error"])],
)
def test_a_drift_is_judged_by_its_decades(decades: float, expected: list[str]) -> None:
    drifting = records.measured(over(decades), over(decades))
    assert severities(drifting, "ISO101") == severities(drifting, "ISO201") == expected
    assert severities(drifting, "ISO102") == severities(drifting, "ISO202") == []


def test_growth_is_not_called_shrinking() -> None:
    growing = records.measured(over(2.0), over(2.0))
    assert severities(growing, "ISO102") == severities(growing, "ISO202") == ["error"]
    assert severities(growing, "ISO101") == severities(growing, "ISO201") == []


def test_a_drift_inside_the_band_of_narrow_layers_is_chance() -> None:
    drifting = records.measured(over(-2.0), 1.0)
    narrow = tuple(replace(one, band=2.5) for one in drifting.courses)
    assert severities(replace(drifting, courses=narrow), "ISO101") == []


def test_sizes_of_values_that_are_not_finite_are_not_compared() -> None:
    drifting = records.measured(over(-3.0), over(-3.0))
    nan = findings.rule("ISO101"), replace(drifting, broken=(_broken(),))
    assert nan[0].findings(nan[1]) == ()


def _broken() -> iso.measurements.Broken:
    return iso.measurements.Broken("0.weight", "parameter", 1, 0)


def test_sums_that_stop_growing_are_no_explosion() -> None:
    """The first sums of a stream grow by a square root, the last ones hardly."""
    stds = tuple(math.sqrt(1 + 5 * i) for i in range(40))
    course = Course("stream", tuple(range(40)), ("x",) * 40, stds, stds, stds, 0.3)
    assert severities(replace(FINE, courses=(course,)), "ISO102") == []


@pytest.mark.parametrize(
    ("entropy", "visible", "expected"),
    [(0.5, 16, []), (0.3, 16, ["warning"]), (0.1, 16, ["error"]), (0.1, 2, [])],
)
def test_attention_is_judged_by_its_entropy(
    entropy: float, visible: float, expected: list[str]
) -> None:
    one = Attention(3, "attn", entropy, visible)
    assert severities(replace(FINE, attentions=(one,)), "ISO106") == expected


@pytest.mark.parametrize(("above", "expected"), [(1.4, []), (1.6, ["warning"]), (5.2, ["error"])])
def test_a_first_loss_is_judged_in_nats_above_ignorance(above: float, expected: list[str]) -> None:
    loss = Loss("cross-entropy", math.log(10) + above, 10, math.log(10), 0.01)
    assert severities(replace(FINE, loss=loss), "ISO501") == expected


def test_what_few_samples_add_by_chance_is_not_counted() -> None:
    loss = Loss("cross-entropy", math.log(10) + 2.0, 10, math.log(10), 1.0)
    assert severities(replace(FINE, loss=loss, batch=4), "ISO501") == []
    assert severities(replace(FINE, loss=loss, batch=400), "ISO501") == ["warning"]


@pytest.mark.parametrize(("ratio", "expected"), [(3.0, []), (5.0, ["warning"]), (200.0, ["error"])])
def test_a_mean_square_is_judged_by_the_variance(ratio: float, expected: list[str]) -> None:
    loss = Loss("mean-square", 2.0 * ratio, uninformed=2.0)
    found = findings.rule("ISO501").findings(replace(FINE, loss=loss))
    assert [one.severity for one in found] == expected
    assert all("targets" in one.mend.words and not one.mend.recipe for one in found)


def test_only_a_last_layer_that_reads_usual_values_is_mended_alone() -> None:
    loss = Loss("cross-entropy", 60.0, 10, math.log(10), 20.0)
    head = replace(FINE.layers[-1], around=replace(FINE.layers[-1].around, consumers=("output",)))
    usual = replace(FINE, loss=loss, layers=(*FINE.layers[:-1], head))
    large = replace(FINE, loss=loss, layers=(*FINE.layers[:-1], replace(head, entering=50.0)))
    rule = findings.rule("ISO502")
    assert rule.findings(usual)[0].mend.only == ("fc19.weight",)
    assert rule.findings(large)[0].mend.only == ()


def test_an_average_over_positions_may_have_a_mean() -> None:
    shifted = replace(FINE.layers[3], shift=9.0)
    pooled = replace(shifted, around=replace(shifted.around, sources=("pooling",)))
    assert severities(replace(FINE, layers=(shifted,)), "ISO104") == ["warning"]
    assert severities(replace(FINE, layers=(pooled,)), "ISO104") == []


def test_dead_units_that_like_samples_explain_are_not_counted() -> None:
    half = tuple(replace(one, dead=130) for one in FINE.activations)
    chance = tuple(replace(one, chance=0.5) for one in half)
    assert severities(replace(FINE, activations=half), "ISO301") == ["error"]
    assert severities(replace(FINE, activations=chance), "ISO301") == []


def test_the_flat_half_of_a_relu6_is_not_saturated() -> None:
    flat = tuple(replace(one, saturated=0.52, resting=0.5) for one in FINE.activations)
    full = tuple(replace(one, saturated=0.95, resting=0.5) for one in FINE.activations)
    assert severities(replace(FINE, activations=flat), "ISO302") == []
    assert severities(replace(FINE, activations=full), "ISO302") == ["error"]


def test_samples_that_came_alike_are_no_fault_of_the_net() -> None:
    apart = tuple(1 - 10 ** (-0.4 * i) for i in range(20))
    course = replace(FINE.courses[0], similarities=apart)
    batch = replace(FINE.courses[0], similarities=(1 - 1e-7,) * 20)
    assert severities(replace(FINE, courses=(course,)), "ISO105") == ["error"]
    assert severities(replace(FINE, courses=(batch,)), "ISO105") == []


def test_causes_come_before_symptoms_of_the_same_severity() -> None:
    flat = tuple(replace(one, weight=Values(9, 0.5, 0.0, 0.5, 0.5)) for one in FINE.layers)
    drifting = replace(records.measured(over(3.0), over(3.0)), layers=flat)
    found = findings.diagnose(drifting).findings
    assert [one.code for one in found] == ["ISO401", "ISO102", "ISO202"]
    assert "are one number" in found[1].message


def codes(model: nn.Module) -> list[str]:
    return [one.code for one in iso.diagnose(model, X()).findings]


def sequence(*parts: nn.Module) -> nn.Sequential:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return nn.Sequential(*parts)


def test_a_bias_before_a_norm_of_each_unit_is_noted() -> None:
    with_bias = sequence(nn.Linear(32, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 3))
    centred = sequence(nn.Linear(32, 32), nn.LayerNorm(32), nn.ReLU(), nn.Linear(32, 3))
    assert codes(with_bias) == ["ISO603"]
    assert codes(centred) == []


class Transposed(nn.Module):
    """A weight stored as (inputs, outputs), filled by a fan read off its shape."""

    def __init__(self, fan: int) -> None:
        super().__init__()
        self.groups = nn.Conv1d(64, 64, 3, groups=8, bias=False)
        with torch.no_grad():
            generator = torch.Generator().manual_seed(0)
            self.groups.weight.normal_(0, math.sqrt(2 / fan), generator=generator)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.groups(x)
        return out


@pytest.mark.parametrize(("fan", "expected"), [(64 * 3, ["ISO602"]), (8 * 3, [])])
def test_a_fan_that_forgets_the_groups_is_found(fan: int, expected: list[str]) -> None:
    found = iso.diagnose(Transposed(fan), normal(16, 64, 8)())
    assert [one.code for one in found.findings] == expected


def test_pixels_may_be_repeated() -> None:
    from isometry.findings.rules import copies

    assert copies.is_for_pixels(((0, 1, 2, 3), (4, 5, 6, 7)))
    assert not copies.is_for_pixels(((0, 1), (2, 3)))
    assert not copies.is_for_pixels(((0, 2, 4, 6), (1, 3, 5, 7)))


def test_frozen_copies_are_meant() -> None:
    """A target network holds the same values and is not trained."""

    class Followed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.online = nn.Linear(32, 32)
            self.target = nn.Linear(32, 32)
            self.target.load_state_dict(self.online.state_dict())

        def forward(self, x: Tensor) -> Tensor:
            out: Tensor = self.online(x) - self.target(x + 1)
            return out

    trained = Followed()
    assert "ISO405" in codes(trained)
    trained.target.requires_grad_(False)  # noqa: FBT003 - torch's own name
    assert "ISO405" not in codes(trained)
