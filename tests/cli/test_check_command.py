"""``isometry check``: what it says, in which format, and with which exit code it leaves."""

import io
import json
from pathlib import Path

import pytest
import torch
from rich.console import Console

from isometry import findings
from isometry._cli.progress import stage
from tests.cli.test_commands import Captured, ran, told

STARTS = str(Path(__file__).with_name("starts.py"))
BATCH = ("--batch", f"{STARTS}:batch")
BAD = (f"{STARTS}:bad", *BATCH)
GOOD = (f"{STARTS}:good", *BATCH)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder without settings, and in no workflow."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.chdir(tmp_path)


def test_a_bad_start_is_told_and_exits_with_one(capsys: Captured) -> None:
    code, out, err = ran(capsys, "check", *BAD)
    assert (code, err) == (1, "")
    assert "✖ error  ISO101 vanishing-forward  0.weight … 22.weight" in out
    assert "×0.494" in out
    assert out.splitlines()[-1] == f"try: isometry check {' '.join(BAD)} --recipe auto"


def test_a_good_start_exits_with_zero(capsys: Captured) -> None:
    code, out, err = ran(capsys, "check", *GOOD)
    assert (code, err) == (0, "")
    assert "✔ Your init is fine" in out


def test_a_recipe_mends_a_bad_start(capsys: Captured) -> None:
    code, out, _ = ran(capsys, "check", *BAD, "--recipe", "auto")
    assert code == 0
    assert "seed 0 · auto" in out.replace("\n    ", " ")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--fail-on", "never"), 0),
        (("--select", "ISO1,ISO3", "--ignore", "ISO1"), 0),
        (("--select", "ISO1", "--select", "ISO3"), 1),
        (("--select", "ISO201"), 1),
    ],
)
def test_what_counts_can_be_chosen(capsys: Captured, options: tuple[str, ...], code: int) -> None:
    assert ran(capsys, "check", *BAD, *options)[0] == code


def test_the_seed_draws_the_model_and_leaves_the_generator(capsys: Captured) -> None:
    state = torch.get_rng_state()
    first, again, other = (
        ran(capsys, "check", *GOOD, "-f", "json", "--seed", seed)[1] for seed in ("1", "1", "2")
    )
    assert first == again
    assert json.loads(first)["measurement"]["layers"] != json.loads(other)["measurement"]["layers"]
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize(
    ("loss", "kind"),
    [("", "cotangent"), (f"{STARTS}:loss", "given"), ("auto", "cross-entropy")],
)
def test_the_loss_can_be_chosen(capsys: Captured, loss: str, kind: str) -> None:
    data = json.loads(ran(capsys, "check", *GOOD, "--loss", loss, "-f", "json")[1])
    assert data["measurement"]["loss"]["kind"] == kind


def test_targets_by_chance_are_compared_with_knowing_nothing(capsys: Captured) -> None:
    _, out, _ = ran(capsys, "check", *GOOD, "--loss", "auto")
    assert "(log 32: 3.466)" in out


def test_a_transformers_config_is_checked(capsys: Captured, tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    fields = {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "n_layer": 2, "n_embd": 8}
    config.write_text(json.dumps({**fields, "n_head": 2, "n_positions": 4, "vocab_size": 11}))
    code, out, _ = ran(capsys, "check", "transformers:config.json", "-f", "json")
    assert code == 0
    origin = json.loads(out)["origin"]
    assert (origin["file"], origin["line"]) == ("config.json", 1)


def test_json_is_the_run_file(capsys: Captured, tmp_path: Path) -> None:
    _, out, _ = ran(capsys, "check", *BAD, "-f", "json", "--save", "run.iso.json")
    assert out == (tmp_path / "run.iso.json").read_text(encoding="utf-8")
    origin = findings.from_json(out).origin
    assert origin.file == STARTS
    assert Path(STARTS).read_text().splitlines()[origin.line - 1] == "def bad() -> nn.Module:"


def test_a_factory_without_lines_has_no_place(capsys: Captured) -> None:
    _, out, _ = ran(capsys, "check", f"{STARTS}:half", *BATCH, "-f", "json")
    origin = findings.from_json(out).origin
    assert (origin.target, origin.file, origin.line) == (f"{STARTS}:half", "", 0)


def test_a_terminal_is_told_what_is_being_done() -> None:
    written = io.StringIO()
    with stage("one forward", Console(file=written, force_terminal=True)):
        pass
    assert "one forward" in written.getvalue()


AGAIN = "call the model on the batch yourself and mend what it reports"
PRODUCT = "RuntimeError: mat1 and mat2 shapes cannot be multiplied (4x32 and 3x3)"
WRONG: dict[tuple[str, ...], tuple[int, str]] = {
    (f"{STARTS}:failing",): (
        3,
        told(
            "failing",
            "building it raised RuntimeError: no such size",
            "a function of no arguments that builds the model",
            "call it in Python and mend what it reports",
        ),
    ),
    (f"{STARTS}:good", "--batch", f"{STARTS}:empty"): (
        3,
        told(
            f"{STARTS}:empty",
            "it raised OSError: no data",
            "a function of no arguments that returns the model's inputs",
            "call it in Python and mend what it reports",
        ),
    ),
    (f"{STARTS}:Refuses", *BATCH): (
        3,
        told(
            "Refuses",
            "the forward failed (ValueError: not today)",
            "a batch that the model's forward takes",
            AGAIN,
        ),
    ),
    (f"{STARTS}:Waits", *BATCH): (130, "\ninterrupted\n"),
    (*GOOD, "--loss", f"{STARTS}:many"): (
        2,
        told(
            "",
            "the loss returned shape (16, 32)",
            "one number, as a tensor",
            "reduce it: loss=lambda output: function(output, target).mean()",
        ),
    ),
    (*GOOD, "--baseline", "none.json"): (
        2,
        told(
            "none.json",
            "it cannot be read ([Errno 2] No such file or directory: 'none.json')",
            "a file that isometry has written",
            "check the path, relative to this folder",
        ),
    ),
    (*GOOD, "--update-baseline"): (
        2,
        told(
            "",
            "--update-baseline is given without a baseline",
            "the file that is to be written",
            "add --baseline FILE, or set it in [tool.isometry]",
        ),
    ),
}


@pytest.mark.parametrize("arguments", WRONG)
def test_what_fails_is_told_and_coded(capsys: Captured, arguments: tuple[str, ...]) -> None:
    code, message = WRONG[arguments]
    assert ran(capsys, "check", *arguments) == (code, "", message)


@pytest.mark.parametrize(
    ("model", "options", "why"),
    [
        ("Stops", ("--input", "4x32"), PRODUCT),
        ("good", (*BATCH, "--loss", f"{STARTS}:raising"), "ValueError: no loss for 2 axes"),
    ],
)
def test_what_was_seen_of_a_model_that_stops_is_told(
    capsys: Captured, tmp_path: Path, model: str, options: tuple[str, ...], why: str
) -> None:
    target = f"{STARTS}:{model}"
    keep = ("--baseline", "b.json", "--update-baseline", "--save", "run.iso.json")
    code, out, err = ran(capsys, "check", target, *options, *keep)
    assert code == 3
    assert f"✖ The model stopped midway ({why}); nothing was found before." in out
    needed = "a forward and a backward that come to their end"
    assert err == told(target, f"it stopped midway ({why})", needed, AGAIN)
    assert [path.name for path in tmp_path.iterdir()] == ["run.iso.json"]


def test_an_unknown_rule_is_told(capsys: Captured) -> None:
    code, out, err = ran(capsys, "check", *GOOD, "--select", "ISO9")
    assert (code, out) == (2, "")
    assert err.startswith("error: there is no rule 'ISO9'. ")


def test_a_defect_is_coded(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    def defective(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("isometry._api.diagnose", defective)
    assert ran(capsys, "check", *GOOD)[0] == 4
