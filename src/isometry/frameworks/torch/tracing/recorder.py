"""One forward, observed call by call.

Every call of torch that Python code makes arrives here as a whole and named, with its weight in a
known argument, whether the tensors are real or fake. A value is an object: calls that return
their argument make no step; calls that change a tensor in place give it, and every view of its
memory, a new value.
"""

import types
from collections.abc import Callable
from typing import Any

import torch
from torch._subclasses.fake_tensor import FakeTensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from isometry.frameworks.torch.tracing import calls
from isometry.frameworks.torch.tracing.tape import Tape, storage_of, version_of
from isometry.graphs import operations

QUIET = frozenset(
    """
    backward data_ptr dim element_size get_device is_complex is_contiguous is_floating_point
    is_inference is_same_size is_storage nelement numel register_hook requires_grad size
    storage_offset stride tolist untyped_storage
    """.split()
)
"""Calls that ask about a tensor and move no value."""

LOOKS = frozenset(
    """
    __array__ __bool__ __complex__ __float__ __index__ __int__ allclose equal is_nonzero item numpy
    tolist
    """.split()
)
"""Calls that hand values to Python, where nobody follows them."""


Listener = Callable[[int, torch.Tensor, dict[str, Any]], None]
"""Hears of every step that a call makes: its index, its value, and the call's arguments."""


class Recorder(TorchFunctionMode):
    """Observes every torch call of one forward and writes the tape.

    Args:
        tape: What is written.
        paths: Paths of parameters by identity.
        buffers: Paths of buffers by identity.
        held: Whether a tensor was there before the run.
        listener: Hears of every step while its value is there; must change nothing.
    """

    def __init__(
        self,
        tape: Tape,
        paths: dict[int, str],
        buffers: dict[int, str],
        *,
        held: Callable[[torch.Tensor], bool],
        listener: Listener | None = None,
    ) -> None:
        super().__init__()
        self.listener = listener
        self.held = held
        self.tape = tape
        self.paths = paths
        self.buffers = buffers

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Run one call, then note what it did."""
        kwargs = kwargs or {}
        if self.tape.blind:
            return func(*args, **kwargs)
        if func is functional.multi_head_attention_forward:
            with self:
                return opened(func)(*args, **kwargs)
        op = calls.name_of(func)
        self._look(func, args)
        if op in QUIET:
            return func(*args, **kwargs)
        if op == "grouped_mm" and (args[0].is_meta or isinstance(args[0], FakeTensor)):
            return self._note(func, op, args, kwargs, grouped_product(*args), {})
        before = {id(t): version_of(t) for _, t in calls.tensors_in((args, kwargs))}
        return self._note(func, op, args, kwargs, func(*args, **kwargs), before)

    def _note(
        self,
        func: Callable[..., Any],
        op: str,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        result: Any,
        before: dict[int, int],
    ) -> Any:
        named = calls.bound(func, op, args, kwargs)
        tensors = list(calls.tensors_in(named))
        given = {id(tensor) for _, tensor in tensors}
        inputs = [(name, self.step_of(tensor)) for name, tensor in tensors]
        written = [t for _, t in tensors if id(t) in before and version_of(t) != before[id(t)]]
        attributes = calls.attributes_of(named)
        for tensor in written[:1]:
            self._tell(self._rewrite(op, inputs, tensor, attributes), tensor, named)
        for position, (_, out) in enumerate(calls.tensors_in(result)):
            if id(out) not in given:
                more = (*attributes, ("output", position)) if position else attributes
                self._tell(self._make(op, inputs, out, more), out, named)
        return result

    def _tell(self, index: int, out: torch.Tensor, named: dict[str, Any]) -> None:
        if self.listener is not None:
            self.listener(index, out, named)

    def _make(
        self, op: str, inputs: list[tuple[str, int]], out: torch.Tensor, attributes: Any
    ) -> int:
        signal = True if self._starts(op, inputs, out) else None
        return self.tape.add(op, inputs, out, attributes=attributes, signal=signal)

    def _starts(self, op: str, inputs: list[tuple[str, int]], out: torch.Tensor) -> bool:
        """Whether a call starts a signal: it maps an index, or what is the same for every input."""
        taken = dict(inputs)
        weight = taken.get("weight")
        learned = weight is not None and not self.tape.nodes[weight].signal
        return op in operations.WEIGHTS and learned and out.dtype.is_floating_point

    def _rewrite(
        self, op: str, inputs: list[tuple[str, int]], tensor: torch.Tensor, attributes: Any
    ) -> int:
        """``tensor`` was changed in place: it and every view of its memory hold new values."""
        index = self._make(op, inputs, tensor, attributes)
        for alias in tuple(self.tape.aliases[storage_of(tensor)]):
            other = alias.tensor
            if other is tensor or other is None:
                continue
            old = self.tape.owner[id(other)]
            if other.numel() <= tensor.numel():
                self.tape.add("view", [("input", index)], other)
            else:
                self.tape.add("setitem", [("input", old), ("value", index)], other)
        return index

    def step_of(self, tensor: torch.Tensor) -> int:
        """The step that made a tensor; a parameter, buffer or unseen tensor becomes a step now."""
        known = self.tape.owner.get(id(tensor))
        if known is not None:
            return known
        path = self.paths.get(id(tensor))
        if path is not None:
            return self.tape.add("parameter", (), tensor, path=path, signal=False)
        buffer = self.buffers.get(id(tensor), "")
        if buffer or self.held(tensor):
            op = "buffer" if buffer else "constant"
            return self.tape.add(op, (), tensor, path=buffer, signal=False)
        return self._met(tensor)

    def _met(self, tensor: torch.Tensor) -> int:
        """A tensor that no announced call made: a view where it looks into known memory."""
        kept = self.tape.aliases.get(storage_of(tensor), ())
        known = [self.tape.owner[id(alias.tensor)] for alias in kept if alias.tensor is not None]
        if known:
            return self.tape.add("view", [("input", known[-1])], tensor)
        return self.tape.add("unseen", (), tensor, signal=True)

    def _look(self, func: Callable[..., Any], args: tuple[Any, ...]) -> None:
        name = getattr(func, "__name__", "")
        if name in LOOKS and any(self._depends(tensor) for _, tensor in calls.tensors_in(args)):
            self.tape.looks.append((self.tape.running, name.strip("_")))

    def _depends(self, tensor: torch.Tensor) -> bool:
        """Whether a value comes from the signal, though it may carry none: a comparison does."""
        nodes, waiting, seen = self.tape.nodes, [self.step_of(tensor)], set[int]()
        while waiting:
            step = waiting.pop()
            if nodes[step].signal:
                return True
            waiting += [i for i in nodes[step].inputs if i not in seen]
            seen.update(nodes[step].inputs)
        return False


def opened(func: Callable[..., Any]) -> Callable[..., Any]:
    """A Python composite that does not hand itself over to modes, so that its steps are seen."""

    def never(*_: Any) -> bool:
        return False

    hidden = {name: never for name in func.__globals__ if name.startswith("has_torch_function")}
    clone = types.FunctionType(
        func.__code__,
        {**func.__globals__, **hidden},
        func.__name__,
        func.__defaults__,
        func.__closure__,
    )
    clone.__kwdefaults__ = func.__kwdefaults__
    return clone


def grouped_product(first: torch.Tensor, second: torch.Tensor, *_: Any, **__: Any) -> torch.Tensor:
    """The shape of a grouped product without values, whose own rule takes bfloat16 only."""
    return first.new_empty(first.shape[0], second.shape[-1])
