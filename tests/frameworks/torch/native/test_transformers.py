"""Recorded plans against the models' own initialization, architecture by architecture."""

import pytest

from isometry import schemes
from isometry.frameworks.torch.native import native
from tests.frameworks.torch.native import parity
from tests.frameworks.torch.native.architectures import ARCHITECTURES, QUICK, architecture

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.mark.parametrize("name", QUICK)
def test_an_architecture_starts_as_its_own_code_starts_it(name: str) -> None:
    build = architecture(name).build
    found = parity.verdicts(native(build), build, seeds=3)
    assert [verdict for verdict in found if verdict.problem] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [one.name for one in ARCHITECTURES])
def test_every_architecture_starts_as_its_own_code_starts_it(name: str) -> None:
    build = architecture(name).build
    found = parity.verdicts(native(build), build, seeds=6)
    assert [verdict for verdict in found if verdict.problem] == []


def test_there_are_forty_architectures_of_every_kind() -> None:
    kinds = {one.kind for one in ARCHITECTURES}
    assert len({one.name for one in ARCHITECTURES}) == len(ARCHITECTURES) >= 40
    assert kinds >= {"audio", "encoder-decoder", "experts", "state space", "text", "vision"}


def test_a_std_that_is_a_tenth_off_is_noticed() -> None:
    build = architecture("gpt2").build
    path = "transformer.h.0.mlp.c_proj.weight"
    plan = native(build).replace(path, schemes.Normal(0.0, 0.011))
    found = parity.verdicts(plan, build, seeds=3)
    assert path in {verdict.path for verdict in found if verdict.problem}


def test_another_family_of_the_same_std_is_noticed() -> None:
    build = architecture("gpt2").build
    path = "transformer.wte.weight"
    plan = native(build).replace(path, schemes.Uniform(-0.02 * 3**0.5, 0.02 * 3**0.5))
    found = parity.verdicts(plan, build, seeds=3)
    assert path in {verdict.path for verdict in found if verdict.problem}


def test_a_configuration_is_built_by_its_own_class() -> None:
    import transformers

    options = {**architecture("gpt2").options, "architectures": ["GPT2LMHeadModel"]}
    plan = native(transformers.GPT2Config(**options))
    assert plan["lm_head.weight"] is plan["transformer.wte.weight"]
    assert plan["transformer.h.1.mlp.c_proj.weight"].reason == (
        "GPT2PreTrainedModel._init_weights calls normal_(mean=0, std=0.01)"
    )


def test_a_built_model_is_recorded_from_its_class_and_configuration() -> None:
    made = architecture("bert")
    assert native(made.build()).digest() == native(made.build).digest()
