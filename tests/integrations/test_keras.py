"""Real fits of Keras on two of its backends, each in a process of its own."""

import json
import os
import statistics
import subprocess
import sys
from typing import Any

import pytest

from tests.architecture.rules import tree

NAMES = {"act_slope", "delta_slope", "chi", "dead_frac", "sat_frac", "update_log10", "grad_log10"}


@pytest.fixture(scope="module", params=["torch", "jax"])
def shown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp(request.param)
    done = subprocess.run(
        [sys.executable, "-m", "tests.integrations.keras_fit", str(folder)],
        cwd=tree.ROOT,
        env=os.environ | {"KERAS_BACKEND": request.param},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_metrics_arrive_by_step(shown: Any) -> None:
    told = dict(shown["watched"]["told"])
    assert [*told] == [0, 3, 6]
    names = {name.rpartition("/")[2] for name in told[0] if "/summary/" in name}
    assert names == NAMES | {"loss"}
    assert sum("/layers/act_std/" in name for name in told[0]) == 3


def test_a_capture_is_made_before_later_callbacks_hear_of_the_batch(shown: Any) -> None:
    assert shown["watched"]["order"] == [1, 1, 1, 2, 2, 2, 3, 3]


def test_training_is_what_it_was(shown: Any) -> None:
    assert shown["watched"]["same"] is True


def test_layers_are_as_before(shown: Any) -> None:
    assert shown["watched"]["left"] == []
    assert shown["watched"]["activation"] is True


def test_sizes_are_those_of_the_step_and_the_probe(shown: Any) -> None:
    found, known = shown["sizes"], shown["sizes"]["known"]
    first, last = found["rows"][0], found["rows"][-1]
    assert {k: first[k] for k in known["first"]} == pytest.approx(known["first"], rel=1e-2)
    assert last["delta_norm"] == pytest.approx(known["last"]["delta_norm"], rel=1e-4)
    assert found["loss"] == pytest.approx(known["loss"], rel=1e-5)
    assert first["act_std"] != pytest.approx(known["first"]["act_std"] * 1.001, rel=1e-5)


def test_units_stand_behind_the_layer_before_them(shown: Any) -> None:
    assert [row["units"] for row in shown["sizes"]["rows"]] == [16, 16, 0]


def test_a_run_goes_on_from_a_saved_model(shown: Any) -> None:
    assert shown["resumed"]["steps"] == [[0, 3, 6], [0, 3, 6]]
    whole, again = shown["resumed"]["losses"]
    assert again == pytest.approx(whole, rel=1e-5)
    assert whole[1] != pytest.approx(whole[2], rel=1e-3)


def test_a_cell_has_sizes_of_weights_alone(shown: Any) -> None:
    head, kernel, state = shown["cell"]
    assert (head["act_std"] > 0, kernel["act_std"], state["act_std"]) == (True, None, None)
    assert min(kernel["grad_norm"], state["grad_norm"], kernel["update_norm"]) > 0


def test_a_finding_stops_the_fit(shown: Any) -> None:
    assert shown["stopped"]["count"] < 20
    assert shown["stopped"]["codes"] != []


def test_a_capture_in_sixteen_steps_costs_little(shown: Any) -> None:
    """Measured at 1.1 to 1.6 times on a quiet machine; the band is for a busy one."""
    assert statistics.median(shown["cost"]) < 4


def test_what_cannot_be_watched_is_refused(shown: Any) -> None:
    every, select = shown["refused"]
    assert every.startswith("every is 0.")
    assert "no weight is left to watch" in select


def test_it_is_loaded_by_its_own_name_alone() -> None:
    code = "import isometry.integrations, sys; print({'keras', 'torch'} & sys.modules.keys())"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tree.ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
