"""``isometry.torch.init`` has torch's names and conventions, and this library's promises."""

import inspect
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from isometry import errors, rng
from isometry.frameworks.torch import arrays, init
from isometry.parameters import Axes

OWN = ("seed", "path", "cut", "exact_std")
TORCH_NAMES = sorted(nn.init.__all__)
IN_PLACE = [name for name in TORCH_NAMES if name.endswith("_")]

DRAWING: dict[str, Callable[..., Tensor]] = {
    "uniform_": init.uniform_,
    "normal_": init.normal_,
    "trunc_normal_": init.trunc_normal_,
    "xavier_uniform_": init.xavier_uniform_,
    "xavier_normal_": init.xavier_normal_,
    "kaiming_uniform_": init.kaiming_uniform_,
    "kaiming_normal_": init.kaiming_normal_,
    "orthogonal_": init.orthogonal_,
    "sparse_": lambda tensor, **options: init.sparse_(tensor, 0.5, **options),
    "lecun_normal_": init.lecun_normal_,
    "lecun_uniform_": init.lecun_uniform_,
    "variance_scaling_": init.variance_scaling_,
    "delta_orthogonal_": init.delta_orthogonal_,
    "mirrored_": init.mirrored_,
    "kumar_normal_": init.kumar_normal_,
    "scheme_": lambda tensor, **options: init.scheme_(tensor, "siren", **options),
}
STILL: dict[str, Callable[[Tensor], Tensor]] = {
    "constant_": lambda tensor: init.constant_(tensor, 0.3),
    "ones_": init.ones_,
    "zeros_": init.zeros_,
    "eye_": init.eye_,
    "identity_": init.identity_,
    "hadamard_": init.hadamard_,
    "dirac_": lambda tensor: init.dirac_(tensor.view(4, 3, 2)).view(4, 6),
}
drawing = pytest.mark.parametrize("fill", DRAWING.values(), ids=DRAWING.keys())
still = pytest.mark.parametrize("fill", STILL.values(), ids=STILL.keys())


def signature(function: Callable[..., Any]) -> list[tuple[str, object]]:
    parameters = inspect.signature(function).parameters.values()
    return [(one.name, one.default) for one in parameters if one.name not in OWN]


@pytest.mark.parametrize("name", TORCH_NAMES)
def test_every_name_of_torch_is_here(name: str) -> None:
    assert callable(getattr(init, name))
    assert name in init.__all__


@pytest.mark.parametrize("name", sorted({*IN_PLACE, "calculate_gain"} - {"trunc_normal_"}))
def test_signatures_are_torchs(name: str) -> None:
    assert signature(getattr(init, name)) == signature(getattr(nn.init, name))


def test_trunc_normal_has_torchs_arguments_in_torchs_order() -> None:
    ours = [name for name, _ in signature(init.trunc_normal_)]
    assert ours == [name for name, _ in signature(nn.init.trunc_normal_)]


@drawing
def test_a_fill_is_in_place_outside_autograd_and_returns_the_tensor(
    fill: Callable[..., Tensor],
) -> None:
    weight = nn.Parameter(torch.full((8, 8), math.nan))
    before = weight.data_ptr()
    assert fill(weight, seed=0, path="w") is weight
    assert weight.data_ptr() == before
    assert weight.is_leaf
    assert weight.requires_grad
    assert bool(torch.isfinite(weight).all())


@still
def test_what_draws_nothing_is_in_place_too(fill: Callable[[Tensor], Tensor]) -> None:
    weight = torch.full((4, 6), math.nan)
    filled = fill(weight)
    assert filled.data_ptr() == weight.data_ptr()
    assert bool(torch.isfinite(weight).all())


@drawing
def test_seed_and_path_decide_alone(fill: Callable[..., Tensor]) -> None:
    first = fill(torch.empty(8, 8), seed=3, path="w").clone()
    torch.manual_seed(99)
    fill(torch.empty(8, 8))
    assert torch.equal(fill(torch.empty(8, 8), seed=3, path="w"), first)
    assert not torch.equal(fill(torch.empty(8, 8), seed=4, path="w"), first)
    assert not torch.equal(fill(torch.empty(8, 8), seed=3, path="v"), first)


@drawing
def test_calls_without_a_path_differ_and_repeat_in_order(fill: Callable[..., Tensor]) -> None:
    with init.calls(seed=5):
        first, second = fill(torch.empty(8, 8)), fill(torch.empty(8, 8))
    with init.calls(seed=5):
        again = fill(torch.empty(8, 8))
    assert torch.equal(first, again)
    assert not torch.equal(first, second)


@drawing
def test_a_generator_decides_by_its_state_alone(fill: Callable[..., Tensor]) -> None:
    generator = torch.Generator().manual_seed(1)
    first, second = (fill(torch.empty(8, 8), generator=generator) for _ in range(2))
    again = fill(torch.empty(8, 8), generator=torch.Generator().manual_seed(1))
    assert torch.equal(first, again)
    assert not torch.equal(first, second)


@drawing
def test_torchs_own_generator_is_not_touched(fill: Callable[..., Tensor]) -> None:
    before = torch.get_rng_state()
    fill(torch.empty(8, 8))
    assert torch.equal(torch.get_rng_state(), before)


@drawing
def test_meta_tensors_and_empty_ones_are_left_alone(fill: Callable[..., Tensor]) -> None:
    meta, empty = torch.empty(8, 8, device="meta"), torch.empty(0, 8)
    assert fill(meta) is meta
    assert fill(empty) is empty


@pytest.mark.parametrize(
    "dtype",
    [torch.float64, torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2],
    ids=str,
)
def test_every_dtype_is_the_float32_value_rounded_once(dtype: torch.dtype) -> None:
    weight = init.normal_(torch.empty(64, 8, dtype=dtype), seed=2, path="w")
    values = rng.draw(rng.derive_key(2, "w"), rng.Normal(), 0, 512)
    array = arrays.array(weight)
    assert array.tobytes() == rng.cast(values, array.dtype).tobytes()


@pytest.mark.parametrize(
    "view",
    [
        lambda: torch.empty(8, 6).t(),
        lambda: torch.empty(12, 8)[::2],
        lambda: torch.empty(1, 6, 8, 3).to(memory_format=torch.channels_last)[0, :, :, 1],
    ],
    ids=["transposed", "strided", "channels last"],
)
def test_strides_do_not_matter(view: Callable[[], Tensor]) -> None:
    plain = init.normal_(torch.empty(6, 8), seed=0, path="w")
    assert torch.equal(init.normal_(view(), seed=0, path="w"), plain)


def test_autograd_learns_that_a_saved_tensor_has_changed() -> None:
    weight = torch.ones(3, requires_grad=True)
    loss = (weight * weight).sum()
    init.normal_(weight, seed=0, path="w")
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        torch.autograd.backward(loss)


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        *[(name, None) for name in ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu")],
        *[(f"conv{kind}{rank}d", None) for kind in ("", "_transpose") for rank in (1, 2, 3)],
        ("leaky_relu", 0.2),
        ("leaky_relu", 0),
        ("leaky_relu", math.sqrt(5)),
        ("tanh", 0.3),
    ],
)
def test_gains_are_torchs_where_torch_has_one(name: Any, argument: float | None) -> None:
    assert init.calculate_gain(name, argument) == nn.init.calculate_gain(name, argument)


@pytest.mark.parametrize(
    ("name", "argument", "gain"),
    [("gelu", None, 1.533530), ("silu", None, 1.676532), ("elu", None, 1.245198)],
)
def test_gains_of_other_activations_are_exact(
    name: str, argument: float | None, gain: float
) -> None:
    assert init.calculate_gain(name, argument) == pytest.approx(gain, abs=1e-6)


def test_an_unknown_activation_is_named() -> None:
    with pytest.raises(errors.UnknownNameError, match="rellu"):
        init.calculate_gain("rellu")


def test_a_kaiming_fill_takes_any_activation_and_its_exact_gain() -> None:
    weight = init.kaiming_normal_(torch.empty(1000, 400), nonlinearity="gelu", seed=0, path="w")
    assert weight.std().item() * math.sqrt(400) == pytest.approx(1.533530, rel=0.01)


def test_the_fan_is_found_under_any_case() -> None:
    lower = init.kaiming_normal_(torch.empty(9, 4), mode="fan_out", seed=0, path="w")
    upper: Any = "FAN_OUT"
    assert torch.equal(init.kaiming_normal_(torch.empty(9, 4), mode=upper, seed=0, path="w"), lower)


@pytest.mark.parametrize("exact", [False, True])
def test_a_cut_is_in_stds_and_the_std_can_be_exact(exact: bool) -> None:
    weight = init.trunc_normal_(
        torch.empty(300, 400), std=0.02, cut=2.0, exact_std=exact, seed=0, path="w"
    )
    parent = 0.02 / (0.8796256610342398 if exact else 1.0)
    assert weight.abs().max().item() <= 2 * parent
    assert weight.std().item() == pytest.approx(parent * 0.8796256610342398, rel=0.01)


def test_torchs_default_bounds_are_absolute() -> None:
    weight = init.trunc_normal_(torch.empty(300, 400), std=0.02, seed=0, path="w")
    assert weight.abs().max().item() > 4 * 0.02


def test_groups_of_a_dirac_kernel_pass_their_own_channels() -> None:
    ours = init.dirac_(torch.empty(6, 2, 3, 4), groups=3)
    assert torch.equal(ours, nn.init.dirac_(torch.empty(6, 2, 3, 4), groups=3))


def test_axes_state_what_a_shape_cannot() -> None:
    axes = Axes(outputs=(0,), inputs=(1,), window=(2,), groups=8)
    weight = init.scheme_(
        torch.empty(512, 4, 9), "variance_scaling", fan="fan_out", axes=axes, seed=0, path="w"
    )
    assert weight.std().item() * math.sqrt(512 / 8 * 9) == pytest.approx(1.0, rel=0.02)


@pytest.mark.parametrize("name", sorted(set(TORCH_NAMES) - {*IN_PLACE, "calculate_gain"}))
def test_deprecated_names_warn_and_do_the_same(name: str) -> None:
    arguments = {"constant": (0.3,), "sparse": (0.5,)}.get(name, ())
    shape = {"dirac": (4, 4, 3)}.get(name, (4, 4))
    with init.calls(), pytest.warns(FutureWarning) as caught:
        old = getattr(init, name)(torch.empty(shape), *arguments)
    with init.calls():
        new = getattr(init, f"{name}_")(torch.empty(shape), *arguments)
    assert torch.equal(old, new)
    assert [str(one.message) for one in caught] == [
        (
            f"`isometry.torch.init.{name}` is deprecated, as `torch.nn.init.{name}` is: "
            f"call `isometry.torch.init.{name}_`."
        )
    ]


@pytest.mark.parametrize("dtype", [torch.float64, torch.int32, torch.bool, torch.complex64])
def test_constants_go_into_every_dtype_as_in_torch(dtype: torch.dtype) -> None:
    ours = init.constant_(torch.empty(3, dtype=dtype), 0.1)
    assert torch.equal(ours, nn.init.constant_(torch.empty(3, dtype=dtype), 0.1))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: init.normal_(torch.empty(3, dtype=torch.int64), path="w"),
            errors.DtypeError,
            (
                "w: the tensor is int64. Needed: a real floating-point dtype. "
                "Do: initialize a float tensor, then convert it."
            ),
        ),
        (
            lambda: init.normal_(torch.empty(3), seed=0, generator=torch.Generator(), path="w"),
            errors.InputError,
            (
                "w: both seed and generator are given. Needed: one source of numbers. "
                "Do: leave one of the two out."
            ),
        ),
        (
            lambda: init.trunc_normal_(torch.empty(3), a=-1.0, cut=2.0),
            errors.InputError,
            (
                "a=-1.0, b=None, cut=2.0 and exact_std=False were given together. "
                "Needed: absolute bounds a and b, or cut with or without exact_std. "
                "Do: pass cut=2.0 for bounds at two stds, and leave out a and b."
            ),
        ),
        (
            lambda: init.trunc_normal_(torch.empty(3), exact_std=True),
            errors.InputError,
            (
                "a=None, b=None, cut=None and exact_std=True were given together. "
                "Needed: absolute bounds a and b, or cut with or without exact_std. "
                "Do: pass cut=2.0 for bounds at two stds, and leave out a and b."
            ),
        ),
        (
            lambda: init.variance_scaling_(torch.empty(3, 3), fan="fan_on"),
            errors.UnknownNameError,
            (
                "mode is 'fan_on'. "
                "Needed: 'fan_avg', 'fan_geo', 'fan_geo_avg', 'fan_in', 'fan_out'. "
                "Do: pass one of these."
            ),
        ),
    ],
    ids=["dtype", "two sources", "two bounds", "no cut", "fan"],
)
def test_bad_input_is_explained(
    call: Callable[[], Tensor], error: type[errors.IsometryError], message: str
) -> None:
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message


@pytest.mark.parametrize("fill", [init.xavier_normal_, init.kaiming_uniform_, init.orthogonal_])
def test_a_vector_has_no_fans(fill: Callable[..., Tensor]) -> None:
    with pytest.raises(ValueError, match="axes"):
        fill(torch.empty(3), path="w")


def test_a_refused_call_writes_nothing() -> None:
    weight = torch.ones(3, 3)
    with pytest.raises(errors.InputError):
        init.normal_(weight, std=math.nan)
    assert torch.equal(weight, torch.ones(3, 3))


def test_nothing_warns() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        init.kaiming_normal_(torch.empty(0, 4))
        init.trunc_normal_(torch.empty(4, 4), mean=5.0)


def test_values_are_the_first_of_the_path_for_any_shape() -> None:
    flat = init.uniform_(torch.empty(12), seed=1, path="w")
    square = init.uniform_(torch.empty(3, 4), seed=1, path="w")
    assert np.array_equal(flat.numpy(), square.numpy().ravel())
