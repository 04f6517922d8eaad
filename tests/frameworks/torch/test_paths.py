"""Names are the model's own, whatever it is wrapped in."""

import pytest
from torch import nn
from torch.distributed.algorithms._checkpoint.checkpoint_wrapper import checkpoint_wrapper

from isometry.frameworks.torch import paths


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("fc.weight", "fc.weight"),
        ("_orig_mod.fc.weight", "fc.weight"),
        ("_orig_mod.h.0._checkpoint_wrapped_module.fc.weight", "h.0.fc.weight"),
        ("_fsdp_wrapped_module.h._fsdp_wrapped_module.weight", "h.weight"),
        ("fc.parametrizations.weight.original", "fc.weight"),
        ("fc.parametrizations.weight.original1", "fc.weight"),
        ("parametrizations.bias.original0", "bias"),
        # What a user may have called a module is left alone.
        ("module.fc.weight", "module.fc.weight"),
        ("my_orig_mod.weight", "my_orig_mod.weight"),
        ("_orig_model.weight", "_orig_model.weight"),
        ("parametrizations.weight.0.scale", "parametrizations.weight.0.scale"),
    ],
)
def test_normalise(path: str, expected: str) -> None:
    assert paths.normalise(path) == expected


def names(model: nn.Module) -> list[str]:
    return [path for path, _ in paths.modules(model)]


def test_a_parallel_wrapper_adds_nothing_to_the_path() -> None:
    net = nn.Sequential(nn.Linear(2, 2))
    assert names(nn.DataParallel(net)) == ["", "", "0"]


def test_a_module_that_is_called_module_keeps_its_name() -> None:
    net = nn.ModuleDict({"module": nn.Linear(2, 2)})
    assert names(net) == ["", "module"]


def test_an_inner_wrapper_is_seen_through() -> None:
    net = nn.Sequential(nn.DataParallel(nn.Linear(2, 2)), checkpoint_wrapper(nn.Linear(2, 2)))
    assert names(net) == ["", "0", "0", "1", "1"]


def test_a_shared_module_has_both_its_names() -> None:
    layer = nn.Linear(2, 2)
    assert names(nn.Sequential(layer, layer)) == ["", "0", "1"]


def test_a_module_that_contains_itself_ends() -> None:
    net = nn.Sequential(nn.Linear(2, 2))
    net.itself = net
    assert names(net) == ["", "0"]
