"""Which framework a model belongs to, told without loading any framework that is not loaded yet."""

import sys
from typing import Literal

from isometry import errors

Framework = Literal["keras", "torch"]


def framework_of(model: object) -> Framework:
    """The framework of a model or of a factory of models.

    A model of a framework can only exist when that framework is imported, so nothing is imported
    here. A plain function or class of no arguments is taken for a torch factory.

    Args:
        model: Anything that a user takes for a model.

    Returns:
        The framework's name.

    Raises:
        InputError: ``model`` is nothing that can be initialized as a whole.
    """
    for base in type(model).__mro__:
        match base.__module__.partition(".")[0], base.__name__:
            case "torch", "Module":
                return "torch"
            case (("keras" | "tf_keras"), ("Layer" | "Operation")):
                return "keras"
            case _:
                pass
    if callable(model) and "torch" in sys.modules:
        return "torch"
    raise errors.InputError(
        f"{type(model).__name__!r} is no model of a known framework",
        needed="a torch.nn.Module, or a function of no arguments that returns one",
        do="pass the model itself; for Keras and JAX use isometry.keras.initializers and "
        "isometry.jax.initializers layer by layer",
    )
