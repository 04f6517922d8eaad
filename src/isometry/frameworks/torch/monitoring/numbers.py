"""Numbers gathered on their device and copied to the host once."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Rows = dict[tuple[str, str], NDArray[np.float64]]


class Numbers:
    """Tensors under two names each; the later of two under the same names counts."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], Tensor] = {}

    def keep(self, path: str, name: str, tensor: Tensor) -> None:
        """Keep a tensor for the copy."""
        self.held[path, name] = tensor.detach()

    def copied(self) -> Rows:
        """Everything that was kept, flat, in one copy for each device.

        >>> numbers = Numbers()
        >>> numbers.keep("a", "norm", torch.tensor(2.0))
        >>> numbers.copied()
        {('a', 'norm'): array([2.])}
        """
        devices = dict.fromkeys(tensor.device for tensor in self.held.values())
        return {key: row for device in devices for key, row in self._from(device).items()}

    def _from(self, device: torch.device) -> Rows:
        chosen = {key: one.reshape(-1) for key, one in self.held.items() if one.device == device}
        whole = torch.cat([one.float() for one in chosen.values()]).cpu().double().numpy()
        ends = np.cumsum([one.numel() for one in chosen.values()])[:-1]
        return dict(zip(chosen, np.split(whole, ends), strict=True))
