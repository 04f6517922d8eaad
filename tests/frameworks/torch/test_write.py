"""A plan reaches every tensor of a model, once, and nothing else changes."""

import random
from copy import deepcopy
from itertools import chain
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations

from isometry import errors, plans, recipes, rng, schemes
from isometry.frameworks.torch import apply, describe, fingerprint
from tests.frameworks.torch.models import (
    Net,
    everything,
    initialized,
    one_scheme,
    planned,
    same,
    values,
)


def poisoned(model: Any, poison: float) -> Any:
    with torch.no_grad():
        for tensor in chain(model.parameters(), model.buffers()):
            tensor.fill_(poison if tensor.is_floating_point() else 77)
    return model


def test_every_tensor_is_written_whatever_was_there() -> None:
    first, second = poisoned(everything(), float("nan")), poisoned(everything(), 1e30)
    ledger = apply(planned(first), first, seed=0)
    apply(planned(second), second, seed=0)
    assert ledger.uncovered == ()
    assert set(ledger.writes.values()) == {1}
    assert same(values(first), values(second))
    assert all(bool(torch.isfinite(one.float()).all()) for one in values(first).values())


def test_a_tensor_that_no_rule_covers_is_an_error() -> None:
    parameters = describe(Net(depth=1))
    with pytest.raises(errors.UncoveredError, match=r"h\.0\.gamma"):
        plans.decide(parameters, recipes.recipe("xavier", parameters))


def test_the_values_are_those_of_the_law() -> None:
    net: Any = nn.Sequential(nn.Linear(30, 20))
    apply(one_scheme(net), net, seed=7)
    expected = rng.draw(rng.derive_key(7, "0.weight"), rng.Normal(std=0.02), 0, 600)
    assert np.array_equal(net[0].weight.detach().numpy().ravel(), expected)


def test_seeds_and_paths_give_other_values() -> None:
    net: Any = nn.Sequential(nn.Linear(9, 9), nn.Linear(9, 9))
    apply(one_scheme(net), net, seed=0)
    first = values(net)
    apply(one_scheme(net), net, seed=1)
    assert not torch.equal(first["0.weight"], first["1.weight"])
    assert not torch.equal(first["0.weight"], net[0].weight)


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_threads_do_not_change_a_bit(threads: int) -> None:
    one, other = nn.Linear(700, 900), nn.Linear(700, 900)
    apply(one_scheme(one), one, seed=0)
    apply(one_scheme(other), other, seed=0, threads=threads)
    assert fingerprint(one) == fingerprint(other)


def bits(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.view(torch.uint8)


DTYPES = [torch.float64, torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2]


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_storage_dtype_is_float32_rounded_once(dtype: torch.dtype) -> None:
    high = initialized(Net(), seed=3)
    low = Net().to(dtype)
    apply(planned(high), low, seed=3)
    exact = values(high)
    differing = [
        name
        for name, one in values(low).items()
        if not torch.equal(bits(one), bits(exact[name].to(one.dtype)))
    ]
    assert differing == []


def test_the_dtypes_of_the_test_before_do_round() -> None:
    net: Any = initialized(Net(), seed=3)
    assert not torch.equal(net.emb.weight, net.emb.weight.bfloat16().float())


@pytest.mark.parametrize(
    "tensor",
    [
        torch.zeros(5, 3).t(),
        torch.zeros(3, 5, 2)[:, :, 1],
        torch.zeros(6, 5)[::2],
        torch.zeros(40)[3:18].view(3, 5),
    ],
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_strides_do_not_change_the_values(tensor: torch.Tensor, dtype: torch.dtype) -> None:
    strided, plain = nn.Linear(5, 3), nn.Linear(5, 3)
    strided.weight = nn.Parameter(tensor.to(dtype, memory_format=torch.preserve_format))
    apply(one_scheme(strided), strided, seed=0)
    apply(one_scheme(plain), plain, seed=0)
    assert torch.equal(strided.weight, plain.weight.to(dtype))


def test_a_view_writes_its_own_memory_only() -> None:
    storage, net = torch.full((4, 10), 9.0), nn.Linear(5, 4)
    net.weight = nn.Parameter(storage[:, :5])
    apply(one_scheme(net), net, seed=0)
    assert torch.equal(storage[:, :5], net.weight)
    assert set(storage[:, 5:].flatten().tolist()) == {9.0}


class Expanded(nn.Module):
    """A buffer of which all rows are one row in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("rows", torch.zeros(4).expand(3, 4))


def expanded_plan(rows: list[list[float]]) -> plans.Plan:
    return one_scheme(Expanded(), schemes.Values.of(np.array(rows, np.float32)))


def test_an_expanded_tensor_takes_equal_rows() -> None:
    net: Any = Expanded()
    apply(expanded_plan([[1, 2, 3, 4]] * 3), net)
    assert net.rows.tolist() == [[1, 2, 3, 4]] * 3


def test_an_expanded_tensor_refuses_different_rows() -> None:
    net: Any = Expanded()
    with pytest.raises(errors.UnsupportedTensorError) as caught:
        apply(one_scheme(net), net)
    assert str(caught.value) == (
        "rows: its strides (0, 1) make several elements share memory, and 'rows' is planned with "
        "different values for them. Needed: a tensor whose elements are apart. Do: call "
        ".contiguous() or .clone() on it in the model's constructor."
    )
    assert net.rows.tolist() == [[0.0] * 4] * 3


def test_tied_tensors_are_written_once_and_stay_tied() -> None:
    net: Any = Net()
    ledger = apply(planned(net), net, seed=0)
    assert net.head.weight is net.emb.weight
    assert (ledger["head.weight"].status, ledger.writes["head.weight"]) == ("tied", 1)


def test_a_padding_row_stays_zero() -> None:
    net: Any = initialized(Net())
    assert net.emb.weight[0].tolist() == [0.0] * 8
    assert net.emb.weight[1:].abs().min() > 0


def test_what_torch_knows_of_a_parameter_stays() -> None:
    net: Any = nn.Linear(4, 3)
    net.weight.requires_grad_(False)  # noqa: FBT003 - torch takes it by position
    net.bias.grad = torch.ones(3)
    hook = net.register_forward_hook(lambda *_: None)
    before = id(net.weight), id(net.bias), net.training
    apply(one_scheme(net), net, seed=0)
    assert (id(net.weight), id(net.bias), net.training) == before
    assert (net.weight.requires_grad, net.bias.requires_grad) == (False, True)
    assert net.bias.grad.tolist() == [1.0] * 3
    assert hook.id in net._forward_hooks


def test_autograd_is_told_that_a_weight_changed() -> None:
    net: Any = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2))
    loss = net(torch.ones(1, 4)).sum()
    apply(one_scheme(net), net, seed=0)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_no_global_generator_is_touched() -> None:
    net: Any = nn.ModuleList(
        [
            everything(),
            parametrizations.orthogonal(nn.Linear(3, 5)),
            parametrizations.spectral_norm(nn.Linear(3, 5)),
        ]
    )
    before = (
        torch.get_rng_state(),
        random.getstate(),
        np.random.get_state(legacy=False)["state"]["key"].tolist(),  # noqa: NPY002 - it is watched
    )
    with pytest.warns(errors.IsometryWarning, match="the layer uses what"):
        initialized(net)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert random.getstate() == before[1]
    assert np.random.get_state(legacy=False)["state"]["key"].tolist() == before[2]  # noqa: NPY002 - the global state is what is watched


def test_other_layers_do_not_change_a_layer() -> None:
    net: Any = nn.ModuleDict({"a": nn.Linear(4, 4), "b": nn.Linear(4, 4)})
    longer = nn.ModuleDict({"new": nn.Linear(9, 9), "b": nn.Linear(4, 4), "a": nn.Linear(4, 4)})
    first, second = values(initialized(net)), values(initialized(longer))
    assert all(torch.equal(tensor, second[name]) for name, tensor in first.items())


def test_the_ledger_tells_what_was_done() -> None:
    net: Any = nn.Linear(300, 400)
    ledger = apply(one_scheme(net), net, seed=5)
    entry = ledger["weight"]
    assert (entry.status, entry.shape, entry.dtype) == ("written", (400, 300), "float32")
    assert entry.target_std == 0.02
    assert abs(entry.z_std) < 4
    assert entry.std == pytest.approx(net.weight.std().item(), rel=2e-2)
    assert (ledger.seed, ledger.recipe, ledger.plan) == (5, "one", one_scheme(net).digest())


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_out_of_range_is_refused_before_anything_is_written(seed: int) -> None:
    net: Any = nn.Linear(3, 2)
    before = values(net)
    with pytest.raises(errors.InputError):
        apply(one_scheme(net), net, seed=seed)
    assert same(values(net), before)


def test_a_plan_for_another_model_is_refused_before_anything_is_written() -> None:
    net: Any = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 2))
    other = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 3), nn.LayerNorm(3))
    before = values(net)
    with pytest.raises(errors.MismatchError) as caught:
        apply(one_scheme(other), net)
    assert str(caught.value) == (
        "plan and model differ in 4 places\n"
        "  1.weight: shape is (3, 2) in the plan and (2, 2) there\n"
        "  1.bias: shape is (3,) in the plan and (2,) there\n"
        "  2.weight: only in the plan (3 float32)\n"
        "  2.bias: only in the plan (3 float32). Needed: the model that the plan was made for. "
        "Do: make a new plan from this model."
    )
    assert same(values(net), before)


def test_the_bits_of_version_1_never_change() -> None:
    # No sum of these may ever be edited: other bits are another version.
    found = {name: str(fingerprint(initialized(Net(), recipe=name))) for name in GOLDEN}
    assert found == GOLDEN


GOLDEN = {"he": "f1-2e1251f792101052", "xavier": "f1-4be3d0ac0b8333e0"}


def test_a_copy_of_a_model_is_equal() -> None:
    net: Any = Net()
    twin = deepcopy(net)
    assert same(values(initialized(net)), values(initialized(twin)))
