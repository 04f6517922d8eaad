"""Each difference between the installed frameworks is measured, and what isometry does about it."""

import functools
import hashlib
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
import torch
from flax import nnx
from numpy.typing import NDArray
from torch import nn

from isometry import parameters, schemes, theory, weights
from isometry.frameworks import torch as frame
from isometry.frameworks.jax import initializers as jax_drop
from isometry.frameworks.keras import initializers as keras_drop
from isometry.frameworks.torch import init
from isometry.parameters import Axes, Parameter
from isometry.plans import Assignment
from tests.parity import disagreements, flax_layers, keras_layers, torch_layers

# Keras's torch backend converts its tensors by a protocol that NumPy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

KEY = jax.random.key(3)
SHAPE = (400, 300)
CUT_MAXIMUM = 2.3
"""A law cut at 2 stds ends at 2.2737 stds of what is left."""
PLAIN_SHARE = 0.02145
"""Share of a normal law beyond 2.3 stds."""
FROZEN = "991f675330823cd666909561afc8028d705a9499339e29d2a55e23da9fb06b35"
"""SHA-256 of 64 by 64 values of ``trunc_normal_``, seed 1, path "frozen"."""
LEAK = 1e-4
"""Keras's torch backend draws four times and keeps what it has: 4e-6 of the values lie outside."""

Fill = Callable[..., torch.Tensor]


def in_torch(fill: Fill, *arguments: Any, shape: tuple[int, ...] = SHAPE, **options: Any) -> Any:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        return fill(torch.empty(shape), *arguments, **options).numpy()


def in_keras(initializer: Any, shape: tuple[int, ...] = SHAPE) -> NDArray[Any]:
    values: NDArray[Any] = keras.ops.convert_to_numpy(initializer(shape))
    return values


def in_jax(initializer: Any, shape: tuple[int, ...] = SHAPE) -> NDArray[Any]:
    return np.asarray(initializer(KEY, shape))


def beyond(values: NDArray[Any]) -> float:
    """The share of values further out than any of a law cut at 2 stds."""
    return float(np.mean(np.abs(values) > CUT_MAXIMUM * values.std()))


def std_by(scheme: schemes.Scheme, shape: tuple[int, ...], axes: Axes) -> float:
    assignment = Assignment(Parameter("w", shape, axes=axes, role="weight"), scheme, "", "")
    return float(weights.values(assignment, 0).std())


def test_normal_he_is_cut_in_keras_and_jax_only() -> None:
    plain = pytest.approx(PLAIN_SHARE, rel=0.1)
    assert beyond(in_torch(nn.init.kaiming_normal_)) == plain
    assert beyond(in_torch(init.kaiming_normal_, seed=0)) == plain
    assert beyond(in_keras(keras.initializers.HeNormal(seed=0))) < LEAK
    assert beyond(in_keras(keras_drop.HeNormal())) == 0
    assert beyond(in_jax(jax.nn.initializers.he_normal())) == 0
    assert beyond(in_jax(jax_drop.he_normal())) == 0


def test_bounds_are_absolute_in_torch_only() -> None:
    def outside(values: NDArray[Any]) -> float:
        return float(np.mean(np.abs(values) > 0.04))

    assert outside(in_torch(nn.init.trunc_normal_, std=0.02)) > 0.04
    assert outside(in_torch(init.trunc_normal_, std=0.02, seed=0)) > 0.04
    assert outside(in_torch(init.trunc_normal_, std=0.02, cut=2.0, seed=0)) == 0
    assert outside(in_keras(keras.initializers.TruncatedNormal(stddev=0.02, seed=0))) < LEAK
    assert outside(in_keras(keras_drop.TruncatedNormal(stddev=0.02))) == 0
    assert outside(in_jax(jax.nn.initializers.truncated_normal(0.02))) == 0
    assert outside(in_jax(jax_drop.truncated_normal(0.02))) == 0


def test_truncated_values_leave_their_bounds_in_kerass_torch_backend_only() -> None:
    shape, bound = (4000, 1000), 2 * 0.05
    keras_own = in_keras(keras.initializers.TruncatedNormal(seed=0), shape)
    assert np.abs(keras_own).max() > bound
    assert np.abs(in_keras(keras_drop.TruncatedNormal(), shape)).max() <= bound


def test_a_distribution_called_normal_is_truncated_in_keras_only() -> None:
    plain = pytest.approx(PLAIN_SHARE, rel=0.1)
    keras_own = keras.initializers.VarianceScaling(distribution="normal", seed=0)
    assert beyond(in_keras(keras_own)) < LEAK
    assert beyond(in_keras(keras_drop.VarianceScaling(distribution="normal"))) == 0
    assert beyond(in_jax(jax.nn.initializers.variance_scaling(1.0, "fan_in", "normal"))) == plain
    assert beyond(in_jax(jax_drop.variance_scaling(1.0, "fan_in", "normal"))) == plain
    scheme = schemes.VarianceScaling(distribution="normal")
    assert scheme.moments(Parameter("w", (3, 4), axes=Axes((0,), (1,)))).kurtosis == 3.0


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        (lambda: in_torch(nn.init.uniform_), 0.0, 1.0),
        (lambda: in_torch(init.uniform_), 0.0, 1.0),
        (lambda: in_keras(keras.initializers.RandomUniform(seed=0)), -0.05, 0.05),
        (lambda: in_keras(keras_drop.RandomUniform()), -0.05, 0.05),
        (lambda: in_jax(jax.nn.initializers.uniform()), 0.0, 0.01),
        (lambda: in_jax(jax_drop.uniform()), 0.0, 0.01),
    ],
    ids=["torch", "torch drop-in", "keras", "keras drop-in", "jax", "jax drop-in"],
)
def test_uniform_has_three_default_ranges(
    values: Callable[[], NDArray[Any]], low: float, high: float
) -> None:
    drawn = values()
    slack = (high - low) * 1e-3
    assert low <= drawn.min() < low + slack
    assert high - slack < drawn.max() <= high


def test_dense_layers_start_with_three_variances() -> None:
    torch_own = nn.Linear(400, 400)
    keras_own = keras_layers.built((lambda: keras.layers.Dense(400), (None, 400)), "kernel")()
    flax_own = flax_layers.built(lambda rngs: nnx.Linear(400, 400, rngs=rngs), "kernel")()
    assert torch_own.weight.detach().var().item() * 400 == pytest.approx(1 / 3, rel=0.02)
    assert torch_own.bias.detach().std().item() > 0
    assert keras_own.var() * 400 == pytest.approx(1.0, rel=0.02)
    assert np.asarray(flax_own).var() * 400 == pytest.approx(1.0, rel=0.02)


def test_recurrent_layers_disagree_on_the_forget_gate() -> None:
    hidden = torch_layers.built(lambda: nn.LSTM(6, 50), "weight_hh_l0")()
    lstm = (lambda: keras.layers.LSTM(5), (None, 2, 6))
    flax_bias = flax_layers.built(lambda rngs: nnx.LSTMCell(6, 5, rngs=rngs), "hf.bias")
    assert np.abs(hidden).max() <= 50**-0.5
    assert keras_layers.built(lstm, "bias")().ravel().tolist() == [0.0] * 5 + [1.0] * 5 + [0.0] * 10
    assert flax_bias().ravel().tolist() == [0.0] * 5


@pytest.mark.parametrize(
    ("values", "std"),
    [
        (torch_layers.built(torch_layers.embedding, "weight"), 1.0),
        (
            keras_layers.built((lambda: keras.layers.Embedding(3000, 80), (None, 2)), "embeddings"),
            0.05 / 3**0.5,
        ),
        (
            flax_layers.built(lambda rngs: nnx.Embed(3000, 80, rngs=rngs), "embedding"),
            80**-0.5,
        ),
    ],
    ids=["torch", "keras", "flax"],
)
def test_embeddings_start_with_three_stds(values: Callable[[], Any], std: float) -> None:
    assert np.asarray(values()).std() == pytest.approx(std, rel=0.01)


def test_fans_of_transposed_convolutions_are_swapped_in_torch_and_keras() -> None:
    inputs, outputs, taps, stride = 50, 200, 16, 4
    swapped = pytest.approx((2 / (outputs * taps)) ** 0.5, rel=0.02)
    straight = pytest.approx((2 / (inputs * taps)) ** 0.5, rel=0.02)
    torch_shape = (inputs, outputs, 4, 4)
    assert in_torch(nn.init.kaiming_normal_, shape=torch_shape).std() == swapped
    assert in_torch(init.kaiming_normal_, shape=torch_shape).std() == swapped
    assert in_keras(keras.initializers.HeNormal(seed=0), (4, 4, outputs, inputs)).std() == swapped
    assert in_keras(keras_drop.HeNormal(), (4, 4, outputs, inputs)).std() == swapped
    assert in_jax(jax.nn.initializers.he_normal(), (4, 4, inputs, outputs)).std() == straight
    assert in_jax(jax_drop.he_normal(), (4, 4, inputs, outputs)).std() == straight
    (weight, _) = frame.describe(nn.ConvTranspose2d(inputs, outputs, 4, stride=2))
    drawn = weights.values(Assignment(weight, schemes.HE_NORMAL, "", ""), 0)
    assert drawn.std() == pytest.approx((2 / (inputs * taps / stride)) ** 0.5, rel=0.02)


def test_fans_of_depthwise_convolutions_count_other_groups() -> None:
    channels, multiplier, taps = 200, 8, 25
    fan_out = functools.partial(nn.init.kaiming_normal_, mode="fan_out")
    torch_shape, keras_shape = (channels * multiplier, 1, 5, 5), (5, 5, channels, multiplier)
    right = pytest.approx((2 / taps) ** 0.5, rel=0.02)
    assert in_torch(nn.init.kaiming_normal_, shape=torch_shape).std() == right
    far = pytest.approx((2 / (channels * multiplier * taps)) ** 0.5, rel=0.02)
    assert in_torch(fan_out, shape=torch_shape).std() == far
    keras_own = in_keras(keras.initializers.HeNormal(seed=0), keras_shape)
    assert keras_own.std() == pytest.approx((2 / (channels * taps)) ** 0.5, rel=0.02)
    axes = Axes(outputs=(0,), inputs=(1,), window=(2, 3), groups=channels)
    fans = parameters.fans(torch_shape, axes)
    assert (fans.fan_in, fans.fan_out) == (taps, multiplier * taps)
    assert std_by(schemes.HE_NORMAL, torch_shape, axes) == right


def test_axes_that_are_not_named_are_taps_in_jax_and_nothing_in_keras() -> None:
    shape = (16, 100, 60)
    alone, taps = (
        pytest.approx((2 / 100) ** 0.5, rel=0.02),
        pytest.approx((2 / 1600) ** 0.5, rel=0.02),
    )
    keras_own = keras.initializers.HeNormal(seed=0, input_axes=[1], output_axes=[2])
    assert in_keras(keras_own, shape).std() == alone
    assert in_keras(keras_drop.HeNormal(input_axes=[1], output_axes=[2]), shape).std() == alone
    assert in_jax(jax.nn.initializers.he_normal(), shape).std() == taps
    assert in_jax(jax_drop.he_normal(), shape).std() == taps
    assert in_jax(jax_drop.he_normal(batch_axis=0), shape).std() == alone
    general = nnx.LinearGeneral(500, 40, batch_axis={0: 16}, rngs=nnx.Rngs(0))
    assert float(general.kernel[...].std()) * (16 * 500) ** 0.5 == pytest.approx(1.0, rel=0.02)
    axes = Axes(stacked=(0,), inputs=(1,), outputs=(2,))
    assert std_by(schemes.HE_NORMAL, shape, axes) == alone


def test_the_geometric_mean_is_jaxs_alone() -> None:
    with pytest.raises(ValueError, match="mode"):
        keras.initializers.VarianceScaling(mode="fan_geo_avg")
    expected = pytest.approx((100 * 1200) ** -0.25, rel=0.02)
    jax_own = jax.nn.initializers.variance_scaling(1.0, "fan_geo_avg", "normal")
    assert in_jax(jax_own, (100, 1200)).std() == expected
    keras_ours = keras_drop.VarianceScaling(1.0, "fan_geo_avg")
    assert in_keras(keras_ours, (100, 1200)).std() == expected
    with pytest.raises(ZeroDivisionError):
        jax.nn.initializers.he_normal()(KEY, (0, 5))
    assert jax_drop.he_normal()(KEY, (0, 5)).shape == (0, 5)


def test_a_vector_has_fans_in_keras_only() -> None:
    expected = pytest.approx((2 / 90_000) ** 0.5, rel=0.02)
    assert in_keras(keras.initializers.HeNormal(seed=0), (90_000,)).std() == expected
    assert in_keras(keras_drop.HeNormal(), (90_000,)).std() == expected
    with pytest.raises(ValueError, match="fewer than 2 dimensions"):
        nn.init.kaiming_normal_(torch.empty(5))
    with pytest.raises(ValueError, match="at least two axes"):
        init.kaiming_normal_(torch.empty(5))
    with pytest.raises(ValueError, match="at least 2D"):
        jax.nn.initializers.he_normal()(KEY, (5,))
    with pytest.raises(ValueError, match="known to run over inputs"):
        jax_drop.he_normal()(KEY, (5,))


def test_sparse_zeros_are_counted_per_column_in_torch() -> None:
    theirs = in_torch(nn.init.sparse_, 0.3, shape=(50, 40))
    ours = in_torch(init.sparse_, 0.3, seed=0, shape=(50, 40))
    by_rows = in_torch(init.scheme_, "sparse", sparsity=0.3, per="output", seed=0, shape=(50, 40))
    assert set((theirs == 0).sum(axis=0).tolist()) == {15}
    assert set((ours == 0).sum(axis=0).tolist()) == {15}
    assert set((by_rows == 0).sum(axis=1).tolist()) == {12}


@pytest.mark.parametrize("module", [nn.init, init], ids=["torch", "drop-in"])
def test_the_default_slope_depends_on_the_function_in_torch(module: Any) -> None:
    assert module.calculate_gain("leaky_relu") == (2 / (1 + 0.01**2)) ** 0.5
    drawn = in_torch(module.kaiming_uniform_)
    assert np.abs(drawn).max() == pytest.approx((6 / 300) ** 0.5, rel=1e-4)


@pytest.mark.parametrize(
    ("name", "theirs", "exact"),
    [("tanh", 5 / 3, 1.592537), ("selu", 3 / 4, 1.0), ("sigmoid", 1.0, 1.846229)],
)
def test_gains_of_torch_are_not_those_that_keep_the_signal(
    name: Any, theirs: float, exact: float
) -> None:
    assert nn.init.calculate_gain(name) == theirs
    assert init.calculate_gain(name) == theirs
    assert theory.gain(name) == pytest.approx(exact, abs=1e-5)


def test_keras_repeats_itself_and_torchs_sparse_ignores_its_generator() -> None:
    keras_own, keras_ours = keras.initializers.HeNormal(seed=0), keras_drop.HeNormal(seed=0)
    assert np.array_equal(in_keras(keras_own), in_keras(keras_own))
    assert not np.array_equal(in_keras(keras_ours), in_keras(keras_ours))

    def zeros(fill: Fill, around: int) -> torch.Tensor:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(around)
            generator = torch.Generator().manual_seed(1)
            return fill(torch.empty(30, 30), 0.5, generator=generator) == 0

    assert not torch.equal(zeros(nn.init.sparse_, 0), zeros(nn.init.sparse_, 1))
    assert torch.equal(zeros(init.sparse_, 0), zeros(init.sparse_, 1))


def test_bits_are_frozen() -> None:
    drawn = in_torch(init.trunc_normal_, seed=1, path="frozen", shape=(64, 64))
    assert hashlib.sha256(drawn.tobytes()).hexdigest() == FROZEN


def test_orthogonal_matrices_come_in_every_dtype() -> None:
    with pytest.raises(NotImplementedError, match="BFloat16"):
        nn.init.orthogonal_(torch.empty(4, 4, dtype=torch.bfloat16))
    with pytest.raises(NotImplementedError, match="BFloat16"):
        keras.initializers.Orthogonal(seed=0)((4, 4), dtype="bfloat16")
    with pytest.raises(NotImplementedError, match="bfloat16"):
        jax.nn.initializers.orthogonal()(KEY, (4, 4), jnp.bfloat16)
    filled = init.orthogonal_(torch.empty(4, 4, dtype=torch.bfloat16))
    assert filled.float().norm().item() == pytest.approx(2.0, rel=0.01)
    assert str(keras_drop.Orthogonal()((4, 4), dtype="bfloat16").dtype) == "torch.bfloat16"
    assert jax_drop.orthogonal()(KEY, (4, 4), jnp.bfloat16).dtype == jnp.bfloat16


def test_meta_tensors_are_left_alone_and_counted() -> None:
    meta = torch.empty(4, 4, device="meta")
    assert nn.init.trunc_normal_(meta) is meta
    with init.calls():
        assert init.trunc_normal_(meta) is meta
        after = init.normal_(torch.empty(3))
    with init.calls():
        init.normal_(torch.empty(3))
        again = init.normal_(torch.empty(3))
    assert torch.equal(after, again)


@pytest.mark.parametrize("row", disagreements.DISAGREEMENTS, ids=lambda row: row.subject)
def test_every_row_of_the_table_has_its_test(row: disagreements.Disagreement) -> None:
    assert callable(globals()[row.test])
