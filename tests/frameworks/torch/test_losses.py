"""Where the gradient of a diagnosis starts when targets are drawn by chance."""

import math

import pytest
import torch

from isometry import errors
from isometry.frameworks.torch.observing.losses import started


def logits(*shape: int) -> torch.Tensor:
    return torch.zeros(shape, requires_grad=True)


@pytest.mark.parametrize(
    ("shape", "classes"),
    [((6, 10), 10), ((2, 5, 7), 7), ((2, 3, 4, 5), 3), ((2, 3, 4, 5, 6), 3)],
    ids=["classes", "words", "images", "volumes"],
)
def test_classes_by_chance(shape: tuple[int, ...], classes: int) -> None:
    scalar, loss = started(logits(*shape), "auto")
    assert (loss.kind, loss.classes) == ("cross-entropy", classes)
    assert loss.value == pytest.approx(math.log(classes), rel=1e-6)  # equal logits know nothing
    assert loss.uninformed == math.log(classes)
    assert scalar is not None


@pytest.mark.parametrize("shape", [(400, 1), (400,)])
def test_one_output_is_compared_with_normal_numbers(shape: tuple[int, ...]) -> None:
    _, loss = started(logits(*shape), "auto")
    assert loss.kind == "mean-square"
    # The mean square of 400 normal numbers is 1 within 4 standard errors of √(2/400).
    assert abs(loss.value - 1) < 4 * math.sqrt(2 / 400)


def test_the_same_targets_every_time_and_no_generator_moved() -> None:
    spread = torch.arange(60.0).reshape(6, 10).requires_grad_()
    state = torch.get_rng_state()
    first, again = started(spread, "auto")[1], started(spread, "auto")[1]
    assert first == again
    assert torch.equal(torch.get_rng_state(), state)


def test_all_classes_occur() -> None:
    scalar, _ = started(outputs := logits(600, 3), "auto")
    assert scalar is not None
    (gradient,) = torch.autograd.grad(scalar, outputs)
    shares = (1 / 3 - 600 * gradient).mean(0)  # the gradient of a place is softmax less one-hot
    # Each share is 1/3 within 4 standard errors.
    assert float((shares - 1 / 3).abs().max()) < 4 * math.sqrt(2 / 9 / 600)


def test_another_word_is_told() -> None:
    needed = "a function of the output, targets, or 'auto' for targets drawn by chance"
    with pytest.raises(errors.InputError) as caught:
        started(logits(2, 3), "atuo")  # type: ignore[arg-type]  # what a typo would be
    assert str(caught.value) == (
        f"the loss is 'atuo'. Needed: {needed}. Do: pass one of them as loss=."
    )
