"""Weights before a norm, brought back to the spread that the plan gave them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor
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


@dataclass(frozen=True, slots=True, eq=False)
class Normed:
    """A weight whose result a norm takes, and nothing else.

    Attributes:
        weight: The weight.
        biases: Added to its result.
        std: What the plan gives the weight.
        means: Running means of the norm.
        variances: Running variances of the norm.
    """

    weight: Slot
    biases: tuple[Slot, ...]
    std: float
    means: tuple[Tensor, ...]
    variances: tuple[Tensor, ...]


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
        undo.keep(*one.means, *one.variances)
        for slot in (one.weight, *one.biases):
            undo.keep(slot.tensor, *(kept for kept, _ in memories(slot, self.scene.optimizer)))

    def _scale(self, one: Normed, factor: float) -> None:
        for slot in (one.weight, *one.biases):
            slot.tensor.detach().mul_(factor)
            rescale(slot, factor, self.scene.optimizer)
        for mean in one.means:
            mean.mul_(factor)
        for variance in one.variances:
            variance.mul_(factor**2)


def _normed(scene: Scene) -> Iterator[Normed]:
    found = parts(scene.graph)
    used = Counter(path for one in found.maps.values() for path in one.weights + one.biases)
    for path, (slot, _) in scene.slots.items():
        uses = scene.uses.get(path, ())
        if len(uses) != 1 or uses[0].after != ("norm",) or path not in scene.plan:
            continue
        made, assignment = uses[0].map, scene.plan[path]
        names = (*made.weights, *made.biases)
        single = all(name in scene.slots and used[name] == 1 for name in names)
        std = (
            0.0
            if assignment.scheme is None
            else assignment.scheme.moments(assignment.parameter).std
        )
        if single and len(made.weights) == 1 and std > 0.0:
            biases = tuple(scene.slots[name][0] for name in made.biases)
            yield Normed(slot, biases, std, *_running(scene, found, made.step))


def _running(
    scene: Scene, found: Parts, step: int
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Running statistics of the norms that take the result of a step."""
    modules, seen, waiting = dict(paths.modules(scene.model)), set[int](), [step]
    owners = []
    while waiting:
        index = waiting.pop()
        for follower in ahead(found, index):
            if label(found, follower) == "norm":
                owners.append(modules.get(found.links.node(follower).path))
            elif follower not in seen:
                seen.add(follower)
                waiting.append(follower)
    return tuple(
        tuple(kept for owner in owners if isinstance(kept := getattr(owner, name, None), Tensor))
        for name in ("running_mean", "running_var")
    )  # type: ignore[return-value]  # two of them
