"""Sizes of signal, gradient and weights of a Keras model, by a forward and backward of our own."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

import keras
import numpy as np
from keras import ops

from isometry import errors
from isometry.frameworks.keras.taps import Taps, rms
from isometry.measurements.observed import Array
from isometry.measurements.rows import Rows


class Probe:
    """Watches some weights of a model; the model stays as it is.

    The forward runs as in training, so that norms measure the batch, but without the noise of
    dropout, and what it would change is dropped. On the backends torch and JAX it hears layers and
    goes back from the compiled loss; on others there are norms of weights and updates alone.

    Args:
        model: A model that is built.
        x: Its input.
        y: Targets.
        select: Globs of paths of weights; all where empty.

    Raises:
        InputError: No weight is left to watch.
    """

    def __init__(self, model: Any, x: Any, y: Any, select: Sequence[str] = ()) -> None:
        self.model, self.x, self.y = model, x, y
        self.weights = [v for v in model.trainable_variables if _watched(v, select)]
        if not self.weights:
            raise errors.InputError(
                f"no weight is left to watch, select is {tuple(select)!r}",
                needed="a trainable weight of two axes or more whose path a glob matches",
                do="pass select=() for all weights",
                path=model.name,
            )
        self.taps = Taps(*_layers(model, self.weights))
        self._compiled: Any = None

    def values(self) -> list[Array]:
        """Copies of the weights as they are now."""
        return [np.array(ops.convert_to_numpy(v.value), dtype=np.float64) for v in self.weights]

    def look(self) -> tuple[Rows, dict[str, str], float]:
        """What one forward and backward show.

        Returns:
            Numbers by path and name, path ↦ the activation behind it, and the loss.
        """
        backend = keras.backend.backend()
        if backend == "torch":
            loss, deltas, gradients = self._by_torch()
        elif backend == "jax":
            loss, deltas, gradients = self._by_jax()
        else:
            return {}, {}, float("nan")
        found = {key: _flat(value) for key, value in self.taps.numbers.items()}
        found |= {(path, "delta_norm"): _flat(value) for path, value in deltas.items()}
        paths = [v.path for v in self.weights]
        found |= {(p, "grad_norm"): _flat(g) for p, g in zip(paths, gradients, strict=True)}
        return found, dict(self.taps.order), float(_flat(loss)[0])

    def _forward(self) -> Any:
        self.taps.clear()
        with self.taps.heard():
            made = self.model(self.x, training=True)
        return self.model.compute_loss(x=self.x, y=self.y, y_pred=made, training=True)

    def _by_torch(self) -> tuple[Any, dict[str, Any], list[Any]]:
        import torch

        with torch.random.fork_rng(), torch.enable_grad(), keras.StatelessScope():
            loss = self._forward()
        outputs = self.taps.outputs
        wanted = [*outputs.values(), *(v.value for v in self.weights)]
        arrived = torch.autograd.grad(loss, wanted, materialize_grads=True)
        sizes = [g.detach() for g in arrived]
        self.taps.numbers = {key: one.detach() for key, one in self.taps.numbers.items()}
        deltas = dict(zip(outputs, map(rms, sizes), strict=False))
        self.taps.outputs = {}
        return loss.detach(), deltas, [torch.linalg.vector_norm(g) for g in sizes[len(outputs) :]]

    def _by_jax(self) -> tuple[Any, dict[str, Any], list[Any]]:
        import jax

        state = [[v.value for v in kind] for kind in self._kinds()]
        if self._compiled is None:
            shapes = jax.eval_shape(self._pure, *state, {})[1][0]
            self._added = {path: jax.numpy.zeros(s.shape, s.dtype) for path, s in shapes.items()}
            self._compiled = jax.jit(jax.value_and_grad(self._pure, argnums=(0, 2), has_aux=True))
        (loss, (_, self.taps.numbers)), (all_gradients, deltas) = self._compiled(
            *state, self._added
        )
        by_path = dict(zip((v.path for v in self._kinds()[0]), all_gradients, strict=True))
        gradients = [jax.numpy.linalg.norm(by_path[v.path].ravel()) for v in self.weights]
        return loss, {path: rms(delta) for path, delta in deltas.items()}, gradients

    def _pure(self, trainable: Any, others: Any, added: Any) -> Any:
        """The loss as a function of all state and of what is added to each layer's output."""
        self.taps.added = added
        one, two = self._kinds()
        mapping = [*zip(one, trainable, strict=True), *zip(two, others, strict=True)]
        with keras.StatelessScope(state_mapping=mapping):
            loss = self._forward()
        heard, self.taps.outputs, self.taps.added = self.taps.outputs, {}, {}
        return loss, (heard, self.taps.numbers)

    def _kinds(self) -> tuple[list[Any], list[Any]]:
        return self.model.trainable_variables, self.model.non_trainable_variables


def norms(values: Sequence[Array]) -> list[float]:
    """Euclidean norm of each."""
    return [float(np.linalg.norm(one)) for one in values]


def _flat(value: Any) -> Array:
    return np.asarray(ops.convert_to_numpy(value), dtype=np.float64).reshape(-1)


def _watched(variable: Any, select: Sequence[str]) -> bool:
    chosen = not select or any(fnmatchcase(variable.path, glob) for glob in select)
    return len(variable.shape) > 1 and chosen


def _layers(model: Any, weights: Sequence[Any]) -> tuple[dict[str, Any], tuple[Any, ...]]:
    """The layer of each weight that none of its own sublayers holds; and layers of no weights."""
    owners: dict[str, Any] = {}
    paths = {v.path for v in weights}
    others = []
    for layer in model._flatten_layers(include_self=False, recursive=True):
        inner = {v.path for one in layer._flatten_layers(include_self=False) for v in one.weights}
        own = [v.path for v in layer.trainable_variables if v.path in paths - inner]
        if own and not hasattr(layer, "state_size"):  # a cell runs within a loop
            owners[own[-1]] = layer
        elif not layer.weights:
            others.append(layer)
    return owners, tuple(others)
