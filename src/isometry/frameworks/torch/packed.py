"""Modules that keep their weights where no parameter shows them."""

from torch import nn

from isometry import errors
from isometry.frameworks.torch import paths

_HIDDEN = ("torch.ao.nn.quantized", "torch.nn.quantized")
"""Packages whose modules pack their weights into objects of the quantized engine."""


def refuse(model: nn.Module) -> None:
    """Refuse a model with weights that cannot be seen, and so would silently keep their values.

    Args:
        model: Any module.

    Raises:
        UnsupportedTensorError: It has such a module, which is named.
    """
    for path, module in paths.modules(model):
        if type(module).__module__.startswith(_HIDDEN):
            raise errors.UnsupportedTensorError(
                f"{type(module).__name__} packs its weight where it cannot be written",
                needed="a module whose weights are parameters",
                do="initialize the float model, then quantize it",
                path=path or type(module).__name__,
            )
        if getattr(module, "_use_orig_params", True) is False:
            raise errors.UnsupportedTensorError(
                "FSDP has flattened its parameters into one",
                needed="the parameters themselves",
                do="wrap with FullyShardedDataParallel(..., use_orig_params=True)",
                path=path or type(module).__name__,
            )
