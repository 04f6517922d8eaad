"""What a checkpoint of a model holds, as arrays."""

import numpy as np
from numpy.typing import NDArray
from torch import nn

from isometry.frameworks.torch import memory
from isometry.frameworks.torch.arrays import array


def stored(model: nn.Module) -> dict[str, NDArray[np.generic]]:
    """The tensors of a model's state dict by their names there, each once.

    Args:
        model: A module with values.

    Returns:
        Arrays; over the model's own memory where that is on the CPU. Of tied tensors the first name
        stands for all.

    >>> layer = nn.Linear(2, 1)
    >>> list(stored(nn.Sequential(layer, layer)))
    ['0.weight', '0.bias']
    """
    found: dict[object, tuple[str, NDArray[np.generic]]] = {}
    for name, tensor in model.state_dict().items():
        found.setdefault(memory.identity(tensor), (name, array(tensor.detach().cpu())))
    return dict(found.values())
