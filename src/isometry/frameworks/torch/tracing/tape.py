"""What a recorder writes: the steps so far, and which of them made each live tensor."""

import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

import torch

from isometry.graphs import Family, operations
from isometry.graphs.node import Attribute, Node

CONTROL = ("bool", "int", "uint")
"""Dtypes that steer a computation and carry no signal start with one of these."""


@dataclass(slots=True)
class Alias:
    """A live tensor and the storage that it looks into."""

    refer: Callable[[], torch.Tensor | None]
    storage: int

    @property
    def tensor(self) -> torch.Tensor | None:
        """The tensor, ``None`` once nobody else holds it."""
        return self.refer()


SOURCES: dict[str, Family] = {"input": "input", "parameter": "parameter", "unseen": "unknown"}


def family_of(op: str, inputs: tuple[tuple[str, int], ...]) -> Family:
    """What a step does; one that takes no tensor brings a value in."""
    return operations.family(op) if inputs else SOURCES.get(op, "constant")


@dataclass(slots=True)
class Tape:
    """What is known of a run so far.

    Attributes:
        nodes: The steps.
        owner: The step that made a live tensor, by the tensor's identity.
        aliases: Live tensors by their storage.
        scope: Paths of the running modules, innermost last.
        blind: How many of them run outside of Python.
        looks: Which values of the signal the model looked at: the module, and how.
        holds: Whether tensors are kept alive until the run ends: without cost where they are fake.
            Real ones are forgotten when the model lets them go.
    """

    nodes: list[Node] = field(default_factory=list)
    owner: dict[int, int] = field(default_factory=dict)
    aliases: dict[int, list[Alias]] = field(default_factory=dict)
    scope: list[str] = field(default_factory=list)
    blind: int = 0
    looks: list[tuple[str, str]] = field(default_factory=list)
    holds: bool = True

    def add(
        self,
        op: str,
        inputs: Iterable[tuple[str, int]],
        out: torch.Tensor,
        *,
        path: str | None = None,
        attributes: Iterable[tuple[str, Attribute]] = (),
        signal: bool | None = None,
    ) -> int:
        """Append a step that made ``out``, and return its index.

        Args:
            op: Canonical name of the operation.
            inputs: Names of arguments, and the steps that fill them.
            out: The tensor that it made.
            path: Where it lives, if not in the module that runs.
            attributes: Its options.
            signal: Whether it carries signal; where left out, it does if an input does.

        Returns:
            The step's index.
        """
        pairs = tuple(inputs)
        family = family_of(op, pairs)
        follows = family != "constant" and any(self.nodes[i].signal for _, i in pairs)
        carries = follows if signal is None else signal
        dtype = str(out.dtype).removeprefix("torch.")
        node = Node(
            len(self.nodes),
            op,
            family,
            inputs=tuple(i for _, i in pairs),
            slots=tuple(name for name, _ in pairs),
            shape=tuple(int(length) for length in out.shape),
            dtype=dtype,
            path=self.running if path is None else path,
            attributes=tuple(sorted(attributes)),
            signal=carries and not dtype.startswith(CONTROL),
        )
        self.nodes.append(node)
        self.own(out, node.index)
        return node.index

    @property
    def running(self) -> str:
        """Path of the module whose forward runs."""
        return self.scope[-1] if self.scope else ""

    def own(self, tensor: torch.Tensor, index: int) -> None:
        """From now on ``tensor`` holds the value of step ``index``."""
        self.owner[id(tensor)] = index
        storage = storage_of(tensor)
        kept = self.aliases.setdefault(storage, [])
        if not any(alias.tensor is tensor for alias in kept):
            kept.append(Alias(self._reference(tensor, storage), storage))

    def _reference(self, tensor: torch.Tensor, storage: int) -> Callable[[], torch.Tensor | None]:
        """What gives the tensor back; an identity that may be used again is forgotten in time."""
        if self.holds:
            return lambda: tensor
        return weakref.ref(tensor, partial(self._forget, id(tensor), storage))

    def _forget(self, identity: int, storage: int, _: object) -> None:
        self.owner.pop(identity, None)
        left = [alias for alias in self.aliases.pop(storage, ()) if alias.tensor is not None]
        if left:
            self.aliases[storage] = left


def storage_of(tensor: torch.Tensor) -> int:
    """What identifies the memory of a tensor; its own identity where it has none."""
    wrapped = torch._C._functorch.is_functorch_wrapped_tensor
    while wrapped(tensor):  # the tensors of vmap and its like hold another
        tensor = torch._C._functorch.get_unwrapped(tensor)
    try:
        return int(tensor.untyped_storage()._cdata)
    except (NotImplementedError, RuntimeError):
        return id(tensor)


def version_of(tensor: torch.Tensor) -> int:
    """How often a tensor was written in place; inference tensors do not say."""
    return 0 if tensor.is_inference() else int(tensor._version)
