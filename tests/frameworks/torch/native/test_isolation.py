"""A recording leaves the world as it was."""

import random
import subprocess
import sys
import threading
from collections.abc import Callable
from types import CodeType
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import _get_current_dispatch_mode

from isometry import errors
from isometry.frameworks.torch.native import native
from tests.frameworks.torch.native import nets

INTERCEPTED = ("_no_grad_trunc_normal_", "orthogonal_", "sparse_", "dirac_", "eye_")


def _codes() -> list[CodeType]:
    return [getattr(nn.init, name).__code__ for name in INTERCEPTED]


def _states() -> tuple[object, ...]:
    """Torch's, NumPy's and Python's global generators."""
    numpy_state: Any = np.random.get_state()  # noqa: NPY002 - the global generator is meant
    keys = (numpy_state[1].tolist(), numpy_state[2])
    return torch.get_rng_state().tolist(), keys, random.getstate()


def _raising() -> nn.Module:
    nn.Linear(3, 3)
    raise RuntimeError("no disk")


@pytest.mark.parametrize("net", nets.NETS)
def test_no_generator_moves(net: type[nn.Module]) -> None:
    before = _states()
    native(net)
    assert _states() == before


def test_code_that_seeds_a_generator_does_not_move_it_either() -> None:
    def build() -> nn.Module:
        torch.manual_seed(3)
        return nn.Linear(3, 3)

    before = torch.get_rng_state()
    native(build)
    assert torch.equal(torch.get_rng_state(), before)


def test_numbers_from_numpy_are_recorded_with_a_warning() -> None:
    def build() -> nn.Module:
        linear = nn.Linear(3, 3)
        linear.bias.data = torch.from_numpy(np.random.rand(3))  # noqa: NPY002 - as models do
        return linear

    with pytest.warns(errors.IsometryWarning, match="drew from NumPy's or Python's global"):
        native(build)


@pytest.mark.parametrize("build", [nets.Library, _raising])
def test_the_modes_and_functions_are_as_before(build: Callable[[], nn.Module]) -> None:
    codes = _codes()
    _outcome(build)
    assert _codes() == codes
    assert _get_current_dispatch_mode() is None
    drawn = nn.init.trunc_normal_(torch.zeros(100))
    assert drawn.std() > 0.1


def _outcome(build: Callable[[], nn.Module]) -> object:
    try:
        return native(build)
    except errors.ModelError as error:
        return error


def test_a_given_model_is_not_touched() -> None:
    model = nets.Patched()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    versions = [tensor._version for tensor in model.state_dict(keep_vars=True).values()]
    native(nn.Sequential(model.embedding, model.lstm))
    assert all(torch.equal(t, before[name]) for name, t in model.state_dict().items())
    assert [t._version for t in model.state_dict(keep_vars=True).values()] == versions


def test_another_thread_initializes_for_real_meanwhile() -> None:
    inside, done = threading.Event(), threading.Event()
    drawn: list[torch.Tensor] = []

    def other() -> None:
        inside.wait(10)
        drawn.append(nn.init.orthogonal_(torch.zeros(4, 4)))
        done.set()

    def build() -> nn.Module:
        inside.set()
        assert done.wait(10)
        return nets.Library()

    thread = threading.Thread(target=other)
    thread.start()
    native(build)
    thread.join()
    assert torch.allclose(drawn[0] @ drawn[0].T, torch.eye(4), atol=1e-5)


def test_a_model_of_seventy_billion_weights_takes_no_memory() -> None:
    plan = native(lambda: nn.Sequential(*(nn.Linear(30_000, 30_000) for _ in range(78))))
    assert sum(one.parameter.size for one in plan) > 70e9


def test_a_factory_may_build_on_the_meta_device_itself() -> None:
    def build() -> nn.Module:
        with torch.device("meta"):
            return nets.Patched()

    assert native(build) == native(nets.Patched)


@pytest.mark.slow
def test_torch_s_compiler_is_not_loaded() -> None:
    code = (
        "import sys; from torch import nn; from isometry.frameworks.torch.native import native; "
        "native(lambda: nn.Linear(3, 4)); sys.exit('torch._dynamo' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
