"""Which framework a model belongs to, loaded on first use."""

from types import ModuleType
from typing import Any

from isometry import errors, frameworks


def owner(model: Any) -> ModuleType:
    """The part of ``isometry.frameworks`` that handles a model."""
    match frameworks.framework_of(model):
        case "torch":
            from isometry.frameworks import torch  # noqa: PLC0415 - loads torch

            return torch
        case "keras":
            raise errors.InputError(
                "whole Keras models cannot be planned",
                needed="a torch model",
                do="use isometry.keras.initializers as kernel_initializer= of its layers",
            )
