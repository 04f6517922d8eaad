"""Weights before a norm, brought back to the spread that the plan gave them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase
from typing_extensions import override

from isometry.calibrations import Change, Variance
from isometry.frameworks.torch import paths
from isometry.frameworks.torch.dynamics.memories import memories, rescale
from isometry.frameworks.torch.dynamics.proofs import said
from isometry.frameworks.torch.dynamics.scene import Scene
from isometry.frameworks.torch.dynamics.work import Work
from isometry.frameworks.torch.slots import Slot
from isometry.frameworks.torch.undo import Undo
from isometry.graphs.labels import Parts, ahead, label, parts

FREE = ("group_norm", "layer_norm", "normalize", "rms_norm")
"""Norms by what they are given alone, which take its size out, up to their epsilon."""


@dataclass(frozen=True, slots=True, eq=False)
class Normed:
    """A weight whose result a norm takes, and nothing else.

    Attributes:
        weight: The weight.
        biases: Added to its result.
        std: What the plan gives the weight.
        norms: Those of the norms that keep running statistics.
    """

    weight: Slot
    biases: tuple[Slot, ...]
    std: float
    norms: tuple[nn.Module, ...]

    def statistics(self) -> Iterator[tuple[Tensor, int]]:
        """Running means, and variances, each with its power of the result's size."""
        for norm in self.norms:
            for name, power in (("running_mean", 1), ("running_var", 2)):
                if isinstance(kept := getattr(norm, name), Tensor):
                    yield kept, power


@dataclass(slots=True)
class Spreading(Work):
    """What :class:`~isometry.calibrations.Variance` does to a model."""

    part: Variance
    normed: tuple[Normed, ...] = ()

    def __post_init__(self) -> None:
        self.normed = tuple(_normed(self.scene))

    @override
    def after(self, step: int, undo: Undo) -> list[Change]:
        scene = self.scene
        before = said(scene.model, scene.example)
        factors = []
        for one in self.normed:
            spread = float(one.weight.tensor.detach().float().std(correction=0))
            factors.append(one.std / spread if spread > 0.0 else 1.0)
            self._keep(one, undo)
            self._scale(one, factors[-1])
        moved = before.apart(said(scene.model, scene.example))
        return [
            Change(step, self.part.name, one.weight.path, (), (factor, factor), moved)
            for one, factor in zip(self.normed, factors, strict=True)
        ]

    def _keep(self, one: Normed, undo: Undo) -> None:
        undo.keep(*(kept for kept, _ in one.statistics()))
        for slot in (one.weight, *one.biases):
            undo.keep(slot.tensor, *(kept for kept, _ in memories(slot, self.scene.optimizer)))

    def _scale(self, one: Normed, factor: float) -> None:
        for slot in (one.weight, *one.biases):
            slot.tensor.detach().mul_(factor)
            rescale(slot, factor, self.scene.optimizer)
        for kept, power in one.statistics():
            kept.mul_(factor**power)


def _normed(scene: Scene) -> Iterator[Normed]:
    found = parts(scene.graph)
    used = Counter(path for one in found.maps.values() for path in one.weights + one.biases)
    for path, (slot, _) in scene.slots.items():
        uses = scene.uses.get(path, ())
        if len(uses) != 1 or uses[0].after != ("norm",):
            continue
        made, std = uses[0].map, _std(scene, path)
        single = all(name in scene.slots and used[name] == 1 for name in made.weights + made.biases)
        norms = _statistics(scene, found, made.step)
        if single and len(made.weights) == 1 and std > 0.0 and norms is not None:
            biases = tuple(scene.slots[name][0] for name in made.biases)
            yield Normed(slot, biases, std, norms)


def _std(scene: Scene, path: str) -> float:
    """What the plan gives a weight; 0 where it gives it nothing."""
    if path not in scene.plan or (scheme := scene.plan[path].scheme) is None:
        return 0.0
    return float(scheme.moments(scene.plan[path].parameter).std)


def _statistics(scene: Scene, found: Parts, step: int) -> tuple[nn.Module, ...] | None:
    """The norms that keep running statistics of a result; ``None`` where one is not free of size.

    Besides the norms by their own statistics that is one that keeps them in a module of torch: of
    another, nothing says where they are.
    """
    modules, owners, seen, waiting = dict(paths.modules(scene.model)), [], set[int](), [step]
    while waiting:
        for follower in ahead(found, waiting.pop()):
            node = found.links.node(follower)
            if label(found, follower) != "norm":
                waiting += [] if follower in seen else [follower]
                seen.add(follower)
            elif isinstance(owner := modules.get(node.path), _NormBase):
                owners.append(owner)
            elif node.op not in FREE and follower not in found.sources.norms:
                return None
    return tuple(owners)
