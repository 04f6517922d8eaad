"""Which cells are played: by name, so that a part can be run by itself."""

from collections.abc import Iterable, Iterator
from itertools import product

from benchmarks.arena.cells import ACTIVATIONS, CLASSICS, OURS, RIVALS, Cell

ALL = (OURS, *RIVALS)
ONCE = tuple(name for name in ALL if name != "anyinit-data")
"""Every start, AnyInit in its own default form."""
DEEP = (OURS, "torch", "he", "orthogonal", "lsuv", "anyinit")
"""At 100 layers a run takes seconds, and most starts do not move."""
CONVOLUTIONAL = ("relu", "gelu", "tanh")
DEEPEST = ("relu", "tanh")
NORMLESS = (24, 96)
"""Blocks of the transformers without norm: as deep as many are, and as few are."""


def _cells(
    task: str,
    net: str,
    activations: Iterable[str],
    depths: Iterable[int],
    recipes: Iterable[str],
    optimizer: str = "adam",
) -> Iterator[Cell]:
    for depth, activation, recipe in product(depths, activations, recipes):
        yield Cell(task, net, activation, depth, recipe, optimizer)


def perceptrons() -> Iterator[Cell]:
    """Plain fully connected nets under every start."""
    yield from _cells("digits", "mlp", ACTIVATIONS, (100,), (OURS,))
    yield from _cells("digits", "mlp", ACTIVATIONS, (30, 3), ONCE)
    yield from _cells("digits", "mlp", ACTIVATIONS, (100,), DEEP)


def deepest() -> Iterator[Cell]:
    """A thousand layers."""
    yield from _cells("digits", "mlp", DEEPEST, (1000,), (OURS, "he"))


def kernels() -> Iterator[Cell]:
    """Plain convolutional nets of 3 and 100 layers."""
    recipes = (OURS, "torch", "he", "orthogonal", "delta")
    yield from _cells("digits", "cnn", CONVOLUTIONAL, (3, 100), recipes)


def transformers() -> Iterator[Cell]:
    """Transformers without norm and warm-up, and their control with norm."""
    shallow, deep = NORMLESS
    yield from _cells("digits", "transformer", ("gelu",), (shallow,), (OURS, *CLASSICS))
    yield from _cells("digits", "transformer", ("gelu",), (deep,), (OURS, "torch", "xavier", "he"))
    yield from _cells("digits", "transformer-pre", ("gelu",), (shallow,), (OURS, "torch"))


def claims() -> Iterator[Cell]:
    """What the claims of the page need."""
    yield from perceptrons()
    yield from transformers()
    yield from kernels()
    yield from deepest()


def depths() -> Iterator[Cell]:
    """The depths between."""
    yield from _cells("digits", "mlp", ACTIVATIONS, (10,), ALL)
    yield from _cells("digits", "mlp", DEEPEST, (300,), (OURS, "he", "orthogonal"))
    yield from _cells("digits", "mlp-bn", CONVOLUTIONAL, (10, 30), ("torch", "he", OURS))
    recipes = (OURS, "torch", "he", "orthogonal", "delta", "lsuv", "anyinit")
    yield from _cells("digits", "cnn", CONVOLUTIONAL, (10, 30), recipes)
    yield from _cells("digits", "cnn-bn", CONVOLUTIONAL, (10, 30), ("torch", "he", OURS))


def descent() -> Iterator[Cell]:
    """Gradient descent with momentum."""
    activations = ("relu", "gelu", "tanh", "sigmoid")
    yield from _cells("digits", "mlp", activations, (3, 30), ONCE, "sgd")


def cancer() -> Iterator[Cell]:
    """The second data."""
    yield from _cells("cancer", "mlp", ACTIVATIONS, (3, 30), ONCE)


def streams() -> Iterator[Cell]:
    """Residual nets without norm, and their controls."""
    recipes = (OURS, *CLASSICS, "lsuv", "anyinit")
    yield from _cells("digits", "residual", CONVOLUTIONAL, (32,), recipes)
    yield from _cells("digits", "residual-ln", CONVOLUTIONAL, (32,), (OURS, "torch", "he"))
    yield from _cells("digits", "rescnn", ("relu",), (32,), (OURS, "torch", "he", "xavier"))
    yield from _cells("digits", "rescnn-bn", ("relu",), (32,), (OURS, "torch", "he"))


def attention() -> Iterator[Cell]:
    """Transformers with the norm behind, and shallower ones without."""
    yield from _cells("digits", "transformer", ("gelu", "relu"), (6, 12), (OURS, *CLASSICS))
    yield from _cells("digits", "transformer-post", ("gelu",), (6, 12, 24), (OURS, *CLASSICS))


def memory() -> Iterator[Cell]:
    """Recurrent nets that read a digit pixel by pixel."""
    recipes = (OURS, "torch", "xavier", "he", "orthogonal")
    for kind in ("lstm", "gru"):
        yield from _cells("digits", kind, ("tanh",), (1,), recipes)


def games() -> Iterator[Cell]:
    """Two nets against each other."""
    yield from _cells("digits", "gan", ("leaky_relu",), (2, 6), (OURS, *CLASSICS, "lsuv"))


def smoke() -> Iterator[Cell]:
    """A few small cells, to see that everything turns."""
    yield from _cells("digits", "mlp", ("relu",), (3,), (OURS, "he"))


def everything() -> Iterator[Cell]:
    """All of it."""
    for part in (claims, depths, descent, cancer, streams, attention, memory, games):
        yield from part()


SLICES = {
    "claims": claims,
    "perceptrons": perceptrons,
    "transformers": transformers,
    "kernels": kernels,
    "deepest": deepest,
    "depths": depths,
    "descent": descent,
    "cancer": cancer,
    "streams": streams,
    "attention": attention,
    "memory": memory,
    "games": games,
    "smoke": smoke,
    "all": everything,
}


def cells(name: str) -> list[Cell]:
    """The cells of a slice, each once, in the order in which they are played.

    Args:
        name: The name of the slice.

    Returns:
        Its cells.
    """
    return list(dict.fromkeys(SLICES[name]()))
