"""Architectures of transformers, built small: what ran is in the graph, with its fans."""

import pytest
import torch

from isometry.frameworks.torch.tracing.capture import run, ways
from tools import architectures, sweep_page

QUICK = ("bert", "clip", "idefics3", "llama", "longformer", "mixtral", "t5", "vit")
"""Text, image, both, a mixture of experts, and two whose forward looks at values."""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", QUICK)
def test_a_small_architecture_is_captured(name: str) -> None:
    outcome = sweep_page.outcome(name)
    assert (outcome.way, outcome.wrong, outcome.changed, outcome.notes) == ("fake", (), (), ())
    assert outcome.problem == ""


def test_wrong_fans_are_found_wrong() -> None:
    model = architectures.build("bert")
    example = {"input_ids": torch.arange(8).reshape(2, 4)}
    truth = sweep_page.executed(model, example)
    spoiled = truth | {"encoder.layer.0.output.dense.weight": (3, 5)}
    graph = run(model, example, ways(model)[0])
    assert list(sweep_page._wrong(graph, truth)) == []
    assert list(sweep_page._wrong(graph, spoiled)) == ["encoder.layer.0.output.dense.weight"]


def test_a_changed_model_is_found_changed() -> None:
    model = architectures.build("bert")
    before = sweep_page.state(model)
    model.train()
    next(model.parameters()).data[0, 0] += 1
    changed = list(sweep_page._changed(before, sweep_page.state(model)))
    assert changed == ["embeddings.word_embeddings.weight", "mode"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_every_architecture_that_runs_is_captured() -> None:
    ran = [outcome for outcome in sweep_page.outcomes(architectures.names()) if outcome.way]
    weights = sum(outcome.weights for outcome in ran)
    wrong = [(outcome.name, path) for outcome in ran for path in outcome.wrong]
    fake = [outcome.name for outcome in ran if outcome.way == "fake"]
    changed = {outcome.name: outcome.changed for outcome in ran if outcome.changed}
    assert len(ran) > 400
    assert len(wrong) <= weights / 1000
    assert len(fake) >= 0.95 * len(ran)
    assert changed == {}
