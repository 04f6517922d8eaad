"""What a model can be made from, and the function that makes it."""

import copy
import sys
from collections.abc import Callable
from typing import Any

from torch import nn

from isometry import errors
from isometry.frameworks.torch.native.resets import rebuilt

__all__ = ["Source", "builder"]

Source = Callable[[], nn.Module] | nn.Module | Any
"""A factory, a module, or a transformers configuration."""


def builder(source: Source) -> Callable[[], nn.Module]:
    """The function that builds the model from nothing."""
    transformers = sys.modules.get("transformers")
    if transformers is not None and isinstance(source, transformers.PretrainedConfig):
        return lambda: model_class(source)(copy.deepcopy(source))
    if transformers is not None and isinstance(source, transformers.PreTrainedModel):
        return lambda: type(source)(copy.deepcopy(source.config))
    if isinstance(source, nn.Module):
        return lambda: rebuilt(source)
    if callable(source):
        return lambda: _module(source())
    raise errors.InputError(
        f"native was given a {type(source).__name__}",
        needed="a function that builds the model, a torch module, or a transformers configuration",
        do="pass lambda: MyModel(...)",
    )


def model_class(config: Any) -> Callable[[Any], nn.Module]:
    """The class that a transformers configuration names, else the base class for its type."""
    import transformers

    for name in config.architectures or ():
        found = getattr(transformers, name, None)
        if found is not None:
            cls: Callable[[Any], nn.Module] = found
            return cls
    automatic: Callable[[Any], nn.Module] = transformers.AutoModel.from_config
    return automatic


def _module(made: object) -> nn.Module:
    if isinstance(made, nn.Module):
        return made
    raise errors.InputError(
        f"the factory returned a {type(made).__name__}",
        needed="a torch module",
        do="return the model",
    )
