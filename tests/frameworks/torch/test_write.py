"""A plan reaches every tensor of a model, once, and nothing else changes."""

import copy
import random
from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, parametrize

from isometry import errors, plans, recipes, rng, schemes, weights
from isometry.frameworks.torch import apply, describe, fingerprint, sinks
from isometry.parameters import Parameter
from tests.frameworks.torch import models
from tests.frameworks.torch.models import Net, everything, initialized, planned, same, values

NORMAL = schemes.Normal(std=0.02)


def one_scheme(model: nn.Module, scheme: schemes.Scheme | None = NORMAL) -> plans.Plan:
    """Every tensor of a model by one scheme."""
    return plans.Plan(
        "one", tuple(plans.Assignment(one, scheme, "test", "test") for one in describe(model))
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


DTYPES = [torch.float64, torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2]


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_storage_dtype_is_float32_rounded_once(dtype: torch.dtype) -> None:
    high = initialized(Net(), seed=3)
    low = Net().to(dtype)
    apply(planned(high), low, seed=3)
    for name, tensor in values(low).items():
        exact = values(high)[name].to(tensor.dtype)
        assert torch.equal(tensor.view(torch.uint8), exact.view(torch.uint8))


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


class Strange(nn.Module):
    """A good tensor, then one that cannot be written."""

    def __init__(self, tensor: torch.Tensor) -> None:
        super().__init__()
        self.good = nn.Parameter(torch.zeros(3))
        self.strange = nn.Parameter(tensor, requires_grad=False)


STRANGE: list[tuple[Callable[[], torch.Tensor], str, str]] = [
    (
        lambda: torch.eye(3).to_sparse(),
        "its layout is torch.sparse_coo",
        "initialize it dense, then convert it",
    ),
    (
        lambda: torch.empty(3, device="meta"),
        "it is on the meta device and has no memory",
        "call materialize(model, plan)",
    ),
    (
        lambda: torch.nested.nested_tensor([torch.ones(2)], layout=torch.jagged),
        "its layout is torch.jagged",
        "initialize it dense, then convert it",
    ),
]


@pytest.mark.parametrize(("make", "found", "do"), STRANGE)
@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors:UserWarning")
def test_a_tensor_that_cannot_be_written_is_named(
    make: Callable[[], torch.Tensor], found: str, do: str
) -> None:
    net: Any = Strange(torch.zeros(3))
    plan = one_scheme(net)
    net.strange = nn.Parameter(make(), requires_grad=False)
    strange = Parameter("strange", tuple(net.strange.shape))
    plan = plans.Plan("one", (plan.assignments[0], plans.Assignment(strange, NORMAL, "", "")))
    with pytest.raises(errors.UnsupportedTensorError) as caught:
        apply(plan, net)
    assert str(caught.value) == (
        f"strange: {found}. Needed: a tensor whose memory can be written. Do: {do}."
    )
    assert net.good.tolist() == [0.0] * 3


def test_a_strange_tensor_can_be_kept() -> None:
    net: Any = Strange(torch.eye(3).to_sparse())
    kept = plans.Plan("one", tuple(plans.Assignment(p, None, "", "") for p in describe(net)))
    assert models.kept(apply(kept, net)) == ["good", "strange"]


def test_several_strange_tensors_are_named_together() -> None:
    with torch.device("meta"):
        net = nn.Linear(3, 2)
    with pytest.raises(errors.UnsupportedTensorError) as caught:
        apply(one_scheme(net), net)
    assert str(caught.value) == (
        "weight: it is on the meta device and has no memory; and so with 1 more\n"
        "  bias: it is on the meta device and has no memory. Needed: a tensor whose memory can be "
        "written. Do: call materialize(model, plan)."
    )


def test_a_tensor_of_whole_numbers_takes_constants() -> None:
    net: Any = Strange(torch.ones(3, dtype=torch.int8))
    apply(one_scheme(net, schemes.Constant(5.0)), net)
    assert net.strange.tolist() == [5, 5, 5]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException, int], None]:
    """Make the writing of the n-th tensor write half of it and raise."""

    def arrange(error: BaseException, after: int) -> None:
        calls = iter(range(100))
        real = weights.write

        def fail(
            out: np.ndarray[tuple[int, ...], np.dtype[np.generic]], *args: object, **kw: object
        ) -> None:
            real(out, *args, **kw)  # type: ignore[arg-type]  # handed on as it came
            if next(calls) == after:
                raise error

        monkeypatch.setattr(weights, "write", fail)

    return arrange


Failing = Callable[[BaseException, int], None]


@pytest.mark.parametrize("error", [MemoryError("no more"), KeyboardInterrupt()])
@pytest.mark.parametrize("after", [0, 5, 12, 20])
def test_an_exception_midway_leaves_the_model_as_it_was(
    failing: Failing, error: BaseException, after: int
) -> None:
    net: Any = everything()
    before, plan = values(net), planned(net)
    failing(error, after)
    with pytest.raises(type(error)):
        apply(plan, net, seed=9)
    assert same(values(net), before)
    assert torch.isfinite(net.weight_norm(torch.ones(1, 3))).all()


@pytest.mark.parametrize("error", [MemoryError("no more"), KeyboardInterrupt()])
def test_without_copies_the_error_says_what_was_written(
    failing: Failing, error: BaseException
) -> None:
    net: Any = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 2))
    before, plan = values(net), one_scheme(net)
    failing(error, 2)
    with pytest.raises(errors.ApplyError) as caught:
        apply(plan, net, seed=9, backup=0)
    assert caught.value.written == ("0.weight", "0.bias")
    assert caught.value.__cause__ is error
    assert str(caught.value) == (
        f"1.weight: {type(error).__name__}: {error}. 2 of 4 tensors hold new values, and this one "
        "may hold some. Needed: all tensors written. Do: call apply again, which gives the same "
        "weights; a larger backup= would have undone this."
    )
    assert torch.equal(net[1].bias, before["1.bias"])
    assert not torch.equal(net[0].bias, before["0.bias"])


def norm_hook() -> Any:
    with pytest.warns(FutureWarning):
        return nn.utils.weight_norm(nn.Linear(10, 20))


@pytest.mark.parametrize(
    "build", [lambda: parametrizations.weight_norm(nn.Linear(10, 20)), norm_hook]
)
def test_weight_norm_uses_the_planned_weight(build: Callable[[], Any]) -> None:
    net, plain = build(), nn.Linear(10, 20)
    ledger = apply(one_scheme(net), net, seed=0)
    apply(one_scheme(plain), plain, seed=0)
    torch.testing.assert_close(net.weight, plain.weight, rtol=1e-6, atol=0)
    torch.testing.assert_close(net(torch.ones(10)), plain(torch.ones(10)))
    assert ledger["weight"].status == "written"


SPECTRAL = [
    lambda: parametrizations.spectral_norm(nn.Linear(10, 20)),
    lambda: nn.utils.spectral_norm(nn.Linear(10, 20)),
    lambda: parametrizations.spectral_norm(nn.Conv2d(2, 3, 3)),
]


@pytest.mark.parametrize("build", SPECTRAL)
def test_spectral_norm_divides_the_planned_weight_by_its_norm(
    build: Callable[[], Any],
) -> None:
    net: Any = build().eval()
    with pytest.warns(errors.IsometryWarning, match="weight: the layer uses what its parametr"):
        ledger = apply(one_scheme(net), net, seed=0)
    plan = one_scheme(net)["weight"]
    exact = torch.from_numpy(weights.values(plan, 0))
    norm = torch.linalg.matrix_norm(exact.flatten(1), 2)
    torch.testing.assert_close(net.weight.detach(), exact / norm, rtol=1e-5, atol=0)
    assert ledger["weight"].note.startswith("the layer uses what its parametrization makes of")
    assert ledger["weight"].status == "written"


def test_the_vectors_of_spectral_norm_depend_on_the_seed_alone() -> None:
    nets = [parametrizations.spectral_norm(nn.Linear(10, 20)) for _ in range(2)]
    with pytest.warns(errors.IsometryWarning):
        first, second = (values(initialized(net, seed=4)) for net in nets)
    assert same(first, second)


@pytest.mark.parametrize("shape", [(10, 20), (8, 8)])
def test_an_orthogonal_parametrization_stays_orthogonal(shape: tuple[int, int]) -> None:
    nets = [parametrizations.orthogonal(nn.Linear(*shape)) for _ in range(2)]
    with pytest.warns(errors.IsometryWarning):
        first, second = (initialized(net, seed=4) for net in nets)
    gram = first.weight.mT @ first.weight
    torch.testing.assert_close(gram, torch.eye(shape[0]), rtol=0, atol=1e-5)
    assert same(values(first), values(second))


class OneWay(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.abs()


def test_a_parametrization_without_an_inverse_is_named() -> None:
    net: Any = nn.Linear(3, 2)
    parametrize.register_parametrization(net, "weight", OneWay())
    with pytest.raises(errors.UnsupportedTensorError) as caught:
        apply(one_scheme(net), net)
    assert str(caught.value) == (
        "weight: its parametrization OneWay has no right_inverse. Needed: a tensor whose memory "
        "can be written. Do: give it a right_inverse, or keep this tensor with a rule or skip=."
    )


@pytest.fixture(params=["normal", "orthogonal", "constant"])
def assignment(request: pytest.FixtureRequest) -> plans.Assignment:
    drawn: dict[str, schemes.Scheme] = {
        "normal": NORMAL,
        "orthogonal": schemes.scheme("orthogonal"),
        "constant": schemes.Constant(2.0),
    }
    weight = describe(nn.Linear(7, 5))[0]
    return plans.Assignment(weight, drawn[request.param], "", "")


def test_a_tensor_on_a_device_gets_the_same_values(assignment: plans.Assignment) -> None:
    here, there = torch.zeros(5, 7), torch.zeros(5, 7)
    sinks.put(here, assignment, seed=3)
    read = sinks.put_on_device(there, assignment, seed=3)
    assert torch.equal(here, there)
    assert np.array_equal(read, here.numpy().ravel())


@pytest.mark.parametrize(
    ("runs", "part"),
    [
        ((((1, 3),), ((2, 7),)), lambda whole: whole[1:3, 2:7]),
        (range(6, 16), lambda whole: whole.flatten()[6:16]),
    ],
)
def test_a_shard_on_a_device_gets_the_same_values(
    assignment: plans.Assignment,
    runs: weights.Part,
    part: Callable[[torch.Tensor], torch.Tensor],
) -> None:
    whole = torch.zeros(5, 7)
    sinks.put(whole, assignment, seed=3)
    there = torch.zeros(part(whole).shape)
    sinks.put_on_device(there, assignment, seed=3, runs=runs)
    assert torch.equal(there, part(whole))


def test_a_copy_of_a_model_is_equal() -> None:
    net: Any = Net()
    twin = copy.deepcopy(net)
    assert same(values(initialized(net)), values(initialized(twin)))
