"""Hooks on one real forward and backward: sizes of signal and gradient, and ranges of units."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils.hooks import RemovableHandle
from typing_extensions import override

from isometry.frameworks.torch.monitoring.moves import rms
from isometry.frameworks.torch.monitoring.numbers import Numbers
from isometry.frameworks.torch.observing.statistics import strided
from isometry.frameworks.torch.slots import Slot
from isometry.measurements import idling

SAMPLE = 4096
"""Entries that saturation is told from, at most."""
ACTIVATIONS: Final = frozenset(
    (
        *("relu", "relu6", "elu", "celu", "selu", "gelu", "silu", "mish", "softplus"),
        *("tanh", "sigmoid", "hardtanh", "hardsigmoid", "hardswish", "softsign"),
    )
)
"""Those whose name alone, without parameters, says where they are flat."""
FORMULAS: Final = {
    "AccurateGELUActivation": "gelu_tanh",
    "FastGELUActivation": "gelu_tanh",
    "GELUTanh": "gelu_tanh",
    "NewGELUActivation": "gelu_tanh",
    "QuickGELUActivation": "quick_gelu",
}
"""Classes of modules that write an activation out as a formula of several functions."""
MIXING: Final = frozenset(("mul", "pow", "rmul", "square"))
"""Behind one of these, an activation is part of a formula and says nothing of the layer."""


class Ears(TorchFunctionMode):
    """Hears elementwise activations, as modules or as functions.

    Args:
        heard: Called with the activation's name and what enters it.
        mixed: Called where a formula begins.
    """

    def __init__(self, heard: Callable[[str, Tensor], None], mixed: Callable[[], None]) -> None:
        super().__init__()
        self.heard, self.mixed = heard, mixed

    @override
    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = getattr(func, "__name__", "").strip("_")
        if name in ACTIVATIONS and args and isinstance(args[0], Tensor):
            self.heard(name, args[0])  # before the call: it may work in place
        elif name in MIXING:
            self.mixed()
        return func(*args, **(kwargs or {}))


class Live:
    """What is heard of one step; the hooks are there until :meth:`remove`.

    Args:
        model: The model, as its forward is called.
        weights: The weights whose layers are heard.
        numbers: Where sizes go.
    """

    def __init__(self, model: nn.Module, weights: Sequence[Slot], numbers: Numbers) -> None:
        self.model, self.numbers = model, numbers
        self.order: dict[str, str] = {}
        self.open = ""
        self.loss: Tensor | float = math.nan
        self.ears: list[Ears] = []
        self.handles: list[RemovableHandle] = [
            model.register_forward_pre_hook(self._begin),
            model.register_forward_hook(self._end, always_call=True),
            model.register_forward_hook(self._outputs),
        ]
        ends = {id(slot.owner): slot for slot in weights}  # of a cell's weights the last one's
        for slot in ends.values():
            if not any(True for _ in slot.owner.children()):
                self.handles.append(slot.owner.register_forward_hook(self._layer(slot.path)))
        for module in model.modules():
            if name := FORMULAS.get(type(module).__name__):
                self.handles.append(module.register_forward_pre_hook(self._formula(name)))

    def remove(self) -> None:
        """Take every hook away."""
        for handle in self.handles:
            handle.remove()
        self.handles.clear()
        while self.ears:
            self._end()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear activations in the body, too.

        Yields:
            None: The body runs here.
        """
        self._begin()
        try:
            yield
        finally:
            self._end()

    def _begin(self, *_: Any) -> None:
        if not self.ears:
            self._close()  # the last layer of one forward is not behind the next one
        self.ears.append(Ears(self._activation, self._close))
        self.ears[-1].__enter__()  # type: ignore[no-untyped-call]  # torch's own

    def _end(self, *_: Any) -> None:
        if self.ears:
            self.ears.pop().__exit__(None, None, None)  # type: ignore[no-untyped-call]  # torch's own

    def _outputs(self, _: nn.Module, __: Any, made: Any) -> None:
        """The loss of a model that returns it; the last one of several batches."""
        found = made.get("loss") if isinstance(made, dict) else getattr(made, "loss", None)
        if isinstance(found, Tensor) and found.numel() == 1 and not self._evaluating:
            self.loss = found.detach()

    def _layer(self, path: str) -> Any:
        def hear(_: nn.Module, __: Any, made: Any) -> None:
            self._close()
            out = made[0] if isinstance(made, tuple) else made
            if self._evaluating or not isinstance(out, Tensor) or not out.is_floating_point():
                return
            self.open = path
            self.order.setdefault(path, "")
            self.numbers.keep(path, "act_std", rms(out))
            if out.requires_grad:
                out.register_hook(lambda g: self.numbers.keep(path, "delta_norm", rms(g)))  # type: ignore[no-untyped-call]  # torch's own

        return hear

    def _activation(self, name: str, entering: Tensor) -> None:
        """The first activation behind a layer counts as its own; the last batch's, as for sizes."""
        path = self.open
        self._close()
        if not path or not entering.is_floating_point():
            return
        self.order[path] = name
        with torch.no_grad():
            value = entering.detach()
            axis = 1 if value.dim() in (4, 5) else value.dim() - 1
            others = [i for i in range(value.dim()) if i != axis]
            low, high = (value.amin(others), value.amax(others)) if others else (value, value)
            self.numbers.keep(path, "low", low)
            self.numbers.keep(path, "high", high)
            if idling.bounded(name):
                self.numbers.keep(path, "sample", strided(value.reshape(-1), SAMPLE).clone())

    def _formula(self, name: str) -> Any:
        return lambda _, given: self._activation(name, given[0])

    def _close(self) -> None:
        self.open = ""

    @property
    def _evaluating(self) -> bool:
        """Whether this validates; layers under checkpointing train without gradients."""
        return not (self.model.training or torch.is_grad_enabled())
