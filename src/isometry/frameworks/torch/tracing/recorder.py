"""One forward, observed call by call.

Every call of torch that Python code makes arrives here as a whole and named, with its weight in a known
argument, whether the tensors are real or fake. A value is an object: calls that return their argument
make no step; calls that change a tensor in place give it, and every view of its memory, a new value.
"""

import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch._subclasses.fake_tensor import FakeTensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from isometry.frameworks.torch.tracing import calls
from isometry.graphs import operations
from isometry.graphs.node import Attribute, Node

QUIET = {"backward", "dim", "element_size", "get_device", "is_complex", "is_contiguous", "is_floating_point", "is_inference", "is_storage", "nelement", "numel", "requires_grad", "size", "stride", "tolist", "storage_offset", "untyped_storage", "data_ptr", "is_same_size", "register_hook"}
"""Calls that ask about a tensor and move no value."""

CONTROL = ("bool", "int", "uint")
"""Dtypes that steer a computation and carry no signal start with one of these."""


@dataclass(slots=True)
class Alias:
    """A live tensor and the storage that it looks into."""

    tensor: torch.Tensor
    storage: int


@dataclass(slots=True)
class Tape:
    """Steps so far, and which step made each live tensor."""

    nodes: list[Node] = field(default_factory=list)
    owner: dict[int, int] = field(default_factory=dict)
    aliases: dict[int, list[Alias]] = field(default_factory=dict)
    scope: list[str] = field(default_factory=list)

    def add(self, op: str, family: Any, inputs: Iterable[tuple[str, int]], out: torch.Tensor, **more: Any) -> int:
        """Append a step that made ``out``, and return its index."""
        pairs = tuple(inputs)
        index = len(self.nodes)
        dtype = str(out.dtype).removeprefix("torch.")
        steers = dtype.startswith(CONTROL)
        signal = more.pop("signal", any(self.nodes[i].signal for _, i in pairs)) and not steers
        path = more.pop("path", self.scope[-1] if self.scope else "")
        self.nodes.append(
            Node(
                index,
                op,
                family,
                tuple(i for _, i in pairs),
                tuple(name for name, _ in pairs),
                tuple(int(length) for length in out.shape),
                dtype,
                path,
                tuple(sorted(more.pop("attributes", ()))),
                signal,
            )
        )
        self.own(out, index)
        return index

    def own(self, tensor: torch.Tensor, index: int) -> None:
        """From now on ``tensor`` holds the value of step ``index``."""
        self.owner[id(tensor)] = index
        storage = storage_of(tensor)
        kept = self.aliases.setdefault(storage, [])
        if not any(alias.tensor is tensor for alias in kept):
            kept.append(Alias(tensor, storage))  # the reference keeps id() from being used again


def storage_of(tensor: torch.Tensor) -> int:
    """What identifies the memory of a tensor; its own identity where it has none."""
    try:
        return int(tensor.untyped_storage()._cdata)
    except (NotImplementedError, RuntimeError):
        return id(tensor)


def version_of(tensor: torch.Tensor) -> int:
    """How often a tensor was written in place; inference tensors do not say."""
    return 0 if tensor.is_inference() else int(tensor._version)


class Recorder(TorchFunctionMode):
    """Observes every torch call of one forward and writes the tape."""

    def __init__(self, tape: Tape, paths: dict[int, str], buffers: dict[int, str]) -> None:
        super().__init__()
        self.tape = tape
        self.paths = paths
        self.buffers = buffers

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run one call, then note what it did."""
        kwargs = kwargs or {}
        if func is functional.multi_head_attention_forward:
            with self:
                return opened(func)(*args, **kwargs)
        op = calls.name_of(func)
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
        attributes = attributes_of(named)
        for tensor in written[:1]:
            self._rewrite(op, inputs, tensor, attributes)
        for position, (_, out) in enumerate(calls.tensors_in(result)):
            if id(out) not in given:
                more = (*attributes, ("output", position)) if position else attributes
                self._make(op, inputs, out, more)
        return result

    def _make(self, op: str, inputs: list[tuple[str, int]], out: torch.Tensor, attributes: Any) -> int:
        family = operations.family(op) if inputs else "constant"
        starts = op in ("embedding", "embedding_bag") and out.dtype.is_floating_point
        signal = {"signal": True} if starts else {}
        return self.tape.add(op, family, inputs, out, attributes=attributes, **signal)

    def _rewrite(self, op: str, inputs: list[tuple[str, int]], tensor: torch.Tensor, attributes: Any) -> None:
        """``tensor`` was changed in place: it and every view of its memory hold new values."""
        index = self._make(op, inputs, tensor, attributes)
        for alias in self.tape.aliases[storage_of(tensor)]:
            other = alias.tensor
            if other is tensor:
                continue
            old = self.tape.owner[id(other)]
            if other.numel() <= tensor.numel():
                self.tape.add("view", "view", [("input", index)], other)
            else:
                self.tape.add("setitem", "write", [("input", old), ("value", index)], other)

    def step_of(self, tensor: torch.Tensor) -> int:
        """The step that made a tensor; a parameter, buffer or unseen tensor becomes a step now."""
        known = self.tape.owner.get(id(tensor))
        if known is not None:
            return known
        path = self.paths.get(id(tensor))
        if path is not None:
            return self.tape.add("parameter", "parameter", (), tensor, path=path, signal=False)
        held = self.buffers.get(id(tensor), "")
        return self.tape.add("buffer" if held else "unseen", "constant", (), tensor, path=held, signal=False)


def attributes_of(named: dict[str, Any]) -> tuple[tuple[str, Attribute], ...]:
    """Arguments that are plain numbers, texts, or short tuples of them."""
    return tuple((name, tidy(value)) for name, value in named.items() if plain(value))


def plain(value: Any) -> bool:
    """Whether an argument can be kept as an attribute."""
    if isinstance(value, list | tuple):
        return len(value) <= 8 and all(plain(item) for item in value)
    return value is None or isinstance(value, bool | int | float | str | slice | type(...))


def tidy(value: Any) -> Attribute:
    """A plain argument as a hashable, JSON-able value."""
    if isinstance(value, list | tuple):
        return tuple(str(tidy(v)) if isinstance(v, list | tuple | slice) else tidy(v) for v in value)  # type: ignore[misc]
    if value is None or isinstance(value, bool | int | float | str):
        return value if not isinstance(value, torch.SymInt) else str(value)
    return str(value)


def opened(func: Callable[..., Any]) -> Callable[..., Any]:
    """A Python composite that does not hand itself over to modes, so that its steps are seen."""

    def never(*_: Any) -> bool:
        return False

    hidden = {name: never for name in func.__globals__ if name.startswith("has_torch_function")}
    clone = types.FunctionType(
        func.__code__, {**func.__globals__, **hidden}, func.__name__, func.__defaults__, func.__closure__
    )
    clone.__kwdefaults__ = func.__kwdefaults__
    return clone


def grouped_product(first: torch.Tensor, second: torch.Tensor, *_: Any, **__: Any) -> torch.Tensor:
    """The shape of a grouped product without values, whose own rule takes bfloat16 only."""
    return first.new_empty(first.shape[0], second.shape[-1])
