"""``isometry.keras.initializers`` is Keras's own to Keras, and keeps this library's promises."""

import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from isometry import errors, rng, schemes
from isometry.frameworks.keras import Initializer, initializers

# Keras's torch backend converts its tensors by a protocol that NumPy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

NAMES = sorted(name for name in dir(keras.initializers) if not name.startswith("_"))
CLASSES = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
]
RANDOM = sorted({*CLASSES} - {"Constant", "Identity", "Ones", "Zeros"})
random = pytest.mark.parametrize("name", RANDOM)


def array(tensor: Any) -> NDArray[Any]:
    values: NDArray[Any] = keras.ops.convert_to_numpy(tensor)
    return values


def make(name: str, **options: Any) -> Initializer:
    made: Initializer = getattr(initializers, name)(**options)
    return made


def arguments(function: Callable[..., Any]) -> list[tuple[str, object]]:
    parameters = inspect.signature(function).parameters.values()
    return [(one.name, one.default) for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_of_keras_is_here(name: str) -> None:
    assert callable(getattr(initializers, name))
    assert name in initializers.__all__


@pytest.mark.parametrize("name", CLASSES)
def test_arguments_and_defaults_are_keras(name: str) -> None:
    theirs = arguments(getattr(keras.initializers, name))
    assert arguments(getattr(initializers, name)) == theirs


@pytest.mark.parametrize("name", CLASSES)
def test_a_config_gives_the_initializer_back(name: str) -> None:
    made = make(name)
    again = keras.initializers.deserialize(keras.initializers.serialize(made))
    assert type(again) is Initializer
    assert again.get_config() == made.get_config()
    assert again.scheme == made.scheme


def test_a_config_is_plain_and_complete() -> None:
    made = initializers.HeNormal(seed=3, path="w", layout="torch")
    assert made.get_config() == {
        "scheme": {
            "scheme": "variance_scaling",
            "gain": 2**0.5,
            "fan": "fan_in",
            "distribution": "truncated_normal",
            "convention": "keras",
        },
        "seed": 3,
        "input_axes": None,
        "output_axes": None,
        "path": "w",
        "layout": "torch",
    }


@random
def test_a_path_says_which_values(name: str) -> None:
    first, again = (array(make(name, seed=1, path="w")((8, 6))) for _ in range(2))
    other = array(make(name, seed=1, path="v")((8, 6)))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@random
def test_a_reused_instance_does_not_repeat_itself(name: str) -> None:
    shared = make(name, seed=1)
    assert not np.array_equal(array(shared((8, 6))), array(shared((8, 6))))


@random
def test_keras_own_repeats_itself(name: str) -> None:
    shared = getattr(keras.initializers, name)(seed=1)
    assert np.array_equal(array(shared((8, 6))), array(shared((8, 6))))


def test_layers_that_share_an_initializer_start_apart() -> None:
    shared = initializers.HeNormal()
    first, second = (
        keras.layers.Dense(6, kernel_initializer=shared, name=name) for name in ("one", "two")
    )
    first.build((None, 4))
    second.build((None, 4))
    assert not np.array_equal(array(first.kernel), array(second.kernel))


def kernels(names: list[str]) -> dict[str, NDArray[Any]]:
    built = {}
    with initializers.calls(seed=2):
        for name in names:
            layer = keras.layers.Dense(3, kernel_initializer="zeros", name=name)
            layer.kernel_initializer = initializers.HeNormal()
            layer.build((None, 4))
            built[name] = array(layer.kernel)
    return built


def test_a_layer_keeps_its_values_when_another_is_inserted() -> None:
    short, long = kernels(["a", "c"]), kernels(["a", "b", "c"])
    assert np.array_equal(short["a"], long["a"])
    assert np.array_equal(short["c"], long["c"])


def test_the_path_is_that_of_the_layer() -> None:
    layer = keras.layers.Dense(3, kernel_initializer=initializers.RandomNormal(), name="dense")
    with initializers.calls(seed=2):
        layer.build((None, 4))
    key = rng.derive_key(2, "dense/call/0")
    expected = rng.draw(key, rng.Normal(0.0, 0.05), 0, 12).reshape(4, 3)
    assert np.array_equal(array(layer.kernel), expected)


def test_the_bits_are_those_of_the_law_for_seed_and_path() -> None:
    drawn = array(initializers.RandomUniform(seed=9, path="w")((5, 7)))
    expected = rng.draw(rng.derive_key(9, "w"), rng.Uniform(-0.05, 0.05), 0, 35)
    assert drawn.tobytes() == expected.tobytes()


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_a_dtype_is_the_float32_value_rounded_once(dtype: str) -> None:
    made = initializers.RandomNormal(seed=9, path="w")
    narrow = keras.ops.cast(made((64,), dtype=dtype), "float64")
    expected = keras.ops.cast(keras.ops.cast(made((64,)), dtype), "float64")
    assert np.array_equal(array(narrow), array(expected))


def test_torchs_layout_gives_the_transpose_of_torchs_kernel() -> None:
    keras_kernel = array(
        initializers.LecunNormal(seed=4, path="conv", layout="torch")((3, 2, 5, 7))
    )
    torch_kernel = rng.draw(
        rng.derive_key(4, "conv"),
        rng.TruncatedNormal.from_sigmas((3 * 2 * 5) ** -0.5, exact_std=True),
        0,
        210,
    ).reshape(7, 5, 3, 2)
    assert np.array_equal(keras_kernel, torch_kernel.transpose(2, 3, 1, 0))


def test_an_einsum_layer_tells_its_axes() -> None:
    layer = keras.layers.EinsumDense(
        "abc,cde->abde", output_shape=(None, 40, 30), kernel_initializer=initializers.LecunNormal()
    )
    layer.build((None, 5, 50))
    assert array(layer.kernel).std() * 50**0.5 == pytest.approx(1.0, rel=0.03)


def test_attention_is_initialized_like_keras_own() -> None:
    stds = []
    for initializer in (initializers.GlorotUniform(), keras.initializers.GlorotUniform(seed=0)):
        layer = keras.layers.MultiHeadAttention(4, 32, kernel_initializer=initializer)
        layer.build((2, 3, 96), (2, 3, 96))
        stds.append([array(weight).std() for weight in layer.weights if len(weight.shape) == 3])
    assert stds[0] == pytest.approx(stds[1], rel=0.03)


def test_a_saved_model_brings_its_initializer_back(tmp_path: Path) -> None:
    made = initializers.from_scheme("orthogonal", gain=2.0, seed=5, path="x")
    model = keras.Sequential([keras.layers.Dense(3, kernel_initializer=made)])
    model.build((None, 4))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.layers[0].kernel_initializer.get_config() == made.get_config()
    assert np.array_equal(array(loaded.layers[0].kernel), array(model.layers[0].kernel))


@pytest.mark.parametrize("name", ["he_normal", "HeNormal"])
def test_a_name_means_the_initializer_of_this_module(name: str) -> None:
    assert initializers.get(name).get_config() == initializers.HeNormal().get_config()


def test_whatever_is_no_name_goes_to_keras() -> None:
    made = initializers.Zeros()
    assert initializers.get(made) is made
    assert initializers.get(None) is None


def test_the_random_state_of_keras_and_numpy_is_not_touched() -> None:
    keras.utils.set_random_seed(3)
    numpy_before = repr(np.random.get_state())  # noqa: NPY002 - the state is what is guarded
    expected = keras.random.normal((3,), seed=keras.random.SeedGenerator())
    keras.utils.set_random_seed(3)
    initializers.HeNormal()((4, 4))
    drawn = keras.random.normal((3,), seed=keras.random.SeedGenerator())
    assert np.array_equal(array(drawn), array(expected))
    assert repr(np.random.get_state()) == numpy_before  # noqa: NPY002 - as above


PROGRAM = """
import hashlib, keras
from isometry.frameworks.keras import initializers
made = initializers.HeNormal(seed=7, path="w")((33, 9))
print(keras.backend.backend(), hashlib.sha256(
    keras.ops.convert_to_numpy(made).tobytes()).hexdigest())
"""


def test_backends_have_the_same_bits() -> None:
    digests = {}
    for backend in ("jax", "torch"):
        finished = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env=os.environ | {"KERAS_BACKEND": backend},
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        name, digest = finished.stdout.split()
        digests[name] = digest
    assert digests["jax"] == digests["torch"]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: initializers.HeNormal(seed=-1, path="w"),
            errors.InputError,
            (
                "w: seed is -1. Needed: a whole number from 0 to 2**64 - 1. "
                "Do: pass seed=0 or another int."
            ),
        ),
        (
            lambda: initializers.VarianceScaling(scale=0.0),
            errors.InputError,
            (
                "scale is 0.0. Needed: a finite number above 0; it multiplies the variance. "
                "Do: pass scale=2.0 for a ReLU, 1.0 for a linear layer."
            ),
        ),
        (
            lambda: initializers.VarianceScaling(distribution="gauss"),
            errors.UnknownNameError,
            (
                "distribution is 'gauss'. "
                "Needed: 'normal', 'truncated_normal', 'uniform', 'untruncated_normal'. "
                "Do: pass one of these."
            ),
        ),
        (
            lambda: initializers.HeNormal(input_axes=[0], path="w"),
            errors.InputError,
            (
                "w: input_axes=(0,), output_axes=None and layout='given' were given. "
                "Needed: both axes or none, and none where layout='torch' says what they are. "
                "Do: give both, or leave both out."
            ),
        ),
        (
            lambda: initializers.HeNormal(layout="trch"),
            errors.UnknownNameError,
            (
                "layout is 'trch'. Needed: 'given' or 'torch'. "
                "Do: leave it out to count elements as the tensor is given."
            ),
        ),
        (
            lambda: initializers.RandomNormal()((3,), dtype="int32"),
            errors.DtypeError,
            (
                "dtype is int32. Needed: a real floating-point dtype. "
                "Do: initialize a float weight, then convert it."
            ),
        ),
        (
            lambda: initializers.from_scheme(schemes.Normal(), std=1.0),
            errors.InputError,
            (
                "options std were given beside Normal(mean=0.0, std=1.0). "
                "Needed: options beside the name of a scheme, or a scheme alone. "
                "Do: make the scheme with these options."
            ),
        ),
    ],
    ids=["seed", "scale", "distribution", "axes", "layout", "dtype", "options"],
)
def test_bad_input_is_explained(
    call: Callable[[], Any], error: type[errors.IsometryError], message: str
) -> None:
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message


def test_an_unknown_name_lists_the_known() -> None:
    with pytest.raises(errors.UnknownNameError, match="no initializer is called 'he_nrmal'"):
        initializers.get("he_nrmal")
