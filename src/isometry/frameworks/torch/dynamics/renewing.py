"""Units of the least utility start anew, a few at a time (Dohare et al. 2023)."""

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle
from typing_extensions import override

from isometry import errors
from isometry.calibrations import Change, Renew
from isometry.frameworks.torch.dynamics.memories import touched
from isometry.frameworks.torch.dynamics.pairs import Pair
from isometry.frameworks.torch.dynamics.units import fresh, restart
from isometry.frameworks.torch.dynamics.work import State, Work
from isometry.frameworks.torch.undo import Undo


class Course:
    """What is known of the units of one layer.

    Args:
        one: The layer with the one that takes its units.
    """

    def __init__(self, one: Pair) -> None:
        outgoing = one.outgoing()
        places = outgoing.shape[2] if one.after.tensor.dim() == 2 else 1
        self.pair = one
        self.utility = outgoing.new_zeros(one.units)
        self.age = torch.zeros(one.units, dtype=torch.int64, device=outgoing.device)
        self.mean = outgoing.new_zeros(one.units, places)
        self.pending = 0.0
        self._heard: list[tuple[Tensor, Tensor]] = []

    def hear(self, layer: nn.Module, given: tuple[Tensor, ...]) -> None:
        """Take in what enters the second layer in one forward of training."""
        if layer.training and torch.is_grad_enabled():
            said = self.pair.by_unit(given[0].detach().to(self.utility.dtype))
            means = said.view(*self.mean.shape, -1).mean(2)
            self._heard.append((said.abs().mean(1), means))

    def go_on(self, decay: float) -> bool:
        """Bring the running means to this step; false where no forward was heard."""
        if not self._heard:
            return False
        sizes, means = (torch.stack(every).mean(0) for every in zip(*self._heard, strict=True))
        self._heard.clear()
        utility = sizes * self.pair.outgoing().abs().sum((0, 2))
        self.utility.mul_(decay).add_(utility, alpha=1.0 - decay)
        self.mean.mul_(decay).add_(means, alpha=1.0 - decay)
        self.age += 1
        return True

    def chosen(self, part: Renew) -> Tensor | None:
        """The mask of units to renew now; the part of one that is left over is kept in mind."""
        mature = self.age > part.maturity
        self.pending += part.rate * int(mature.sum())
        count = min(int(self.pending), int(mature.sum()))
        self.pending -= count
        if not count:
            return None
        score = torch.where(mature, self.utility / self._weight(part.decay), torch.inf)
        mask = torch.zeros_like(mature)
        mask[score.argsort(stable=True)[:count]] = True
        return mask

    def contribution(self, mask: Tensor, decay: float) -> Tensor:
        """What the units add to each output of the second layer on the mean, shape (outputs,)."""
        mean = self.mean / self._weight(decay)[:, None]
        return (self.pair.outgoing() * mean)[:, mask].sum((1, 2))

    def reset(self, mask: Tensor) -> None:
        """Forget what is known of some units."""
        for kept in (self.utility, self.age, self.mean):
            kept[mask] = 0

    def _weight(self, decay: float) -> Tensor:
        """``1 - η^age``: the sum of the weights of a running mean that began at 0."""
        return (1.0 - decay ** self.age.to(self.utility.dtype)).clamp_min(1e-30)


@dataclass(slots=True)
class Renewing(Work):
    """What :class:`~isometry.calibrations.Renew` does to a model."""

    part: Renew
    courses: tuple[Course, ...] = ()
    handles: list[RemovableHandle] = field(default_factory=list)

    def __post_init__(self) -> None:
        _check_alone(self.scene.outer)
        self.courses = tuple(Course(one) for one in self.scene.restartable)
        for one in self.courses:
            self.handles.append(one.pair.after.owner.register_forward_pre_hook(one.hear))

    @override
    def after(self, step: int, undo: Undo) -> list[Change]:
        done = []
        for one in self.courses:
            mask = one.chosen(self.part) if one.go_on(self.part.decay) else None
            if mask is not None:
                self._renew(one, mask, step, undo)
                units = tuple(mask.nonzero().flatten().tolist())
                done.append(Change(step, self.part.name, one.pair.before.path, units))
        return done

    def _renew(self, one: Course, mask: Tensor, step: int, undo: Undo) -> None:
        scene, pair = self.scene, one.pair
        values = fresh(scene.plan, pair.before.path, scene.seed, step)
        undo.keep(*touched(pair, scene.optimizer), *(slot.tensor for slot in pair.onward))
        removed = one.contribution(mask, self.part.decay)
        for bias in pair.onward[:1]:
            bias.tensor.detach().add_(removed)
        restart(pair, mask, values, scene.optimizer)
        one.reset(mask)

    @override
    def state(self) -> State:
        return {
            one.pair.before.path: {
                "utility": one.utility.clone(),
                "age": one.age.clone(),
                "mean": one.mean.clone(),
                "pending": one.pending,
            }
            for one in self.courses
        }

    @override
    def load(self, state: State) -> None:
        for one in self.courses:
            kept = state[one.pair.before.path]
            for name in ("utility", "age", "mean"):
                getattr(one, name).copy_(kept[name])
            one.pending = kept["pending"]

    @override
    def close(self) -> None:
        for handle in self.handles:
            handle.remove()
        self.handles.clear()


def _check_alone(model: Any) -> None:
    """Refuse a model whose forwards cannot be heard, or are other ones on other ranks."""
    parallel = isinstance(model, nn.DataParallel | nn.parallel.DistributedDataParallel)
    if parallel or "_orig_mod" in model._modules:
        raise errors.InputError(
            "renew hears the forwards of training, and this model is compiled or parallel",
            needed="a plain module",
            do="use revive, which judges units on the example",
            path=type(model).__name__,
        )
