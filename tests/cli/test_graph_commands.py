"""What the command line shows of a model's dataflow, and what it predicts."""

import json
from pathlib import Path

import pytest

import isometry as iso
from tests.cli.test_commands import MLP, NETS, Captured, ran, told

ODD = f"{NETS}:odd"


def test_the_tree(capsys: Captured) -> None:
    code, out, err = ran(capsys, "graph", MLP)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        MLP,
        "├── input  2×6",
        "├── 0  linear  6→4 · input → relu",
        "├── 1  relu  2×4",
        "└── 2  linear  4→2 · relu → output",
    ]


def test_the_picture_and_the_data(capsys: Captured, tmp_path: Path) -> None:
    names = ("net.svg", "net.json")
    codes = [ran(capsys, "graph", MLP, "-o", str(tmp_path / name))[0] for name in names]
    assert codes == [0, 0]
    assert (tmp_path / "net.svg").read_text().startswith("<svg ")
    assert len(iso.graphs.from_json((tmp_path / "net.json").read_text())) > 3


def test_another_file(capsys: Captured, tmp_path: Path) -> None:
    path = tmp_path / "net.png"
    needed, do = ".svg for a picture or .json for the graph itself", "choose one of them"
    assert ran(capsys, "graph", MLP, "-o", str(path)) == (
        2,
        "",
        told(str(path), "the file's name ends in '.png'", needed, do),
    )


def test_the_plan_predicts(capsys: Captured) -> None:
    _, out, _ = ran(capsys, "plan", MLP, "-r", "he", "--graph")
    lines = out.splitlines()
    assert lines[2].split()[5] == "1"  # sqrt(6 · 1/6): what the first layer puts out
    assert lines[4].split()[5] == "1"  # sqrt(4 · 2/4 · 1/2): He's rule keeps it
    assert lines[7].endswith("between inputs keep their size, on average")
    assert lines[8] == "two inputs stay distinguishable through all layers"
    assert "└── 2  linear  4→2 · relu → output" in lines


def test_the_forecast_can_be_left_out(capsys: Captured) -> None:
    _, out, _ = ran(capsys, "plan", MLP, "--no-forecast")
    assert "signal" not in out
    assert "forecast" not in out


def test_inputs_that_nobody_described(capsys: Captured) -> None:
    code, out, _ = ran(capsys, "plan", ODD, "-r", "he")
    assert code == 0
    assert "no forecast: Odd: no example was given, and the model does not say what it" in out
    assert "Assumed: no graph of the model shows what surrounds it." in out
    _, out, _ = ran(capsys, "plan", ODD, "-r", "he", "--input", "5x6")
    assert "Its input comes from tanh: variance 2.536/fan_in." in out


def test_inputs_from_a_function(capsys: Captured) -> None:
    _, out, _ = ran(capsys, "graph", ODD, "--batch", f"{NETS}:batch")
    assert out.splitlines()[1] == "├── input  7×6"


BAD: dict[tuple[str, ...], str] = {
    ("--input", "6", "--batch", f"{NETS}:batch"): told(
        "", "both --input and --batch are given", "one of them", "leave one out"
    ),
    ("--input", "2xx6"): told(
        "",
        "the input '2xx6' is no shape",
        "whole numbers above 0 with x between them, and a dtype after a colon if not float32",
        "write --input 32x3x224x224, or --input 2x128:int64",
    ),
    ("--input", "2x6:flaot32"): told(
        "",
        "torch has no dtype 'flaot32'",
        "float32, int64, bool or another of torch's",
        "correct the spelling",
    ),
}


@pytest.mark.parametrize("arguments", BAD)
def test_inputs_that_cannot_be_read(capsys: Captured, arguments: tuple[str, ...]) -> None:
    assert ran(capsys, "graph", ODD, *arguments) == (2, "", BAD[arguments])


def test_rules_read_the_graph(capsys: Captured, tmp_path: Path) -> None:
    rules = tmp_path / "mine.toml"
    rules.write_text('base = "he"\n[[rules]]\nbefore = "relu"\nrole = "weight"\nscheme = "zeros"\n')
    _, out, _ = ran(capsys, "plan", MLP, "-r", str(rules), "-f", "json")
    plan = iso.plans.Plan.from_json(json.dumps(json.loads(out)["plan"]))
    assert plan["0.weight"].source == "mine[0] weight before relu"
    assert plan["2.weight"].reason == "Its input comes from relu: variance 2/fan_in."


def test_a_rule_that_the_graph_does_not_know(capsys: Captured, tmp_path: Path) -> None:
    rules = tmp_path / "mine.toml"
    rules.write_text('base = "he"\n[[rules]]\nafter = "rleu"\nscheme = "zeros"\n')
    found, do = (
        "it selects none of 4 tensors",
        "correct after='rleu'; near to it in this model are relu",
    )
    assert ran(capsys, "plan", MLP, "-r", str(rules)) == (
        2,
        "",
        told("mine[0] after rleu", found, "one or more", do),
    )
