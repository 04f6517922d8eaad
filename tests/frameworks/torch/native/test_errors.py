"""What cannot be recorded is said, whole."""

from typing import Any

import pytest
import torch
from torch import nn

from isometry import errors
from isometry.frameworks.torch.native import native


class Unwritten(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.never = nn.Parameter(torch.empty(3, 4))
        self.partly = nn.Parameter(torch.empty(4, 4))
        self.partly.data[:2].normal_()
        self.turned = nn.Parameter(torch.linalg.qr(torch.randn(5, 5))[0])
        self.register_buffer("fine", torch.ones(3))


def test_all_tensors_without_a_law_are_named() -> None:
    with pytest.raises(errors.UncoveredError) as caught:
        native(Unwritten)
    assert str(caught.value) == (
        "3 tensors without a law: never is never written; partly is written only in part; "
        "turned is computed from draws by linalg_qr, which has no law here. "
        "Needed: every parameter and buffer written by the model's own initialization. "
        "Do: write it there, or use a recipe with a rule for it."
    )


def test_a_built_modules_own_buffer_is_kept() -> None:
    assignment = native(nn.CrossEntropyLoss(weight=torch.ones(2)))["weight"]
    assert assignment.scheme is None
    assert assignment.reason == (
        "The model's constructor computed this buffer; it is not drawn anew."
    )


def test_a_built_modules_buffer_without_values_is_not_kept() -> None:
    with torch.device("meta"):
        loss = nn.CrossEntropyLoss(weight=torch.ones(2))
    with pytest.raises(errors.UncoveredError, match="weight is never written"):
        native(loss)


def test_a_built_module_without_resets_asks_for_a_factory() -> None:
    with pytest.raises(errors.UncoveredError) as caught:
        native(nn.ParameterList([torch.ones(2)]))
    assert str(caught.value) == (
        "1 tensor without a law: 0 is never written. "
        "Needed: every parameter and buffer written by the model's own initialization. "
        "Do: pass the function that builds the model, lambda: MyModel(...), which shows more."
    )


def test_an_error_of_the_model_s_code_is_passed_on() -> None:
    def build() -> nn.Module:
        raise RuntimeError("no disk")

    with pytest.raises(errors.ModelError) as caught:
        native(build)
    assert str(caught.value) == (
        "the model's own code raised RuntimeError: no disk. "
        "Needed: a model that can be built without memory for its weights. "
        "Do: see the error above; if the code reads the values of random weights, "
        "give a recipe instead of native."
    )
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_code_that_looks_at_a_draw_is_refused() -> None:
    def build() -> nn.Module:
        linear = nn.Linear(3, 3)
        return linear if linear.weight[0, 0] > 0 else nn.Linear(2, 2)

    with pytest.raises(errors.ModelError, match=r"cannot be called on meta tensors"):
        native(build)


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(errors.InputError) as caught:
        native(3)
    assert str(caught.value) == (
        "native was given a int. "
        "Needed: a function that builds the model, a torch module, or a transformers "
        "configuration. "
        "Do: pass lambda: MyModel(...)."
    )


def _three() -> Any:
    return 3


def test_a_factory_that_returns_no_model_is_refused() -> None:
    with pytest.raises(errors.InputError) as caught:
        native(_three)
    assert str(caught.value) == (
        "the factory returned a int. Needed: a torch module. Do: return the model."
    )
