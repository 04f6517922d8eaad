"""``isometry.jax.initializers`` is JAX's own to its callers, and keeps this library's promises."""

import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import Array

from isometry import errors, rng, schemes
from isometry.frameworks.jax import Initializer, initializers
from isometry.parameters import Parameter
from isometry.schemes import Draw, Elementwise, Moments, Piece, Pieces, Scheme, Whole

OWN = ("layout", "path", "where")
NAMES = sorted(name for name in dir(jax.nn.initializers) if not name.startswith("_"))
FACTORIES = sorted({*NAMES} - {"Initializer", "ones", "zeros"})
SCHEMES: dict[str, tuple[Initializer, tuple[int, ...]]] = {
    "uniform": (initializers.uniform(path="w"), (5, 7)),
    "normal": (initializers.normal(path="w"), (5, 7)),
    "truncated_normal": (initializers.truncated_normal(path="w"), (5, 7)),
    "he_normal": (initializers.he_normal(path="w"), (3, 4, 6)),
    "glorot_uniform": (initializers.glorot_uniform(path="w"), (4, 6)),
    "orthogonal": (initializers.orthogonal(path="w"), (6, 4)),
    "delta_orthogonal": (initializers.delta_orthogonal(path="w"), (3, 3, 4, 6)),
    "experts": (
        initializers.from_scheme("orthogonal", batch_axis=0, path="w"),
        (3, 4, 6),
    ),
    "torch layout": (initializers.lecun_normal(path="w", layout="torch"), (3, 4, 6)),
    "kumar": (initializers.from_scheme("kumar", activation="tanh", path="w"), (4, 6)),
    "mirrored": (initializers.from_scheme("mirrored", path="w"), (4, 6)),
    "sparse": (initializers.from_scheme("sparse", sparsity=0.5, path="w"), (4, 6)),
    "constant": (initializers.constant(0.3), (4, 6)),
    "zeros": (initializers.zeros, (4, 6)),
}
every_scheme = pytest.mark.parametrize(("init", "shape"), SCHEMES.values(), ids=SCHEMES.keys())


def bits(values: Array) -> bytes:
    return np.asarray(values).tobytes()


def arguments(function: Callable[..., Any]) -> list[tuple[str, object]]:
    parameters = inspect.signature(function).parameters.values()
    return [(one.name, one.default) for one in parameters if one.name not in OWN]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_of_jax_is_here(name: str) -> None:
    assert callable(getattr(initializers, name))
    assert name in initializers.__all__


@pytest.mark.parametrize("name", FACTORIES)
def test_arguments_and_defaults_are_jaxs(name: str) -> None:
    assert arguments(getattr(initializers, name)) == arguments(getattr(jax.nn.initializers, name))


@pytest.mark.parametrize("name", ["ones", "zeros"])
def test_a_call_has_jaxs_arguments(name: str) -> None:
    theirs = arguments(getattr(jax.nn.initializers, name))
    assert arguments(getattr(initializers, name)) == theirs


def test_an_initializer_is_one_to_jaxs_own_protocol() -> None:
    assert isinstance(initializers.he_normal(), jax.nn.initializers.Initializer)


@every_scheme
def test_a_traced_key_gives_the_bits_of_the_concrete_one(
    init: Initializer, shape: tuple[int, ...]
) -> None:
    key = jax.random.key(5)
    traced = jax.jit(init, static_argnums=1)(key, shape)
    assert traced.shape == shape
    assert bits(traced) == bits(init(key, shape))


@every_scheme
def test_the_key_of_a_number_and_the_number_give_the_same_bits(
    init: Initializer, shape: tuple[int, ...]
) -> None:
    assert bits(init(5, shape)) == bits(init(jax.random.PRNGKey(5), shape))


@pytest.mark.parametrize("name", ["normal", "he_normal", "orthogonal", "delta_orthogonal"])
def test_other_keys_and_paths_give_other_bits(name: str) -> None:
    init, shape = SCHEMES[name]
    other = Initializer(init.scheme, path="v")
    assert bits(init(6, shape)) != bits(init(5, shape))
    assert bits(other(5, shape)) != bits(init(5, shape))


def test_the_bits_are_those_of_the_law_for_seed_and_path() -> None:
    expected = rng.draw(rng.derive_key(5, "w"), rng.Normal(0.0, 0.02), 0, 12)
    drawn = initializers.normal(0.02, path="w")(jax.random.key(5), (3, 4))
    assert bits(drawn) == expected.tobytes()


@pytest.mark.parametrize("name", ["he_normal", "orthogonal"])
def test_many_keys_at_once_give_what_each_gives(name: str) -> None:
    init, _ = SCHEMES[name]
    keys = jax.random.split(jax.random.key(1), 3)
    stacked = jax.vmap(lambda key: init(key, (6, 4)))(keys)
    assert bits(stacked) == b"".join(bits(init(key, (6, 4))) for key in keys)


def test_a_seed_inside_a_program_is_drawn_by_the_program() -> None:
    init = initializers.normal(path="w")
    small, large = (jax.jit(lambda size=size: init(5, (size, size))) for size in (16, 256))
    surplus = len(large.lower().as_text()) - len(small.lower().as_text())
    assert surplus < 10_000  # 65,536 values written into it would take 500,000 letters
    assert bits(large()) == bits(init(5, (256, 256)))


@pytest.mark.parametrize("traced", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16", "float8_e4m3fn"])
def test_a_dtype_is_the_float32_value_rounded_once(dtype: str, *, traced: bool) -> None:
    init = initializers.normal(0.1, path="w")
    call = jax.jit(init, static_argnums=(1, 2)) if traced else init
    values = rng.draw(rng.derive_key(5, "w"), rng.Normal(0.0, 0.1), 0, 256)
    wanted = jnp.dtype(dtype)
    drawn = call(jax.random.key(5), (256,), wanted)
    assert bits(drawn) == rng.cast(values, wanted).tobytes()


def test_the_factorys_dtype_is_that_of_calls_that_name_none() -> None:
    init = initializers.he_normal(dtype=jnp.bfloat16)
    assert init(0, (4, 4)).dtype == jnp.bfloat16
    assert init(0, (4, 4), jnp.float32).dtype == jnp.float32


def test_torchs_layout_gives_the_transpose_of_torchs_kernel() -> None:
    drawn = initializers.lecun_normal(path="conv", layout="torch")(4, (3, 2, 5, 7))
    law = rng.TruncatedNormal.from_sigmas((3 * 2 * 5) ** -0.5, exact_std=True)
    kernel = rng.draw(rng.derive_key(4, "conv"), law, 0, 210).reshape(7, 5, 3, 2)
    assert np.array_equal(np.asarray(drawn), kernel.transpose(2, 3, 1, 0))


@pytest.mark.parametrize("column_axis", [-1, 0, 1])
def test_columns_are_orthonormal_along_the_axis_that_was_named(column_axis: int) -> None:
    drawn = initializers.orthogonal(2.0, column_axis=column_axis)(0, (5, 4, 3))
    columns = np.moveaxis(np.asarray(drawn, np.float64), column_axis, -1).reshape(
        -1, drawn.shape[column_axis]
    )
    assert columns.T @ columns == pytest.approx(4 * np.eye(drawn.shape[column_axis]), abs=1e-6)


def test_batch_axes_do_not_count_as_inputs() -> None:
    drawn = initializers.he_normal(batch_axis=0)(0, (16, 64, 32))
    assert float(drawn.std()) * 64**0.5 == pytest.approx(2**0.5, rel=0.02)


class Patch(Scheme):
    """A constant with two rectangles in it, one of each kind."""

    name = "patch"

    def draw(self, parameter: Parameter) -> Draw:
        stiefel = Whole(lambda key: rng.stiefel(key, 3, 2))
        pieces = (
            Piece(((1, 4), (2, 5)), Elementwise(rng.Normal()), "a"),
            Piece(((0, 3), (5, 7)), stiefel, "b"),
        )
        assert parameter.shape == (5, 7)
        return Pieces(Elementwise(rng.Constant(0.5)), pieces)

    def moments(self, parameter: Parameter) -> Moments:
        return Moments(0.0, float(parameter.size))


def test_rectangles_keep_the_words_and_keys_that_are_theirs_when_traced() -> None:
    drawn = np.asarray(
        jax.jit(lambda key: Initializer(Patch(), path="w")(key, (5, 7)))(jax.random.key(3))
    )
    normal = rng.draw(rng.derive_key(3, "w"), rng.Normal(), 0, 35).reshape(5, 7)
    columns = rng.stiefel(rng.derive_key(3, "w#b"), 3, 2).astype(np.float32)
    assert np.array_equal(drawn[1:4, 2:5], normal[1:4, 2:5])
    assert np.array_equal(drawn[0:3, 5:7], columns)
    assert set(drawn[4].tolist()) == {0.5}


def test_jaxs_own_keys_are_not_used_up() -> None:
    key = jax.random.key(0)
    before = jax.random.key_data(key).tolist()
    initializers.he_normal()(key, (4, 4))
    assert jax.random.key_data(key).tolist() == before


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: initializers.normal()(0, (3,), jnp.complex64),
            errors.DtypeError,
            (
                "dtype is complex64. Needed: a real floating-point dtype. "
                "Do: draw real and imaginary parts under two paths, or convert the result."
            ),
        ),
        (
            lambda: initializers.he_normal(in_axis=0, out_axis=0)(0, (3, 4)),
            errors.ShapeError,
            (
                "in_axis=0, out_axis=0 and batch_axis=() meet in shape (3, 4). "
                "Needed: every axis at most once. Do: name other axes."
            ),
        ),
        (
            lambda: initializers.he_normal(in_axis=2)(0, (3, 4)),
            errors.ShapeError,
            (
                "shape (3, 4) has no axis 2. "
                "Needed: a weight of at least two dimensions, or axes that it has. "
                "Do: state in_axis and out_axis, or use an initializer without fans."
            ),
        ),
        (
            lambda: initializers.he_normal(batch_axis=0, layout="torch", path="w"),
            errors.InputError,
            (
                "w: layout='torch' with axes (-2, -1, 0). "
                "Needed: a kernel (*window, in, out), whose layout in torch is known. "
                "Do: leave the axes or the layout out."
            ),
        ),
    ],
    ids=["dtype", "axes meet", "no such axis", "layout"],
)
def test_bad_input_is_explained(
    call: Callable[[], Any], error: type[errors.IsometryError], message: str
) -> None:
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message


def test_a_vector_has_no_fans() -> None:
    with pytest.raises(errors.ShapeError):
        initializers.he_normal()(0, (3,))


@pytest.mark.parametrize("scheme", [schemes.Normal(), schemes.Constant(1.0)])
def test_a_vector_without_fans_is_filled(scheme: Scheme) -> None:
    assert initializers.from_scheme(scheme)(0, (3,)).shape == (3,)
