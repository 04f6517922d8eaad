"""What layers of a Keras model make, heard while a forward runs; afterwards they are as before."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import keras
from keras import ops

from isometry.measurements import idling

FUNCTIONS: Final = frozenset(
    (
        *("relu", "relu6", "elu", "celu", "selu", "gelu", "silu", "mish", "softplus"),
        *("tanh", "sigmoid", "hard_tanh", "hard_sigmoid", "hard_silu", "softsign"),
    )
)
"""Activations by the names of Keras, none of which has a parameter that was changed."""
NAMES: Final = {
    "hard_tanh": "hardtanh",
    "hard_sigmoid": "hardsigmoid",
    "hard_silu": "hardswish",
}
"""Those that the theory knows by another name."""
NOISY: Final = (
    keras.layers.AlphaDropout,
    keras.layers.Dropout,
    keras.layers.GaussianDropout,
    keras.layers.GaussianNoise,
    keras.layers.SpatialDropout1D,
    keras.layers.SpatialDropout2D,
    keras.layers.SpatialDropout3D,
)
"""Layers that add noise in training, and are looked through."""
SAMPLE = 4096
"""Entries that saturation is told from, at most."""


class Taps:
    """Hears the layers that have a weight, and the first activation behind each.

    Args:
        layers: The path of a weight ↦ the layer that it is of.
        others: Layers without weights, some of which may be activations.
    """

    def __init__(self, layers: Mapping[str, Any], others: tuple[Any, ...]) -> None:
        self.layers, self.others = dict(layers), others
        self.added: Mapping[str, Any] = {}
        self.clear()

    def clear(self) -> None:
        """Forget what was heard."""
        self.outputs: dict[str, Any] = {}
        self.numbers: dict[tuple[str, str], Any] = {}
        self.order: dict[str, str] = {}
        self.open = ""

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Hear the forwards of the body.

        Yields:
            None: The body runs here.
        """
        with ExitStack() as stack:
            for path, layer in self.layers.items():
                stack.enter_context(self._layer(path, layer))
            for layer in self.others:
                stack.enter_context(self._other(layer))
            yield

    @contextmanager
    def _layer(self, path: str, layer: Any) -> Iterator[None]:
        name = named(getattr(layer, "activation", None))
        inner = layer.activation if name else layer.call

        def call(*given: Any, **options: Any) -> Any:
            if name:
                x = self._made(path, given[0])
                self._activated(name, x, axis_of(layer))
                return inner(x)
            made = inner(*given, **options)
            return self._made(path, made) if ops.is_tensor(made) else made

        with replaced(layer, "activation" if name else "call", call):
            yield

    @contextmanager
    def _other(self, layer: Any) -> Iterator[None]:
        name, noisy = of_class(layer), isinstance(layer, NOISY)
        if not name and not noisy:
            yield
            return
        inner = layer.call

        def call(x: Any, *given: Any, **options: Any) -> Any:
            if noisy:
                return inner(x, training=False)
            self._activated(name, x, -1)
            return inner(x, *given, **options)

        with replaced(layer, "call", call):
            yield

    def _made(self, path: str, made: Any) -> Any:
        out = made + self.added[path] if path in self.added else made
        self.outputs[path] = out
        self.order.setdefault(path, "")
        self.open = path
        self.numbers[path, "act_std"] = rms(out)
        return out

    def _activated(self, name: str, x: Any, axis: int) -> None:
        path, self.open = self.open, ""
        if not path or self.order[path]:
            return
        self.order[path] = name
        rank = len(x.shape)
        others = [i for i in range(rank) if i != axis % rank]
        self.numbers[path, "low"] = ops.min(x, others)
        self.numbers[path, "high"] = ops.max(x, others)
        if idling.bounded(name):
            flat = ops.reshape(x, (-1,))
            self.numbers[path, "sample"] = flat[:: max(1, flat.shape[0] // SAMPLE)]


def rms(x: Any) -> Any:
    """Root mean square of all entries, in single precision."""
    return ops.sqrt(ops.mean(ops.square(ops.cast(x, "float32"))))


def named(activation: Any) -> str:
    """The theory's name of an activation function; empty for others, and for none."""
    name = getattr(activation, "__name__", "")
    return NAMES.get(name, name) if name in FUNCTIONS else ""


def of_class(layer: Any) -> str:
    """The theory's name of a layer that is an activation; empty for others."""
    if isinstance(layer, keras.layers.Activation):
        return named(layer.activation)
    plain = layer.get_config() if isinstance(layer, keras.layers.ReLU) else {"negative_slope": 1}
    whole = not plain["negative_slope"] and not plain["threshold"] and plain["max_value"] is None
    return "relu" if whole else ""


def axis_of(layer: Any) -> int:
    """The axis of a layer's units."""
    return 1 if getattr(layer, "data_format", None) == "channels_first" else -1


@contextmanager
def replaced(layer: Any, name: str, value: Any) -> Iterator[None]:
    """Another attribute for a while, past the tracking of Keras.

    Args:
        layer: Whose.
        name: Which.
        value: What it is meanwhile.

    Yields:
        None: The body runs here.
    """
    own = vars(layer)
    kept = {name: own[name]} if name in own else {}
    own[name] = value
    try:
        yield
    finally:
        del own[name]
        own.update(kept)
