"""The recorder: a dispatch mode under which a model's own initialization runs without its memory.

Uninitialized, random and large tensors are made on the meta device and every write to them goes
onto the tape. Small tensors that are merely computed are computed for real, so that Python code
that looks at them takes the same path as ever. No generator is asked for a number.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeGuard

import torch
from torch._ops import OpOverload
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

from isometry.frameworks.torch.native import intercepts
from isometry.frameworks.torch.native.operators import Operator, operator
from isometry.frameworks.torch.native.redirects import Redirects
from isometry.frameworks.torch.native.replay import Replay
from isometry.frameworks.torch.native.sites import caller
from isometry.frameworks.torch.native.tape import Call, Literal, Tape, Write, region_of

__all__ = ["Recorder", "recording"]

_MODEST = 1 << 20
"""Elements up to which a computed tensor is computed for real at once."""

_REAL, _META = torch.device("cpu"), torch.device("meta")

_FULL = torch.ops.aten.full.default

Named = dict[str, Any]


class Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch's modes have no types
    """Logs every write on virtual tensors; see the module's docstring.

    Args:
        tape: Where to.
    """

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Torch would load its whole compiler to keep it out of here, which takes seconds."""
        return False

    def __init__(self, tape: Tape) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch keeps the mode's state there
        self.tape = tape

    def __torch_dispatch__(
        self, func: OpOverload, types: Any, args: Any = (), kwargs: Named | None = None
    ) -> Any:
        """Run, redirect or merely log one operator call."""
        kwargs = kwargs or {}
        traits = operator(func)
        if traits.view and traits.name != "lift_fresh":
            return func(*args, **kwargs)
        if (traits.factory and "out" not in kwargs) or traits.alike:
            return self._make(func, traits, args, kwargs)
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if _is_tensor(leaf)]
        if not traits.random and not any(self._is_virtual(tensor) for tensor in tensors):
            return self._note(traits, func(*args, **_on(traits, kwargs, _REAL)))
        if traits.reads_scalar or (traits.name == "_to_copy" and kwargs.get("device") == _REAL):
            known = self._known(func, args, kwargs)
            if known is not None:
                return known
        return self._log(func, traits, args, kwargs)

    def take(self, name: str, tensor: torch.Tensor, numbers: Named) -> torch.Tensor:
        """Log one function of ``torch.nn.init`` as a whole."""
        self._write(Call(name, None, (), numbers, caller(), self.tape.tick()), tensor, 0)
        return tensor

    def _make(self, func: OpOverload, traits: Operator, args: Any, kwargs: Named) -> Any:
        """A new tensor: real where it is known and modest, else on the meta device."""
        meta = func(*tree_map(_as_meta, tuple(args)), **_on(traits, kwargs, _META))
        if traits.uninitialized:
            return meta
        if traits.alike:
            number = kwargs.get("fill_value", args[-1]) if traits.fill is None else traits.fill
            args, kwargs = (list(meta.shape), number), {"dtype": meta.dtype}
            func, traits = _FULL, operator(_FULL)
        if not traits.random and meta.numel() <= _MODEST:
            return self._note(traits, func(*args, **_on(traits, kwargs, _REAL)))
        self._write(
            Call(traits.name, func, tuple(args), kwargs, caller(), self.tape.tick()), meta, 0
        )
        return meta

    def _log(self, func: OpOverload, traits: Operator, args: Any, kwargs: Named) -> Any:
        frozen_args, frozen_kwargs = tree_map(self._frozen, (tuple(args), kwargs))
        time = self.tape.tick()
        call = Call(traits.name, func, frozen_args, frozen_kwargs, caller(), time)
        targets = [args[i] for i in traits.written if i < len(args)]
        targets += [kwargs[name] for name in traits.written_names if name in kwargs]
        if not targets:
            return self._functional(call, func, traits, args, kwargs)
        for output, target in enumerate(targets):
            self._write(call, target, output)
        return targets[0] if len(targets) == 1 else tuple(targets)

    def _functional(
        self, call: Call, func: OpOverload, traits: Operator, args: Any, kwargs: Named
    ) -> Any:
        meta_args, meta_kwargs = tree_map(_as_meta, (tuple(args), dict(kwargs)))
        result = func(*meta_args, **_on(traits, meta_kwargs, _META))
        outputs = [leaf for leaf in tree_leaves(result) if _is_tensor(leaf)]
        for number, output in enumerate(outputs):
            self._write(call, output, number)
        return result

    def _write(self, call: Call, target: torch.Tensor, output: int) -> None:
        log = self.tape.adopt(target)
        storage = log.storage._cdata
        log.writes.append(Write(call, storage, region_of(target), target.dtype, output))

    def _note(self, traits: Operator, result: Any) -> Any:
        """Remember who made or changed a real tensor."""
        for leaf in result if isinstance(result, list | tuple) else (result,):
            if _is_tensor(leaf):
                self.tape.notes[leaf.untyped_storage()._cdata] = (traits.name, caller())
        return result

    def _is_virtual(self, tensor: torch.Tensor) -> bool:
        return tensor.is_meta or self.tape.knows(tensor)

    def _frozen(self, leaf: Any) -> Any:
        if not _is_tensor(leaf):
            return leaf
        return self.tape.ref(leaf) if self._is_virtual(leaf) else Literal(leaf.detach().clone())

    def _known(self, func: OpOverload, args: Any, kwargs: Named) -> Any:
        """The operator's real result where no draw is behind its arguments."""
        frozen = tree_map(self._frozen, (tuple(args), kwargs))
        replay, time = Replay(self.tape), self.tape.time + 1
        if not all(replay.settled(leaf, time) for leaf in tree_leaves(frozen)):
            return None
        real_args, real_kwargs = tree_map(lambda leaf: replay.value(leaf, time), frozen)
        return func(*real_args, **real_kwargs)


@contextmanager
def recording(tape: Tape) -> Iterator[None]:
    """Record all that this thread initializes onto ``tape``."""
    recorder = Recorder(tape)
    with intercepts.taken(recorder.take), recorder, Redirects():
        yield


def _is_tensor(leaf: object) -> TypeGuard[torch.Tensor]:
    return isinstance(leaf, torch.Tensor)


def _on(traits: Operator, kwargs: Named, device: torch.device) -> Named:
    """The keyword arguments with the device exchanged; a device's generator and pinning go too."""
    kept = {k: v for k, v in kwargs.items() if k not in {"generator", "pin_memory"}}
    return {**kept, "device": device} if traits.takes_device else kept


def _as_meta(leaf: Any) -> Any:
    if not _is_tensor(leaf) or leaf.is_meta:
        return leaf
    return torch.empty_strided(leaf.shape, leaf.stride(), dtype=leaf.dtype, device=_META)
