"""The forecast of a model under a plan: what layers will show, and how far one draw may be off."""

import math
from dataclasses import dataclass, replace

from isometry.graphs import Graph, Use, read
from isometry.graphs.labels import Parts, parts
from isometry.plans.forecast import bends, moments, widths
from isometry.plans.forecast.backward import backward
from isometry.plans.forecast.backward_prediction import Gradients, Place, gradients_of
from isometry.plans.forecast.forward import USUAL, forward, gaps
from isometry.plans.forecast.signal import Signal
from isometry.plans.forecast.steps import Conditions, Kurtosis, Weights, normal
from isometry.plans.forecast.tables import tables_of, used
from isometry.plans.plan import Plan

ALIKE = 1e-3
"""Two samples whose correlation is within this of 1 count as indistinguishable."""

ASSUMPTIONS = (
    "inputs are independent normal numbers of mean 0 and variance 1, or indices as in the example",
    "weights are independent; what a wide layer adds up is Gaussian",
    "one number stands for the correlation of all pairs of positions",
    "going back, weights are drawn anew, and the uses of one weight are independent",
    f"the band is {widths.CHANCE} standard deviations of a draw, and {widths.RULE:.0%} for rules",
)
"""What every forecast takes for granted."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What is forecast of one use of a weight.

    Attributes:
        step: The step of the graph.
        path: The weight's path.
        before: Labels of what its input comes from.
        fan_in: Inputs that feed one output.
        mean: ``E y`` of its output, the preactivation.
        rms: ``√E y²``; NaN where nothing can be said.
        low: Lower end of the band that the rms of one draw falls into.
        high: Upper end.
        correlation: ``E y y' / E y²`` of one unit in two samples.
        chi: Growth of a small difference between inputs through the activation before and this map,
            squared: ``n E w² E φ'²`` (Schoenholz et al. 2017, eq. 5); NaN where no activation is.
        gradient: Root mean square of the gradient with respect to the output, for outputs of the
            model that each meet a gradient of variance 1; ``None`` where none arrives.
        gradients: The same with the weight's own gradient and its band.
    """

    step: int
    path: str
    before: tuple[str, ...]
    fan_in: float
    mean: float
    rms: float
    low: float
    high: float
    correlation: float
    chi: float = math.nan
    gradient: float | None = None
    gradients: Gradients | None = None

    @property
    def std(self) -> float:
        """``√(E y² - (E y)²)``."""
        return math.sqrt(max(self.rms**2 - self.mean**2, 0.0))


@dataclass(frozen=True, slots=True)
class Forecast:
    """What theory says of a model under a plan, before a number is drawn.

    Attributes:
        layers: One for each use of a weight, in execution order.
        notes: What has no rule, by name; empty where all has.
        assumptions: What the forecast takes for granted.
    """

    layers: tuple[Layer, ...]
    notes: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ASSUMPTIONS

    def of(self, path: str) -> tuple[Layer, ...]:
        """The uses of one weight."""
        return tuple(layer for layer in self.layers if layer.path == path)

    @property
    def indistinguishable(self) -> Layer | None:
        """The first layer whose output hardly depends on the sample, ``None`` where all do."""
        mapped = (layer for layer in self.layers if layer.before != ("index",))
        return next((layer for layer in mapped if layer.correlation > 1 - ALIKE), None)

    @property
    def chi(self) -> float:
        """Geometric mean of the layers' ``chi``; NaN where no layer has one."""
        logs = [math.log(layer.chi) for layer in self.layers if layer.chi > 0]
        return math.exp(sum(logs) / len(logs)) if logs else math.nan


def forecast(graph: Graph, plan: Plan, *, conditions: Conditions = USUAL) -> Forecast:
    """What every layer of a model will show under a plan.

    Args:
        graph: The model's dataflow.
        plan: How its weights will be filled; what it keeps is taken for 0 variance and mean 0.
        conditions: Whether batch norms act as in training, and whether dropout is active.

    Returns:
        Every use of a weight in execution order, with what could not be forecast in its notes.

    Raises:
        UnknownNameError: The graph uses a parameter that the plan does not have.
    """
    weights = moments_of(plan)
    signals = forward(graph, weights, conditions=conditions, tables=tables_of(plan))
    found, reading = parts(graph), read(graph)
    known = backward(graph, signals, weights, conditions=conditions, kurtosis=kurtosis_of(plan))
    back = gradients_of(graph, reading.uses, signals, known)
    layers = tuple(_with(_layer(found, use, signals), back) for use in reading.uses)
    kept = [a.parameter.path for a in plan if a.scheme is None]
    unknown = [f"{path} is kept as it is: nothing is known of its values" for path in kept]
    return Forecast(layers, tuple(dict.fromkeys([*gaps(found), *unknown])))


def moments_of(plan: Plan) -> Weights:
    """Mean and std of the entries of a tensor, as the plan's scheme states them."""
    known: dict[str, tuple[float, float]] = {}

    def weights(path: str) -> tuple[float, float]:
        if path not in known:
            assignment = plan[used(path)]
            scheme = assignment.scheme
            stated = scheme.moments(assignment.parameter) if scheme else None
            known[path] = (stated.mean, stated.std) if stated else (0.0, 0.0)
        return known[path]

    return weights


def kurtosis_of(plan: Plan) -> Kurtosis:
    """Kurtosis of the entries of a tensor, as the plan's scheme states it."""

    def kurtosis(path: str) -> float:
        assignment = plan[used(path)]
        scheme = assignment.scheme
        return scheme.moments(assignment.parameter).kurtosis if scheme else normal(path)

    return kurtosis


def _layer(found: Parts, use: Use, signals: dict[int, Signal]) -> Layer:
    made, path = signals.get(use.map.step), use.map.weights[0] if use.map.weights else ""
    if made is None:
        nothing = (math.nan,) * 5
        return Layer(use.map.step, path, use.before, use.map.fan_in, *nothing)
    low, high = widths.band(made)
    rms, chi = math.sqrt(max(made.square, 0.0)), _chi(found, use, signals)
    facts = (made.mean, rms, low, high, made.correlation, chi)
    return Layer(use.map.step, path, use.before, use.map.fan_in, *facts)


def _with(layer: Layer, back: dict[Place, Gradients]) -> Layer:
    """A layer with what the backward forecast says of it."""
    known = back.get((layer.step, layer.path))
    return layer if known is None else replace(layer, gradient=known.output, gradients=known)


def _chi(found: Parts, use: Use, signals: dict[int, Signal]) -> float:
    """``n E w² E φ'²``, from the ratio of the map's output variance to its input's."""
    region = found.regions.get(use.map.signal) if use.map.signal is not None else None
    made = signals.get(use.map.step)
    if region is None or not region.nonlinear or made is None or region.root not in signals:
        return math.nan
    function = bends.function_of(found, region.root, region.steps)
    bent = signals.get(region.exit)
    weight = found.links.slot(use.map.step, "weight")
    if function is None or bent is None or weight not in signals:
        return math.nan
    root = signals[region.root]
    steepness = moments.steepness(function, root.mean, root.var)
    return use.map.fan_in * signals[weight].square * steepness
