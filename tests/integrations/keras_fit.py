"""Fits of Keras with and without the callback; what they showed, as JSON. The backend is given."""

import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np

from isometry import errors
from isometry.integrations.keras import IsometryCallback

warnings.simplefilter("ignore")  # what Keras and its backend say of themselves
GENERATOR = np.random.default_rng(0)
X = GENERATOR.normal(size=(64, 8)).astype("float32")
Y = GENERATOR.integers(0, 3, 64)
LAYERS = keras.layers


class Loop(keras.Model):  # type: ignore[misc]  # Keras has no types
    """A subclassed model with a cell, whose graph nothing knows."""

    def __init__(self) -> None:
        super().__init__()
        self.cell, self.head = LAYERS.LSTM(5), LAYERS.Dense(3)

    def call(self, x: Any) -> Any:
        """Over eight steps of one number."""
        return self.head(self.cell(x[:, :, None]))


def compiled(model: Any, rate: float) -> Any:
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.SGD(rate), loss=loss)
    return model


def net(*rates: float, rate: float = 0.05) -> Any:
    keras.utils.set_random_seed(0)
    inner = [LAYERS.Dense(16, activation="relu"), LAYERS.BatchNormalization(), LAYERS.Dense(16)]
    ends = [LAYERS.Activation("tanh"), *map(LAYERS.Dropout, rates), LAYERS.Dense(3)]
    return compiled(keras.Sequential([keras.Input((8,)), *inner, *ends]), rate)


def watcher(**options: Any) -> IsometryCallback:
    return IsometryCallback(X[:16], Y[:16], **{"on_finding": lambda _: None} | options)


def fit(model: Any, *callbacks: Any, epochs: int = 2, first: int = 0) -> float:
    start = time.perf_counter()
    options: dict[str, Any] = {"batch_size": 16, "verbose": 0, "shuffle": False}
    model.fit(X, Y, epochs=epochs, initial_epoch=first, callbacks=list(callbacks), **options)
    return time.perf_counter() - start


def rows(callback: IsometryCallback, place: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = callback.history[place].to_json()["layers"]
    return found


class Order(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """What the callback before it had captured after each batch."""

    def __init__(self, watched: IsometryCallback) -> None:
        super().__init__()
        self.watched = watched
        self.seen: list[int] = []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Notes it."""
        self.seen.append(len(self.watched.history))


def watched(_: Path) -> dict[str, Any]:
    """One fit with the callback, one without; with dropout, whose generator must not move."""
    told: list[tuple[int, dict[str, float]]] = []
    callback = watcher(every=3, sinks=[lambda n, s: told.append((s, n))], level="layers")
    order, one = Order(callback), net(0.3)
    fit(one, callback, order)
    two = net(0.3)
    fit(two)
    pairs = zip(one.get_weights(), two.get_weights(), strict=True)
    return {
        "told": told,
        "order": order.seen,
        "same": all(np.array_equal(a, b) for a, b in pairs),
        "left": [name for one in one.layers for name in vars(one) if name == "call"],
        "activation": one.layers[0].activation is keras.activations.relu,
    }


def sizes(_: Path) -> dict[str, Any]:
    """What one small step shows, and the same by NumPy or from the weights themselves."""
    rate, model, callback = 1e-3, net(rate=1e-3), watcher(every=100)
    kernel = np.array(model.layers[0].get_weights()[0])
    model.fit(X[:16], Y[:16], batch_size=16, verbose=0, callbacks=[callback])
    kernel_after, bias_after = (np.array(value) for value in model.layers[0].get_weights())
    logits = keras.ops.convert_to_numpy(model(X[:16], training=True))
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    error = (shares - np.eye(3)[Y[:16]]) / 16
    update = float(np.linalg.norm(kernel_after - kernel))
    first = {
        "act_std": float(np.sqrt(((X[:16] @ kernel_after + bias_after) ** 2).mean())),
        "weight_norm": float(np.linalg.norm(kernel)),
        "update_norm": update,
        "grad_norm": update / rate,
    }
    last = {"delta_norm": float(np.sqrt((error**2).mean()))}
    loss = float(-np.log(shares[np.arange(16), Y[:16]]).mean())
    known = {"first": first, "last": last, "loss": loss}
    return {"rows": rows(callback, 0), "known": known, "loss": callback.history[0].loss}


def resumed(folder: Path) -> dict[str, Any]:
    """Two epochs at once, and one after the other with a saved model."""
    state, whole = folder / "state.json", watcher(every=3)
    fit(net(), whole)
    first, again = net(), watcher(every=3, state=state)
    fit(first, watcher(every=3, state=state), epochs=1)
    first.save(folder / "net.keras")
    fit(keras.saving.load_model(folder / "net.keras"), again, first=1)
    return {
        "steps": [[one.step for one in c.history] for c in (whole, again)],
        "losses": [[one.loss for one in c.history] for c in (whole, again)],
    }


def cell(_: Path) -> list[dict[str, Any]]:
    keras.utils.set_random_seed(0)
    callback = watcher(every=2)
    fit(compiled(Loop(), 0.05), callback, epochs=1)
    return rows(callback, 1)


def stopped(_: Path) -> dict[str, Any]:
    callback = watcher(every=1, on_finding="stop")
    fit(net(rate=30.0), callback, epochs=5)
    return {"count": callback.count, "codes": [one.code for one in callback.chronicle.findings]}


def cost(_: Path) -> list[float]:
    """Seconds with a callback that captures one step of sixteen, over those without."""
    model, callback = net(), watcher(every=16)
    fit(model, callback)
    return [fit(model, callback, epochs=12) / fit(model, epochs=12) for _ in range(3)]


def refused(_: Path) -> list[str]:
    found = []
    for options in ({"every": 0}, {"select": ["nothing"]}):
        try:
            fit(net(), watcher(**options))
        except errors.InputError as problem:
            found.append(str(problem))
    return found


PARTS = (watched, sizes, resumed, cell, stopped, cost, refused)

if __name__ == "__main__":
    shown = {part.__name__: part(Path(sys.argv[1])) for part in PARTS}
    json.dump(shown, sys.stdout, allow_nan=False)
