"""What the forecast is held to: root mean squares of real forwards under many seeds.

The graph is captured once, from a real forward; a light mode tells at which calls its steps were
made. Every draw then only fills the weights, runs the forward, and weighs what those calls make.
"""

import contextlib
import importlib
import math
import statistics
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unittest import mock

import torch
from torch import nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode
from torch.utils import _pytree as pytree

import isometry as iso
from isometry import graphs, plans
from isometry.frameworks.torch.tracing import calls
from isometry.frameworks.torch.tracing.preserving import preserved
from isometry.frameworks.torch.tracing.recorder import opened
from isometry.frameworks.torch.tracing.tape import Tape

module = importlib.import_module("isometry.frameworks.torch.tracing.capture")

Place = tuple[int, int]
"""Which call of a forward, and which of its results."""


class Listener(TorchFunctionMode):
    """Numbers the calls of one forward and shows every result as soon as it is there.

    A later call may change a result in place, so it is looked at before that.
    """

    def __init__(self, show: Callable[[Place, str, torch.Tensor], None]) -> None:
        super().__init__()
        self.show = show
        self.calls = 0

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if func is functional.multi_head_attention_forward:
            with self:
                return opened(func)(*args, **(kwargs or {}))
        number, self.calls = self.calls, self.calls + 1
        result = func(*args, **(kwargs or {}))
        for position, (_, out) in enumerate(calls.tensors_in(result)):
            self.show((number, position), calls.name_of(func), out)
        return result


@dataclass(frozen=True, slots=True)
class Marked:
    """A graph, and where in a forward its steps are made: the place, and the operation's name."""

    graph: graphs.Graph
    places: dict[Place, tuple[int, str]]

    def only(self, steps: Iterable[int]) -> "Marked":
        """The same, for some of the steps."""
        wanted = set(steps)
        kept = {place: made for place, made in self.places.items() if made[0] in wanted}
        return Marked(self.graph, kept)


def marked(model: nn.Module, example: Any) -> Marked:
    """One real forward, captured, with the calls that made its steps."""
    tape, places = Tape(), dict[Place, tuple[int, str]]()

    def show(place: Place, name: str, out: torch.Tensor) -> None:
        step = tape.owner.get(id(out))
        if step is not None and out.is_floating_point():
            places[place] = (step, name)

    def call(model: nn.Module, given: Any) -> Any:
        with Listener(show):
            return answer(model, given)

    answer = module.call
    patched: dict[str, Any] = {"Tape": mock.Mock(return_value=tape), "call": call}
    with mock.patch.multiple(module, **patched):
        graph = module.run(model, example, lambda: batch_statistics(model))
    return Marked(graph, places)


@contextlib.contextmanager
def batch_statistics(model: nn.Module) -> Iterator[None]:
    """Everything as in evaluation, but batch norms on the statistics of the batch."""
    norms = [m for m in model.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    for norm in norms:
        norm.__dict__["training"] = True
    yield
    for norm in norms:
        norm.__dict__["training"] = False


def weighed(model: nn.Module, example: Any, where: Marked) -> dict[int, float]:
    """Mean squares of the marked steps in one more forward.

    Raises:
        RuntimeError: The forward makes other calls than the one that was captured.
    """
    squares: dict[int, float] = {}

    def show(place: Place, name: str, out: torch.Tensor) -> None:
        step, expected = where.places.get(place, (-1, name))
        if name != expected or (step >= 0 and out.shape[-1:] != where.graph.nodes[step].shape[-1:]):
            raise RuntimeError(f"call {place[0]} is {name}; it was {expected} when captured")
        if step >= 0 and out.numel():  # an expert may have nothing to do
            squares[step] = out.detach().double().pow(2).mean().item()

    with preserved(model), warnings.catch_warnings(), torch.no_grad(), batch_statistics(model):
        warnings.simplefilter("ignore")
        with Listener(show):
            module.call(model, example)
    return squares


def varied(example: Callable[[], Any]) -> Callable[[int], Any]:
    """The example with other numbers of the same law for each seed; indices and masks stay.

    Rows of a table are drawn alike, so other indices of the same pattern would say the same; and
    the pattern, how often they coincide and where padding is, is what the forecast is told.
    """

    def of(seed: int) -> Any:
        generator = torch.Generator().manual_seed(seed)

        def leaf(value: Any) -> Any:
            real = isinstance(value, torch.Tensor) and value.dtype == torch.float32
            noise = torch.randn(value.shape, generator=generator) if real else None
            return value if noise is None or value.unique().numel() <= value.dim() else noise

        return pytree.tree_map(leaf, example())

    return of


@dataclass(frozen=True, slots=True)
class Measured:
    """Mean squares of the uses of weights under each seed."""

    graph: graphs.Graph
    draws: tuple[dict[int, float], ...]

    def rms(self, step: int) -> float:
        """Root of the mean square over all draws."""
        return math.sqrt(statistics.fmean(squares_of(self.draws, step)))

    def doubt(self, step: int) -> float:
        """Standard error of that root, relative."""
        return doubt(squares_of(self.draws, step))


def squares_of(draws: Sequence[Mapping[int, float]], step: int) -> list[float]:
    """A step's mean squares in all draws that made something of it."""
    return [draw[step] for draw in draws if step in draw]


def doubt(squares: Sequence[float]) -> float:
    """Relative standard error of the root of a mean: half of that of the mean."""
    mean = statistics.fmean(squares)
    if len(squares) < 2 or not mean:
        return 0.0
    return statistics.stdev(squares) / mean / math.sqrt(len(squares)) / 2


def drawn(
    model: nn.Module, example: Callable[[int], Any], plan: plans.Plan, where: Marked
) -> Iterator[dict[int, float]]:
    """Forward after forward, each with weights, inputs and noise of its own."""
    seed = 0
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            iso.apply(plan, model, seed=seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield weighed(model, example(seed), where)
        seed += 1


def measured(
    model: nn.Module, example: Callable[[int], Any], plan: plans.Plan, seeds: int
) -> Measured:
    """As many forwards as asked for."""
    where = marked(model, example(0))
    where = where.only(use.map.step for use in graphs.read(where.graph).uses)
    draws = drawn(model, example, plan, where)
    return Measured(where.graph, tuple(next(draws) for _ in range(seeds)))
