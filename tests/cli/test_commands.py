"""Every command, its formats, its exit codes and its whole messages."""

import json
from pathlib import Path

import pytest
import safetensors.numpy

import isometry as iso
from isometry import _cli

NETS = str(Path(__file__).with_name("nets.py"))
MLP = f"{NETS}:mlp"
Captured = pytest.CaptureFixture[str]

FORMS = "pkg.mod:factory, path/to/file.py:factory, or transformers:config.json"
NAMES = (
    "a function or class of no arguments; found: Bare, Odd, batch, broken, classes, mlp, noise, "
    "odd, text"
)


def ran(capsys: Captured, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    code = _cli.run(arguments)
    told = capsys.readouterr()
    return code, told.out, told.err


def test_plan_prints_one_row_for_layers_alike(capsys: Captured) -> None:
    code, out, err = ran(capsys, "plan", MLP, "--recipe", "he")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "plan · he · 4 tensors · nothing is written"
    paths = [line.split()[0] for line in lines[2:6]]
    assert paths == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert "0.4082" in lines[2]  # sqrt(1 / 6): no activation before it
    assert "0.7071" in lines[4]  # sqrt(2 / 4): ReLU before it


def test_plan_as_json_is_the_plan(capsys: Captured) -> None:
    code, out, _ = ran(capsys, "plan", MLP, "--recipe", "he", "-f", "json")
    data = json.loads(out)
    assert (code, data["schema"]) == (0, 1)
    plan = iso.plans.Plan.from_json(json.dumps(data["plan"]))
    assert plan.paths == ("0.weight", "0.bias", "2.weight", "2.bias")


def test_plan_as_markdown_is_a_table(capsys: Captured) -> None:
    _, out, _ = ran(capsys, "plan", MLP, "-f", "markdown")
    heading = "| parameter | shape | fan in/out | scheme | std | signal | gradient | why |"
    assert out.splitlines()[2] == heading


def test_a_saved_plan_reads_back(capsys: Captured, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    code, _, _ = ran(capsys, "plan", MLP, "--save", str(path))
    assert code == 0
    assert iso.plans.Plan.from_json(path.read_text()).recipe == "native"


def test_skip_keeps_a_tensor(capsys: Captured) -> None:
    _, out, _ = ran(capsys, "plan", MLP, "-r", "he", "--skip", "2.*")
    assert "2 of 4 tensors (parameters) would be written, 28 values; 2 kept" in out


def test_init_writes_what_apply_writes(capsys: Captured, tmp_path: Path) -> None:
    from tests.cli import nets

    path = tmp_path / "weights.safetensors"
    code, out, _ = ran(capsys, "init", MLP, "-o", str(path), "-r", "he", "--seed", "5")
    assert code == 0
    assert "4 tensors, 152 bytes" in out
    net = nets.mlp()
    iso.initialize(net, recipe="he", seed=5)
    stored = safetensors.numpy.load_file(path)
    ours = {name: value.numpy().tobytes() for name, value in net.state_dict().items()}
    assert {name: value.tobytes() for name, value in stored.items()} == ours


def test_init_dry_run_writes_nothing(capsys: Captured, tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    code, out, _ = ran(capsys, "init", MLP, "-o", str(path), "--dry-run")
    assert (code, out.splitlines()[0]) == (0, "plan · native · 4 tensors · nothing is written")
    assert list(tmp_path.iterdir()) == []


def test_a_transformers_config_is_a_model(capsys: Captured, tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    fields = {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "n_layer": 2, "n_embd": 8}
    config.write_text(json.dumps({**fields, "n_head": 2, "n_positions": 4}))
    code, out, err = ran(capsys, "plan", f"transformers:{config}")
    assert (code, err) == (0, "")
    assert "transformer.h.{0..1}.attn.c_attn.weight" in out


def told(path: str, found: str, needed: str, do: str) -> str:
    """The whole of an error message."""
    where = f"{path}: " if path else ""
    return f"error: {where}{found}. Needed: {needed}. Do: {do}.\n"


BAD: dict[tuple[str, ...], tuple[int, str]] = {
    ("plan", "mlp"): (2, told("", "the model 'mlp' has no colon", FORMS, "name a factory")),
    ("plan", "nowhere.py:mlp"): (
        3,
        told("nowhere.py", "no such file", FORMS, "check the path, relative to this folder"),
    ),
    ("plan", f"{NETS}:mpl"): (
        3,
        told(f"{NETS}:mpl", "there is no factory 'mpl'", NAMES, "name one of these"),
    ),
    ("plan", f"{NETS}:constant"): (
        3,
        told(f"{NETS}:constant", "there is no factory 'constant'", NAMES, "name one of these"),
    ),
    ("plan", "no_such_package.nets:mlp"): (
        3,
        told(
            "no_such_package.nets",
            "importing it raised ModuleNotFoundError: No module named 'no_such_package'",
            "a module that can be imported",
            "run it in Python first and mend what it reports",
        ),
    ),
    ("plan", f"{NETS}:broken", "-r", "he"): (
        3,
        told(
            "broken",
            "building it on the meta device raised RuntimeError: no such size",
            "a function of no arguments that builds the model",
            "call it in Python inside `with torch.device('meta'):` and mend what it reports",
        ),
    ),
    ("plan", f"{NETS}:text", "-r", "he"): (
        3,
        told("text", "the factory returned 'str'", "a torch.nn.Module", "return the model"),
    ),
    ("plan", f"{NETS}:Bare", "-r", "he"): (
        2,
        told(
            "",
            "1 tensor has no rule in recipe he: gamma 3 (free of custom)",
            "a rule for every tensor, because a guess could be wrong and nobody would see it",
            "add a rule for each, or keep them as they are with skip=",
        ),
    ),
    ("plan", "transformers:none.json"): (
        2,
        told(
            "none.json",
            "it cannot be read as JSON ([Errno 2] No such file or directory: 'none.json')",
            "the config.json of a transformers model",
            "check the path, relative to this folder",
        ),
    ),
}


@pytest.mark.parametrize("arguments", BAD)
def test_bad_input_is_told_and_coded(capsys: Captured, arguments: tuple[str, ...]) -> None:
    code, message = BAD[arguments]
    assert ran(capsys, *arguments) == (code, "", message)


def test_an_unknown_recipe_is_told(capsys: Captured) -> None:
    code, out, err = ran(capsys, "plan", MLP, "-r", "hee")
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert "'hee'" in err
    assert "he" in err.partition("Needed:")[2]


def test_an_existing_file_is_not_overwritten(capsys: Captured, tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    path.write_bytes(b"precious")
    code, out, err = ran(capsys, "init", MLP, "-o", str(path))
    assert (code, out) == (2, "")
    do = "choose another path, or pass force"
    assert err == told(str(path), "the file exists", "a path where nothing is", do)
    assert path.read_bytes() == b"precious"
    assert ran(capsys, "init", MLP, "-o", str(path), "--force")[0] == 0
    assert path.read_bytes() != b"precious"


def test_an_unsupported_dtype_is_told(capsys: Captured, tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    code, _, err = ran(capsys, "init", MLP, "-o", str(path), "--dtype", "float31")
    assert code == 2
    assert "float31" in err
    assert list(tmp_path.iterdir()) == []


def test_click_tells_wrong_usage(capsys: Captured) -> None:
    code, _, err = ran(capsys, "init", MLP)
    assert code == 2
    assert "Missing option '--out'" in err


def test_an_interrupt_is_coded(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("isometry._api.plan", interrupted)
    assert ran(capsys, "plan", MLP) == (130, "", "\ninterrupted\n")


def test_a_defect_is_told_with_its_trace(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    def defective(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("isometry._api.plan", defective)
    code, out, err = ran(capsys, "plan", MLP)
    assert (code, out) == (4, "")
    assert err.endswith(
        "ZeroDivisionError: secret\nerror: this is a defect of isometry; please report it.\n"
    )


def test_gain_prints_every_convention(capsys: Captured) -> None:
    code, out, _ = ran(capsys, "gain", "gelu", "-f", "json")
    gains = json.loads(out)
    assert code == 0
    assert round(gains["forward"], 6) == 1.533530
    assert round(gains["backward"], 6) == 1.481114


def test_explain_speaks(capsys: Captured) -> None:
    code, out, _ = ran(capsys, "explain", "sigmoid", "--depth", "30")
    assert code == 0
    assert out.splitlines()[0] == "sigmoid: what it does to a signal"


def test_schemes_and_recipes_are_listed(capsys: Captured) -> None:
    _, listed, _ = ran(capsys, "schemes", "-f", "json")
    _, recipes, _ = ran(capsys, "recipes", "-f", "json")
    assert set(json.loads(listed)["schemes"]) == set(iso.schemes.names())
    assert set(json.loads(recipes)["recipes"]) == {"native", *iso.recipes.names()}


def test_version_names_the_bits(capsys: Captured) -> None:
    assert ran(capsys, "version") == (0, f"isometry {iso.__version__} (bits v1)\n", "")


def test_json_is_strict_where_a_depth_scale_is_infinite(capsys: Captured) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    code, out, _ = ran(capsys, "explain", "relu", "-f", "json")
    assert code == 0
    assert json.loads(out, parse_constant=refuse)["schema"] == 1
