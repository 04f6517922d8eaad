"""All weights drawn towards fresh ones (Ash & Adams 2020)."""

from dataclasses import dataclass

from typing_extensions import override

from isometry.calibrations import Change, Shrink
from isometry.frameworks.torch.dynamics.units import fresh
from isometry.frameworks.torch.dynamics.work import Work
from isometry.frameworks.torch.undo import Undo


@dataclass(slots=True)
class Shrinking(Work):
    """What :class:`~isometry.calibrations.Shrink` does to a model."""

    part: Shrink

    @override
    def after(self, step: int, undo: Undo) -> list[Change]:
        kept, plan = self.part.factor, self.scene.plan
        done = []
        for path, (slot, _) in self.scene.slots.items():
            if path not in plan or plan[path].scheme is None:
                continue
            undo.keep(slot.tensor)
            weight = slot.tensor.detach()
            other = fresh(plan, path, self.scene.seed, step).to(weight)
            weight.mul_(kept).add_(other.view_as(weight), alpha=1.0 - kept)
            done.append(Change(step, self.part.name, path, factor=(kept, kept)))
        return done
