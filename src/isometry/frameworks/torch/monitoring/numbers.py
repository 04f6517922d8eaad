"""Numbers gathered on their device and copied to the host once."""

from collections.abc import Sequence
from itertools import accumulate

import torch
from torch import Tensor

from isometry.measurements.rows import Rows


class Numbers:
    """Tensors under two names each; the later of two under the same names counts."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], Tensor] = {}

    def keep(self, path: str, name: str, tensor: Tensor) -> None:
        """Keep a tensor for the copy."""
        self.held[path, name] = tensor.detach()

    def row(self, paths: Sequence[str], name: str, tensors: Sequence[Tensor]) -> None:
        """Keep one tensor for each path under one name."""
        for path, tensor in zip(paths, tensors, strict=True):
            self.held[path, name] = tensor

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
        ends = list(accumulate(one.numel() for one in chosen.values()))
        return {
            key: whole[start:end]
            for key, start, end in zip(chosen, [0, *ends[:-1]], ends, strict=True)
        }
