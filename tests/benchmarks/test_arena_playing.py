"""The arena plays what is missing and nothing else."""

import importlib.util
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from torch import nn
from torch.nn import functional

from benchmarks.arena import __main__ as command
from benchmarks.arena import gan, nets, page, playing, rows, running, slices, starts, training
from benchmarks.arena.cells import CLASSICS, OURS, PACKAGES, Cell
from benchmarks.arena.data import Batches, data
from benchmarks.arena.limits import Limits, limits
from benchmarks.arena.pupils import Classifier, pupil, started
from tests.benchmarks.results import RELU, played, run

EVERY = slices.cells("all")
SMALL = Cell("digits", "mlp", "relu", 3, "he")


def kinds() -> list[Cell]:
    """The first cell of each net and task."""
    return list({(cell.net, cell.task): cell for cell in reversed(EVERY)}.values())


def test_a_start_that_fails_is_a_result() -> None:
    found = list(playing.play(SMALL.under("nothing")))
    given = limits(SMALL)
    assert [row.reason for row in found if row.seed == 0] == ["error"] * len(given.rates)
    assert {row.reason for row in found if row.seed} == {"skipped"}
    assert {row.error for row in found if row.seed == 0} == {"KeyError: 'nothing'"}
    assert len(found) == len(given.rates) * given.seeds


def test_what_is_done_is_not_played_again() -> None:
    done = list(played(SMALL, 30))
    assert [(row.rate, row.seed) for row in playing.play(SMALL, done[:-1])] == [(1e-2, 4)]


@pytest.mark.parametrize(
    ("row", "hopeless"),
    [
        (rows.Row(SMALL, 1e-3, 0, None, 0.1, 2.3, "hopeless"), True),
        (rows.Row(SMALL, 1e-3, 0, None, 0.1, None, "diverged"), True),
        (rows.Row(SMALL, 1e-3, 0, None, 0.94, None, "diverged"), False),
        (rows.Row(SMALL, 1e-3, 0, None, 0.92, 0.1, "budget"), True),
        (rows.Row(SMALL, 1e-3, 0, None, 0.94, 0.1, "budget"), False),
        (rows.Row(SMALL, 1e-3, 0, 30, 0.95, 0.1, "target"), False),
    ],
)
def test_only_clear_misses_are_given_up(row: rows.Row, hopeless: bool) -> None:
    assert playing.hopeless(row) is hopeless


def test_only_open_cells_are_jobs() -> None:
    half = list(played(RELU, 30))[:4]
    he = RELU.under("he")
    assert running.missing([RELU, he], [*half, *played(he, 30)]) == [(RELU, half)]


def test_all_cells_have_limits_and_are_named_once() -> None:
    assert len({cell.key for cell in EVERY}) == len(EVERY)
    assert all(limits(cell).seeds % 2 for cell in EVERY)  # a median seed exists
    assert set(slices.cells("claims")) < set(EVERY)


def test_budgets_do_not_depend_on_the_start() -> None:
    assert all(limits(cell) == limits(cell.question) for cell in EVERY)


@pytest.mark.parametrize("cell", kinds(), ids=lambda cell: f"{cell.task}-{cell.net}")
def test_every_net_takes_a_step_from_our_start(cell: Cell) -> None:
    small = Cell(cell.task, cell.net, cell.activation, min(cell.depth, 2), OURS, cell.optimizer)
    learner = pupil(started(small, 0), small, 1e-3, 0)
    found = training.train(learner, Limits(steps=1, every=1, target=2.0, floor=-1e9))
    assert (found.reason, len(found.scores)) == ("budget", 1)


@pytest.mark.parametrize("recipe", [OURS, *CLASSICS, "delta", *PACKAGES])
def test_a_start_is_a_function_of_its_seed(recipe: str) -> None:
    if_missing(recipe)
    cell = Cell("digits", "cnn" if recipe == "delta" else "mlp", "relu", 2, recipe)
    first, again, other = (weight(started(cell, seed)) for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def if_missing(recipe: str) -> None:
    name = recipe.partition("-")[0]
    if recipe in PACKAGES and importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed")


def weight(model: nn.Module) -> torch.Tensor:
    return next(one.detach() for one in model.parameters() if one.dim() > 1)


def test_delta_kernels_have_he_s_gain_at_their_centre() -> None:
    cell = Cell("digits", "cnn", "relu", 3, "delta")
    kernels = [one.detach() for one in started(cell, 0).parameters() if one.dim() == 4]
    centre = kernels[1][:, :, 1, 1]
    torch.testing.assert_close(centre @ centre.T, 2 * torch.eye(16))
    assert int(kernels[1].count_nonzero()) == centre.numel()


def test_pupils_of_one_start_do_not_touch_it() -> None:
    model = started(SMALL, 0)
    before = weight(model).clone()
    pupil(model, SMALL, 1e-2, 0).step()
    assert torch.equal(weight(model), before)


@pytest.mark.parametrize("kind", ["adam", "sgd"])
def test_one_tensor_of_all_parameters_learns_as_they_do(kind: str) -> None:
    cell = Cell("digits", "mlp", "tanh", 3, "he", kind)
    mine, theirs = started(cell, 0), started(cell, 0)
    optimizers = {
        "adam": torch.optim.Adam(theirs.parameters(), lr=1e-2),
        "sgd": torch.optim.SGD(theirs.parameters(), lr=1e-2, momentum=0.9),
    }
    learner, known = pupil(mine, cell, 1e-2, 0), data("digits")
    assert isinstance(learner, Classifier)
    batches = Batches(len(known.labels), limits(cell).batch, 0)
    for _ in range(20):
        learner.step()
        optimizers[kind].zero_grad()
        batch = next(batches)
        loss = functional.cross_entropy(theirs(known.inputs[batch]), known.labels[batch])
        loss.backward()  # type: ignore[no-untyped-call]  # torch does not type it
        optimizers[kind].step()
    torch.testing.assert_close(weight(learner.model), weight(theirs), rtol=1e-3, atol=1e-5)


def test_batches_hold_each_example_once_an_epoch() -> None:
    batches = Batches(10, 5, seed=0)
    epochs = [torch.cat([next(batches), next(batches)]) for _ in range(2)]
    assert [sorted(epoch.tolist()) for epoch in epochs] == [list(range(10))] * 2
    assert not torch.equal(*epochs)


@pytest.mark.parametrize(("task", "learn", "test"), [("digits", 1347, 450), ("cancer", 398, 171)])
def test_data_is_split_and_standardised_by_what_is_learned_from(
    task: str, learn: int, test: int
) -> None:
    known = data(task)
    assert (len(known.inputs), len(known.test_inputs)) == (learn, test)
    assert abs(float(known.inputs.mean())) < 1e-5
    assert abs(float(known.inputs.std()) - 1) < 1e-3


def test_a_score_of_pictures_knows_real_ones_from_noise() -> None:
    known = data("digits")
    real, noise = gan.moments(known.test_inputs), gan.moments(torch.randn(1000, 64))
    total = real[1].trace()
    assert gan.distance(real, real) == pytest.approx(0.0, abs=1e-6 * total)
    assert gan.distance(gan.moments(known.inputs), real) < 0.2 * total
    assert gan.distance(noise, real) > 0.5 * total


def test_a_control_has_its_norm_and_no_other_net_has_one() -> None:
    built = [cell for cell in kinds() if cell.net != "gan"]
    normed = [cell for cell in built if any(map(_is_norm, nets.net(cell).modules()))]
    expected = [cell for cell in built if "-" in cell.net]
    assert normed == expected


def _is_norm(module: nn.Module) -> bool:
    return isinstance(module, (nn.LayerNorm, nn.BatchNorm1d, nn.BatchNorm2d))


def test_gradinit_is_shown_training_batches() -> None:
    pytest.importorskip("gradinit")
    model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))
    seen: list[nn.Module] = []

    def criterion(net: nn.Module) -> torch.Tensor:
        seen.append(net)
        return functional.cross_entropy(net(torch.ones(3, 4)), torch.tensor([0, 1, 0]))

    starts.start("gradinit", model, torch.ones(3, 4), criterion, 0)
    assert len(seen) == starts.GRADINIT_STEPS


def test_the_page_is_made_of_results_alone(tmp_path: Path) -> None:
    found = [*played(RELU, 20), *played(RELU.under("he"), 100)]
    page.write(tmp_path / "arena.md", found)
    text = (tmp_path / "arena.md").read_text(encoding="utf-8")
    assert "| relu | **22 (20–24) 4/4** | 102 (100–104) 4/4 |" in text
    pictures = sorted(path.name for path in (tmp_path / "arena").iterdir())
    assert pictures == ["curves.svg", "steps.svg", "windows.svg"]


def test_an_arena_of_nothing_has_a_page(tmp_path: Path) -> None:
    page.write(tmp_path / "arena.md", [])
    assert "**not run**" in (tmp_path / "arena.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_killed_arena_goes_on_where_it_was(tmp_path: Path) -> None:
    cells = slices.cells("smoke")
    for cell in cells:
        for row in list(played(cell, 30))[:-1]:
            rows.append(tmp_path, row)
    with (tmp_path / cells[0].file).open("a", encoding="utf-8") as file:
        file.write('{"k":"digits/mlp/re')
    told = ["--slice", "smoke", "--results", str(tmp_path), "--page", str(tmp_path / "page.md")]
    first = CliRunner().invoke(command.main, told)
    assert first.exit_code == 0, first.output
    assert "2 cells, 2 of them with runs to do" in first.output
    assert running.missing(cells, rows.read(tmp_path)) == []
    assert "2 cells, 0 of them" in CliRunner().invoke(command.main, told).output


def test_nothing_is_run_without_workers(tmp_path: Path) -> None:
    told = ["--slice", "smoke", "--workers", "0", "--results", str(tmp_path)]
    assert CliRunner().invoke(command.main, told).exit_code == 0
    assert rows.read(tmp_path) == []
    assert run(SMALL, 1e-3, 0, 5).line
