"""All parameters of a net in one tensor: an optimizer then takes one step and not hundreds.

Adam and momentum treat each number by itself, so nothing but the time is changed.
"""

from itertools import pairwise

import torch
from torch import nn


def flattened(model: nn.Module) -> nn.Parameter:
    """Let all parameters of a net be parts of one.

    Args:
        model: The net; its parameters keep their values, and their gradients become parts of the
            one's gradient. They must not be set to none.

    Returns:
        The one, with a gradient of 0.
    """
    parts = list(model.parameters())
    whole = nn.Parameter(torch.cat([part.detach().reshape(-1) for part in parts]))
    whole.grad = torch.zeros_like(whole)
    ends = torch.tensor([0, *(part.numel() for part in parts)]).cumsum(0).tolist()
    for part, (start, end) in zip(parts, pairwise(ends), strict=True):
        part.data = whole.data[start:end].view_as(part)
        part.grad = whole.grad[start:end].view_as(part)
    return whole
