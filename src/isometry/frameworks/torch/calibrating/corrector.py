"""One forward in which every call of a weight may be corrected before anybody sees its result."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from isometry import errors
from isometry.frameworks.torch.calibrating.learned import Learned
from isometry.frameworks.torch.calibrating.uses import Use, use_of
from isometry.frameworks.torch.tracing import calls
from isometry.frameworks.torch.tracing.capture import call, eager
from isometry.frameworks.torch.tracing.failures import failed
from isometry.frameworks.torch.tracing.recorder import QUIET, opened
from isometry.graphs import maps

Call = Callable[..., Any]


class Correcting(ABC):
    """What decides about each use of a weight, and corrects it."""

    @abstractmethod
    def correct(self, use: Use, result: Tensor) -> Tensor:
        """What a call gives in place of its result."""

    @abstractmethod
    def recur(self, func: Call, op: str, args: tuple[Any, ...]) -> Any:
        """The result of a call that runs a recurrent layer."""


class Corrector(TorchFunctionMode):
    """Hands each use of a weight to what corrects it.

    Args:
        learned: Tells weights from signals.
        correcting: What corrects.
    """

    def __init__(self, learned: Learned, correcting: Correcting) -> None:
        super().__init__()
        self.learned = learned
        self.correcting = correcting

    def __torch_function__(
        self, func: Call, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Run one call, and correct what it gives if it uses a weight."""
        kwargs = kwargs or {}
        if func is functional.multi_head_attention_forward:
            with self:
                return opened(func)(*args, **kwargs)
        op = calls.name_of(func)
        if op in QUIET:
            return func(*args, **kwargs)
        if op in maps.RECURRENT:
            return self.correcting.recur(func, op, (*args, *kwargs.values()))
        result = func(*args, **kwargs)
        use = use_of(func, op, args, kwargs, learned=self.learned)
        if use is not None and isinstance(result, Tensor):
            return self.correcting.correct(use, result)
        self.learned.follow(func, op, (args, kwargs), result)
        return result


def corrected(model: nn.Module, given: Any, learned: Learned, correcting: Correcting) -> Any:
    """Run one forward in which the uses of weights are corrected.

    Args:
        model: The model, inside ``as_measured``.
        given: The forward's arguments, on its device.
        learned: Tells weights from signals.
        correcting: What corrects.

    Returns:
        What the model returns.

    Raises:
        ModelError: The forward fails.
    """
    try:
        with eager(), Corrector(learned, correcting):
            return call(model, given)
    except errors.IsometryError:
        raise
    except Exception as problem:
        raise failed(model, problem) from problem


def counted(given: Any) -> int:
    """How many samples a batch has: the length of its first tensor; 0 where there is none."""
    first = next((tensor for _, tensor in calls.tensors_in(given)), None)
    return 0 if first is None or not first.dim() else first.shape[0]


def rows(given: Any, chosen: Any) -> Any:
    """The chosen samples of a batch: of every tensor that is as long as its first one."""
    from torch.utils import _pytree as pytree

    size = counted(given)

    def pick(leaf: Any) -> Any:
        whole = isinstance(leaf, torch.Tensor) and leaf.dim() and leaf.shape[0] == size
        return leaf[chosen] if whole else leaf

    return pytree.tree_map(pick, given)
