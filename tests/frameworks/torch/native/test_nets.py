"""What hand-written model code does to its tensors is recorded, habit by habit."""

import math

import numpy as np
import pytest
from torch import nn

from isometry import errors, plans, schemes
from isometry.frameworks.torch.native import choices, native
from tests.frameworks.torch.native import nets, parity


@pytest.mark.parametrize("net", nets.NETS)
def test_a_net_starts_as_its_own_code_starts_it(net: type[nn.Module]) -> None:
    found = parity.verdicts(native(net), net, seeds=12)
    assert [verdict for verdict in found if verdict.problem] == []


@pytest.mark.parametrize("net", nets.NETS)
def test_a_net_s_plan_survives_json(net: type[nn.Module]) -> None:
    plan = native(net)
    assert plans.Plan.from_json(plan.to_json()) == plan


def test_arithmetic_on_a_draw_folds_into_the_law_s_numbers() -> None:
    plan = native(nets.Raw)
    assert plan["shifted"].scheme == schemes.Normal(1.0, 0.3)
    assert plan["mirrored"].scheme == schemes.Uniform(-1.0, 1.0)
    assert plan["scalar"].scheme == schemes.Constant(3.5)
    assert plan["flat"].scheme == schemes.Constant(0.0)
    assert plan["transposed"].scheme == schemes.Normal(0.0, 0.2)
    assert plan["large"].scheme == schemes.Constant(0.5)
    assert plan["redrawn"].scheme == schemes.Uniform(-1.0, 1.0)


def test_a_uniform_through_the_inverse_error_function_is_a_truncated_normal() -> None:
    scheme = native(nets.Raw)["truncated"].scheme
    assert isinstance(scheme, schemes.TruncatedNormal)
    numbers = (scheme.mean, scheme.std, scheme.low, scheme.high)
    assert numbers == pytest.approx((0.1, 0.5, -1.0, 1.0), rel=1e-12)


def test_slices_become_patches_and_equal_slices_one_law() -> None:
    plan = native(nets.Patched)
    assert plan["embedding.weight"].scheme == schemes.Patchwork(
        schemes.Normal(0.0, 1.0), (((3, 4), (0, 16)),), (schemes.Constant(0.0),)
    )
    assert plan["heads"].scheme == schemes.Normal(0.0, 0.1)
    assert plan["stacked"].scheme == schemes.Normal(0.0, 1.0)
    bound = 1 / math.sqrt(12)
    assert plan["lstm.bias_ih_l0"].scheme == schemes.Patchwork(
        schemes.Uniform(-bound, bound), (((12, 24),),), (schemes.Constant(1.0),)
    )
    assert plan["scaled"].scheme == schemes.Patchwork(
        schemes.Normal(0.0, 1.0), (((2, 4), (0, 50)),), (schemes.Normal(0.0, 0.1),)
    )


def test_a_function_of_a_draw_is_recorded_as_that_function() -> None:
    scheme = native(nets.Computed)["coin"].scheme
    assert isinstance(scheme, schemes.Computed)
    assert scheme.formula == "lt(uniform(0.0, 1.0), 0.2)"


def test_computed_tensors_are_recorded_bit_for_bit_with_their_dtype() -> None:
    plan, model = native(nets.Known), nets.Known()
    mask = plan["mask"].scheme
    assert isinstance(mask, schemes.Values)
    assert np.array_equal(mask.array(), model.get_buffer("mask").numpy())
    assert plan["mask"].parameter.persistent is False
    assert plan["ids"].parameter.dtype == "int64"
    assert plan["eye.weight"].scheme == schemes.Identity()


def test_tied_tensors_are_recorded_once_and_copies_are_drawn_apart() -> None:
    plan = native(nets.Shared)
    assert plan["head.weight"] is plan["embedding.weight"]
    assert plan["second.weight"].scheme == plan["first.weight"].scheme
    assert plan["second.weight"].reason == (
        "Linear.reset_parameters calls kaiming_uniform_ = uniform_(from=-0.25, to=0.25), "
        "then Shared.__init__ calls clone()"
    )


def test_a_reason_names_the_code_that_decided() -> None:
    plan = native(nets.Library)
    assert plan["truncated.weight"].reason == (
        "Library.__init__ calls trunc_normal_(mean=0, std=0.02, a=-0.03, b=0.05)"
    )
    assert native(nets.Known)["angles"].reason == "Known.__init__ makes it with sin"


def test_a_wrong_number_in_the_record_is_noticed() -> None:
    plan = native(nets.Raw)
    wrong = plan.replace("shifted", schemes.Normal(1.0, 0.33))
    found = parity.verdicts(wrong, nets.Raw, seeds=12)
    assert {v.path for v in found if v.problem} == {
        "shifted",
        "all Normal(mean=1.0, std=0.33)",
    }


def test_a_large_table_of_values_is_recorded_with_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(choices, "LARGE", 1000)
    with pytest.warns(errors.IsometryWarning, match="recorded 0 MiB of computed values"):
        plan = native(nets.Known)
    assert plan["angles"].scheme is not None
