import json
import shutil
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file

from isometry import errors, plans, schemes, weights
from isometry.parameters import Parameter
from isometry.plans import Assignment, Plan
from tests.weights.models import CASES, DENSE, NORMAL, assignment

BUFFER = Parameter("buffer", (3,), kind="buffer", persistent=False)
PLAN = Plan(
    "mine",
    (
        Assignment(
            Parameter("head", (6, 4), role="weight", axes=DENSE, ties=("wte",)), NORMAL, "", ""
        ),
        assignment(schemes.Orthogonal(), (4, 4), path="square"),
        assignment(schemes.Constant(1.0), (), path="count", dtype="int64", axes=None),
        Assignment(BUFFER, schemes.Constant(2.0), "", ""),
        assignment(NORMAL, (0, 3), path="empty"),
        assignment(schemes.Rows(NORMAL, (0,)), (5, 4), path="table"),
    ),
)
STORED = ("head", "square", "count", "empty", "table")


def folder_names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("chunk", [1, 5, 2**20])
def test_a_file_holds_the_plan(tmp_path: Path, chunk: int) -> None:
    path = tmp_path / "model.safetensors"
    written = weights.write_safetensors(path, PLAN, 3, chunk=chunk)
    found = load_file(path)
    assert tuple(sorted(found)) == tuple(sorted(STORED))
    expected = {name: np.empty_like(found[name]) for name in STORED}
    for name, out in expected.items():
        weights.write(out, PLAN[name], 3)
    assert {name: found[name].tobytes() for name in STORED} == {
        name: out.tobytes() for name, out in expected.items()
    }
    assert {name: found[name].shape for name in STORED} == {
        name: PLAN[name].parameter.shape for name in STORED
    }
    assert written.files == (path,)
    assert (written.tensors, written.aliases) == (5, {"wte": "head"})
    assert written.nbytes == sum(out.nbytes for out in expected.values())
    assert folder_names(tmp_path) == ["model.safetensors"]


def test_metadata(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    weights.write_safetensors(path, PLAN, 3)
    with safe_open(path, "numpy") as file:
        assert file.metadata() == {
            "format": "pt",
            "isometry.plan": PLAN.digest(),
            "isometry.recipe": "mine",
            "isometry.seed": "3",
            "isometry.version": "v1",
        }


def test_dtype_is_that_of_floating_tensors(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    weights.write_safetensors(path, PLAN, 3, dtype="float16")
    found = load_file(path)
    assert {name: str(found[name].dtype) for name in STORED} == {
        **dict.fromkeys(STORED, "float16"),
        "count": "int64",
    }


def test_progress_adds_up(tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []
    weights.write_safetensors(
        tmp_path / "m.safetensors", PLAN, chunk=10, progress=lambda path, n: told.append((path, n))
    )
    assert sum(count for _, count in told) == 24 + 16 + 1 + 20
    assert [count for path, count in told if path == "head"] == [10, 10, 4]


def test_shards(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    written = weights.write_safetensors(path, PLAN, 3, shard_size=100)
    names = [file.name for file in written.files]
    assert names == [
        "model-00001-of-00003.safetensors",
        "model-00002-of-00003.safetensors",
        "model-00003-of-00003.safetensors",
        "model.safetensors.index.json",
    ]
    index = json.loads((tmp_path / names[3]).read_text())
    assert index["metadata"] == {"total_size": written.nbytes}
    assert index["weight_map"] == {
        "head": names[0],
        "square": names[1],
        "count": names[1],
        "empty": names[1],
        "table": names[2],
    }
    whole = tmp_path / "whole.safetensors"
    weights.write_safetensors(whole, PLAN, 3)
    together = {k: v for name in names[:3] for k, v in load_file(tmp_path / name).items()}
    assert {k: v.tobytes() for k, v in together.items()} == {
        k: v.tobytes() for k, v in load_file(whole).items()
    }


def test_resume_leaves_finished_files(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    first = weights.write_safetensors(path, PLAN, 3, shard_size=100)
    first.files[1].unlink()
    stamp = first.files[0].stat().st_mtime_ns
    second = weights.write_safetensors(path, PLAN, 3, shard_size=100, resume=True)
    assert second.resumed == (first.files[0], first.files[2])
    assert second.files[0].stat().st_mtime_ns == stamp
    assert second.files[1].exists()


def test_torch_reads_it(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import load_file as load_torch

    path = tmp_path / "model.safetensors"
    weights.write_safetensors(path, PLAN, 3, dtype="bfloat16")
    head = load_torch(path)["head"]
    expected = torch.from_numpy(weights.values(PLAN["head"], 3)).to(torch.bfloat16)
    assert torch.equal(head, expected)


def test_data(tmp_path: Path) -> None:
    written = weights.write_safetensors(tmp_path / "m.safetensors", PLAN)
    data = json.loads(json.dumps(written.to_data()))
    assert data["files"] == [str(tmp_path / "m.safetensors")]
    assert data["aliases"] == {"wte": "head"}


def test_existing_file(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_text("precious")
    with pytest.raises(errors.ExistingFileError) as caught:
        weights.write_safetensors(path, PLAN)
    assert str(caught.value) == (
        f"{path}: the file exists. Needed: a path where nothing is. "
        "Do: choose another path, or pass force."
    )
    assert path.read_text() == "precious"
    weights.write_safetensors(path, PLAN, force=True)
    assert len(load_file(path)) == 5


def test_existing_index(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors.index.json").write_text("{}")
    with pytest.raises(errors.ExistingFileError, match=r"index.json: the file exists"):
        weights.write_safetensors(tmp_path / "model.safetensors", PLAN, shard_size=100)


def test_kept_tensors_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(errors.PlanError) as caught:
        weights.write_safetensors(tmp_path / "m", PLAN.replace("square", None))
    assert str(caught.value) == (
        "the plan keeps 1 tensors as they are, and a file has nothing to keep: square. "
        "Needed: a scheme for every stored tensor. "
        "Do: plan without only= and skip=, or initialize the model and save it."
    )
    assert folder_names(tmp_path) == []


def test_dtypes_that_the_format_lacks(tmp_path: Path) -> None:
    with pytest.raises(errors.DtypeError, match=r"^head: safetensors has no dtype float8_e3m4"):
        weights.write_safetensors(tmp_path / "m", PLAN, dtype="float8_e3m4")
    assert folder_names(tmp_path) == []


def test_unknown_dtype(tmp_path: Path) -> None:
    with pytest.raises(errors.DtypeError, match=r"^the dtype is 'float31'"):
        weights.write_safetensors(tmp_path / "m", PLAN, dtype="float31")


def test_missing_folder(tmp_path: Path) -> None:
    path = tmp_path / "none" / "m.safetensors"
    with pytest.raises(errors.FileError) as caught:
        weights.write_safetensors(path, PLAN)
    assert str(caught.value) == (
        f"{path}: the file cannot be written: No such file or directory. "
        "Needed: an existing folder that may be written to. "
        "Do: create the folder or choose another path."
    )


def test_a_full_disk_is_seen_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=100)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(errors.FileError, match="bytes are to be written and 100 are free"):
        weights.write_safetensors(tmp_path / "m", PLAN)
    assert folder_names(tmp_path) == []


def stop(error: BaseException) -> Callable[[str, int], None]:
    def progress(path: str, count: int) -> None:
        raise error

    return progress


def test_an_interrupt_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    with pytest.raises(KeyboardInterrupt) as caught:
        weights.write_safetensors(path, PLAN, progress=stop(KeyboardInterrupt()))
    assert caught.value.__notes__ == [f"{path}.part was removed; nothing is left at {path}"]
    assert folder_names(tmp_path) == []


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), errors.InputError("a scheme failed")]
)
def test_an_error_leaves_nothing(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(errors.IsometryError, match=r"No space left|a scheme failed"):
        weights.write_safetensors(tmp_path / "m", PLAN, progress=stop(error))
    assert folder_names(tmp_path) == []


def test_text_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    weights.write_text(path, "ä")
    assert path.read_bytes() == "ä".encode()
    with pytest.raises(errors.ExistingFileError):
        weights.write_text(path, "b")
    weights.write_text(path, "b", force=True)
    assert path.read_text() == "b"
    assert folder_names(tmp_path) == ["plan.json"]


def test_a_file_needs_no_memory_of_its_size(tmp_path: Path) -> None:
    large = Plan("mine", (assignment(NORMAL, (2**11, 2**12)),))
    weights.write_safetensors(tmp_path / "a", PLAN, threads=1)
    tracemalloc.start()
    weights.write_safetensors(tmp_path / "b", large, chunk=2**16, threads=1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**24
    assert (tmp_path / "b").stat().st_size > 2**25


def test_cases_of_other_tests_can_be_stored(tmp_path: Path) -> None:
    plan = Plan(
        "all",
        tuple(
            assignment(one.scheme, one.parameter.shape, path=name, axes=one.parameter.axes)
            for name, one in CASES.items()
        ),
    )
    weights.write_safetensors(tmp_path / "m", plan, 1, chunk=13)
    found = load_file(tmp_path / "m")
    assert {k: v.tobytes() for k, v in found.items()} == {
        one.parameter.path: weights.values(one, 1).tobytes() for one in plan
    }
    assert plans.Plan.from_json(plan.to_json()) == plan
