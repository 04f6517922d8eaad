"""``isometry calibrate``: what it writes, what it prints, and what it refuses."""

import json
from pathlib import Path

import pytest
import safetensors.torch
import torch

from isometry import _cli
from tests.cli.test_commands import MLP, NETS, Captured, ran, told


def test_the_weights_are_written_and_the_table_is_printed(capsys: Captured, tmp_path: Path) -> None:
    out = tmp_path / "net.safetensors"
    given = (
        "--batch",
        f"{NETS}:noise",
        "--recipe",
        "he",
        "-O",
        "per=channel",
        "-O",
        "mean=0.0",
        "--every",
    )
    code, text, err = ran(capsys, "calibrate", MLP, "-o", str(out), *given)
    assert (code, err) == (0, "")
    lines = text.splitlines()
    assert lines[0] == "calibration · 4 parameters"
    assert [line.split()[0] for line in lines[2:6]] == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert lines[6].startswith("4 of 4 parameters changed, 1 forward passes, ")
    held = safetensors.torch.load_file(out)
    seen = torch.randn(512, 6, generator=torch.Generator().manual_seed(0)) @ held["0.weight"].T
    seen = seen + held["0.bias"]
    torch.testing.assert_close(seen.std(0, correction=0), torch.ones(4), rtol=1e-3, atol=0.0)
    torch.testing.assert_close(seen.mean(0), torch.zeros(4), rtol=0.0, atol=1e-3)


def test_a_method_that_trains_takes_targets(capsys: Captured, tmp_path: Path) -> None:
    out = tmp_path / "net.safetensors"
    given = ("--batch", f"{NETS}:noise", "--targets", f"{NETS}:classes", "-m", "gradinit")
    code, text, err = ran(
        capsys, "calibrate", MLP, "-o", str(out), *given, "-O", "steps=3", "-f", "json"
    )
    data = json.loads(text)["calibration"]
    assert (code, err, data["method"], data["options"]["steps"]) == (0, "", "gradinit", 3)
    assert data["steps"] == 3


def test_a_loss_that_is_missing_leaves_no_file(capsys: Captured, tmp_path: Path) -> None:
    out = tmp_path / "net.safetensors"
    code, text, err = ran(capsys, "calibrate", MLP, "-o", str(out), "-m", "metainit")
    assert (code, text, out.exists()) == (2, "", False)
    assert err.startswith("error: there is no loss.")


def test_an_existing_file_is_refused_before_the_work(capsys: Captured, tmp_path: Path) -> None:
    out = tmp_path / "net.safetensors"
    out.write_bytes(b"")
    assert ran(capsys, "calibrate", f"{NETS}:broken", "-o", str(out)) == (
        2,
        "",
        told(
            str(out),
            "the file exists",
            "a path where nothing is",
            "choose another path, or pass --force",
        ),
    )


def test_an_option_without_a_value_is_refused(capsys: Captured, tmp_path: Path) -> None:
    code, _, err = ran(capsys, "calibrate", MLP, "-o", str(tmp_path / "x"), "-O", "per")
    assert (code, err) == (
        2,
        "error: the option 'per' has no equals sign. Needed: a name and a value. Do: write "
        "--option name=value.\n",
    )


@pytest.mark.parametrize("name", ["calibrate"])
def test_the_command_is_listed(capsys: Captured, name: str) -> None:
    assert _cli.run(("--help",)) == 0
    assert f"  {name} " in capsys.readouterr().out
