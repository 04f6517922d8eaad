"""Each weight corrected at its first use, within the forward that shows what it does."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from typing_extensions import override

from isometry.calibrations import Adjustment
from isometry.frameworks.torch.calibrating import gates
from isometry.frameworks.torch.calibrating.corrector import Correcting
from isometry.frameworks.torch.calibrating.learned import Learned
from isometry.frameworks.torch.calibrating.lines import Change, Lines, Piece
from isometry.frameworks.torch.calibrating.rule import Rule, Sight
from isometry.frameworks.torch.calibrating.scaling import (
    Seen,
    Target,
    exact,
    scale_bias,
    scale_weight,
    target_of,
)
from isometry.frameworks.torch.calibrating.subject import Subject
from isometry.frameworks.torch.calibrating.uses import Use
from isometry.frameworks.torch.undo import Undo

ZERO = "its weight is zero"
STATE = "the matrix of a recurrent layer's state feeds itself back"


class OnePass(Correcting):
    """Corrects every weight that a rule does not spare, once.

    Args:
        subject: The model.
        learned: Tells weights from signals.
        rule: What decides.
        undo: What remembers the old values.
    """

    def __init__(self, subject: Subject, learned: Learned, rule: Rule, undo: Undo) -> None:
        self.subject = subject
        self.learned = learned
        self.rule = rule
        self.undo = undo
        self.seen = Seen()
        self.lines = Lines()

    @override
    def correct(self, use: Use, result: Tensor) -> Tensor:
        return self.rule.leaves(self._corrected(use, result))

    def _corrected(self, use: Use, result: Tensor) -> Tensor:
        target = target_of(use.weight, self.learned)
        if isinstance(target, str):
            self._unable(use.weight, target)
            return result
        if not self.seen.fresh(target):
            return result
        path = target.slot.path
        bias, fixed = self._bias(use)
        kept = self.subject.kept(path)
        verdict: Change | str = f"kept by {kept}" if kept else self.rule.spares(path, use)
        verdict = verdict or (ZERO if blank(use.weight) else "")
        plain = result if fixed is None else result - use.on_output(fixed, result)
        sight = Sight(path, use, plain, self._sizes(target, use))
        verdict = verdict or self.rule.decide(sight)
        for used in (target, bias):
            if used is not None:
                self.seen.take(used)
        if isinstance(verdict, str):
            self.lines.keep(path, verdict)
            return result
        return self._written(sight, verdict, (target, bias), fixed)

    @torch.no_grad()
    def _written(
        self,
        sight: Sight,
        change: Change,
        targets: tuple[Target, Target | None],
        fixed: Tensor | None,
    ) -> Tensor:
        use, (target, bias), result = sight.use, targets, sight.result.detach()
        factors, shifts = sight.spread(change.factors), sight.spread(change.shifts)
        problem = scale_weight(target, use, factors, self.undo)
        if problem:
            self.lines.keep(target.slot.path, problem)
            return result if fixed is None else result + use.on_output(fixed, result)
        self.lines.scale(target.slot.path, Piece.of(change))
        result.mul_(exact(use.on_output(factors, result), result))
        if fixed is not None:
            result.add_(use.on_output(fixed, result))
        if bias is not None:
            scale_bias(bias, factors, shifts, self.undo)
            self.lines.scale(bias.slot.path, Piece.of(change, shifted=True))
        if bias is not None and shifts.any():
            result.add_(exact(use.on_output(shifts, result), result))
        return result

    def _bias(self, use: Use) -> tuple[Target | None, Tensor | None]:
        """The bias that may change with its weight, or else the one that stays."""
        if not isinstance(use.bias, Tensor):
            return None, None
        found = target_of(use.bias, self.learned)
        if isinstance(found, str) or not found.direct:
            return None, use.bias
        fresh, kept = self.seen.fresh(found), self.subject.kept(found.slot.path)
        if kept or not fresh:
            self.lines.keep(found.slot.path, f"kept by {kept}" if kept else "another layer has it")
            return None, use.bias
        return found, None

    def _sizes(self, target: Target, use: Use) -> tuple[int, ...]:
        """The units of each part of a packed weight that is used as a whole."""
        axes = self.subject.parameters[target.slot.path].axes
        if axes is None or axes.blocks is None or not target.whole or use.axis is None:
            return ()
        packed = axes.blocks.axis == use.axis % use.weight.dim()
        return axes.blocks.sizes if packed else ()

    def _unable(self, weight: Tensor, reason: str) -> None:
        origin = self.learned.origin(weight)
        for slot in origin.slots if origin else ():
            if slot.kind == "parameter":
                self.lines.keep(slot.path, reason)

    @override
    def recur(self, func: Callable[..., Any], op: str, args: tuple[Any, ...]) -> Any:
        if not op.endswith("cell"):
            result = gates.layered(func, op, args, self._corrected)
            self._states(gates.read(args).weights)
            return result
        inputs, _, *weights = args
        held = [one for one in weights if isinstance(one, Tensor)]
        gates.correct_inputs(op, inputs, held, self._corrected)
        self._states(held)
        return func(*args)

    def _states(self, weights: Any) -> None:
        for one in weights:
            slot = self.learned.slot(one)
            if slot is not None:
                self.lines.keep(slot.path, STATE)

    def adjustments(self) -> dict[str, Adjustment]:
        """What was done to each tensor that a call has used."""
        return self.lines.adjustments()


def blank(tensor: Tensor) -> bool:
    """Whether all entries are zero; of most tensors the first row shows that they are not.

    >>> blank(torch.zeros(3, 2)), blank(torch.tensor([[0.0], [1.0]])), blank(torch.ones(()))
    (True, False, False)
    """
    rows = tensor.detach().reshape(tensor.shape or (1,))
    return not bool(rows[:1].any()) and not bool(rows.any())
