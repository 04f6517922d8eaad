"""The verb for tests, and the plugin that hands it to them."""

import os
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import isometry as iso
from isometry import errors
from tests.cli import starts

ROOT = Path(__file__).parents[1]
SOURCE = Path(iso.__file__).parents[1]

SUITE = """
from tests.cli import starts

def test_good(assert_well_initialized):
    found = assert_well_initialized(starts.good(), starts.batch())
    assert found.ok

def test_bad(assert_well_initialized):
    assert_well_initialized(starts.bad(), starts.batch(), loss=starts.loss)

def test_chosen(assert_well_initialized):
    assert_well_initialized(starts.bad(), starts.batch(), select=["ISO3"])
"""


def test_a_good_start_passes_and_gives_its_diagnosis() -> None:
    found = iso.assert_well_initialized(starts.good(), starts.batch(), fail_on="warning")
    assert found.findings == ()
    assert len(found.measurement.layers) == starts.DEPTH


def test_a_bad_start_fails_with_the_whole_report() -> None:
    with pytest.raises(AssertionError) as caught:
        iso.assert_well_initialized(starts.bad(), starts.batch())
    told = str(caught.value).splitlines()
    assert told[0].startswith("ISO101 vanishing-forward: The signal shrinks by ×0.494 a layer")
    assert told[2].startswith(f"isometry {iso.__version__} · Sequential · 12 layers")
    assert "✖ error  ISO101 vanishing-forward  0.weight … 22.weight" in told
    assert "\x1b" not in str(caught.value)


def test_what_counts_can_be_chosen() -> None:
    iso.assert_well_initialized(starts.bad(), starts.batch(), ignore=["ISO1", "ISO2"])
    iso.assert_well_initialized(starts.bad(), starts.batch(), fail_on="never")
    with pytest.raises(AssertionError, match="ISO201"):
        iso.assert_well_initialized(starts.bad(), starts.batch(), select=["ISO2"])


def test_a_model_that_stops_fails_whatever_counts() -> None:
    with pytest.raises(AssertionError, match="The model stopped midway"):
        iso.assert_well_initialized(starts.Stops(), starts.batch(), fail_on="never")


def test_a_limit_that_is_none_is_no_failure() -> None:
    with pytest.raises(errors.UnknownNameError, match="fail_on is 'eror'"):
        iso.assert_well_initialized(
            starts.good(),
            starts.batch(),
            fail_on="eror",  # type: ignore[arg-type]  # what a typo would be
        )


def test_pytest_finds_the_plugin() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (name,) = pyproject["project"]["entry-points"]["pytest11"].values()
    assert hasattr(import_module(name), "assert_well_initialized")


def test_the_fixture_in_a_suite_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "test_starts.py").write_text(SUITE)
    environment = os.environ | {"PYTHONPATH": f"{SOURCE}{os.pathsep}{ROOT}", "FORCE_COLOR": "1"}
    # Where it is installed, too, it must not be loaded under two names.
    options = ["-p", "no:isometry", "-p", "isometry._pytest", "-p", "no:cacheprovider", "-q"]
    command = [sys.executable, "-m", "pytest", *options, "--color=no", "test_starts.py"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "1 failed, 2 passed" in done.stdout
    assert "E       ✖ error  ISO101 vanishing-forward  0.weight … 22.weight" in done.stdout
    assert "isometry/_api" not in done.stdout.partition("short test summary")[0]
