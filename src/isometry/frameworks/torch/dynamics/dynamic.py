"""The start kept up while training: parts that act around the steps of an optimizer."""

import functools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

import torch
from torch import nn

from isometry import errors, plans
from isometry.calibrations import Change, Part, PartLike, upkeep
from isometry.frameworks.torch.dynamics.scene import scene
from isometry.frameworks.torch.dynamics.work import Work
from isometry.frameworks.torch.dynamics.works import work
from isometry.frameworks.torch.undo import Undo


class Dynamic:
    """Parts that are attached to an optimizer, so that any loop that calls its ``step`` runs them.

    Gradients are clipped before a step of the optimizer and weights changed after it, part by part
    in the order given. A part that fails leaves the weights and the optimizer's memory as they were
    before that part, and the error that names it goes up through ``optimizer.step()``; no part is
    left out in silence.

    The graph is read once, here. Where parts run the model on the example, they do so as in
    evaluation, out of autocast and eagerly, and nothing of the model changes by it. In data
    parallel training every rank must be given the same example.

    Args:
        model: The model that is trained.
        optimizer: What trains it.
        parts: One part of ``isometry.calibrations`` or several, by name or with options.
        example: The forward's arguments, a batch like those of training.
        plan: Where fresh weights and their spread come from.
        seed: Of fresh weights; those of each step are others.

    Raises:
        ModelError: The model has no values or is sharded, or its forward fails.
        InputError: A part or option is unknown, or needs a plan; the optimizer is of another model.

    >>> net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
    >>> optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    >>> with Dynamic(net, optimizer, "balance", example=torch.ones(3, 4)) as dynamic:
    ...     for _ in range(100):
    ...         optimizer.zero_grad()
    ...         net(torch.ones(3, 4)).square().mean().backward()
    ...         optimizer.step()
    >>> [(one.step, one.part, one.path) for one in dynamic.changes]
    [(100, 'balance', '0.weight')]
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        parts: PartLike | Iterable[PartLike],
        *,
        example: Any,
        plan: plans.Plan | None = None,
        seed: int = 0,
    ) -> None:
        self.parts = upkeep.chosen(parts)
        self.step = 0
        self._changes: list[Change] = []
        around = scene(model, optimizer, example, plan=plan, seed=seed)
        self._works: list[Work] = []
        try:
            for one in self.parts:
                self._works.append(work(one, around))
        except BaseException:
            self._close()
            raise
        self._handles = (
            around.optimizer.register_step_pre_hook(self._before),
            around.optimizer.register_step_post_hook(self._after),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    @property
    def changes(self) -> tuple[Change, ...]:
        """What was done, in order; then a line for each tensor that was clipped."""
        return (*self._changes, *(one for work in self._works for one in work.summary()))

    def remove(self) -> None:
        """Take all hooks off the optimizer and the model; the record stays."""
        for handle in self._handles:
            handle.remove()
        self._close()

    def state_dict(self) -> dict[str, Any]:
        """What resumption needs beside the model's state and the optimizer's."""
        return {
            "step": self.step,
            "changes": [one.to_data() for one in self._changes],
            "parts": {
                one.part.name: {"options": one.part.options(), "state": one.state()}
                for one in self._works
            },
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint, bit for bit as if training had not stopped.

        Args:
            state: What :meth:`state_dict` gave; the model and the optimizer load their own.

        Raises:
            MismatchError: It is the state of other parts, or of other options.
        """
        own = {one.name: one.options() for one in self.parts}
        there = {name: kept["options"] for name, kept in state["parts"].items()}
        if own != there:
            raise errors.MismatchError(
                f"the state is of {there}",
                needed=f"one of {own}",
                do="attach the parts that it was saved with",
            )
        self.step = state["step"]
        self._changes = [Change.from_data(one) for one in state["changes"]]
        for one in self._works:
            one.load(state["parts"][one.part.name]["state"])

    def _before(
        self, optimizer: torch.optim.Optimizer, args: Any, kwargs: Any
    ) -> tuple[Any, Any] | None:
        """Act on the gradients, which a closure may make only within the step."""
        if len(args) > 1 and args[1] is not None:
            return (args[0], self._wrapped(args[1], optimizer), *args[2:]), kwargs
        if kwargs.get("closure") is not None:
            return args, kwargs | {"closure": self._wrapped(kwargs["closure"], optimizer)}
        self._clip(optimizer)
        return None

    def _wrapped(self, closure: Any, optimizer: torch.optim.Optimizer) -> Any:
        @functools.wraps(closure)
        def clipped() -> Any:
            loss = closure()
            self._clip(optimizer)
            return loss

        return clipped

    @torch.no_grad()
    def _clip(self, optimizer: torch.optim.Optimizer) -> None:
        scale = getattr(optimizer, "grad_scale", None)  # of fused optimizers under a scaler
        for one in self._works:
            with _named(one.part, self.step + 1):
                one.before(self.step + 1, 1.0 if scale is None else scale)

    @torch.no_grad()
    def _after(self, *_: Any) -> None:
        self.step += 1
        for one in self._works:
            if upkeep.due(one.part, self.step):
                self._run(one)

    def _close(self) -> None:
        for one in self._works:
            one.close()

    def _run(self, one: Work) -> None:
        undo = Undo(copies=True)
        try:
            with _named(one.part, self.step):
                self._changes += one.after(self.step, undo)
        except BaseException:
            undo.roll_back()
            raise


@contextmanager
def _named(part: Part, step: int) -> Iterator[None]:
    """Put the part's name and the step before what goes wrong."""
    try:
        yield
    except Exception as problem:
        what = str(problem).rstrip(".")
        raise errors.ModelError(
            f"{part.name} failed at step {step} and nothing of it stays: {what}",
            needed="a model that the part can act on",
            do=f"mend what it says, or leave {part.name} out",
        ) from problem
