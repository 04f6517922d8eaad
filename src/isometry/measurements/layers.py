"""Each use of a weight, with what came in, went out and came back."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from isometry.graphs import Use
from isometry.graphs.labels import Parts, ahead, origins
from isometry.measurements.observed import Array, Histogram, Step, Values
from isometry.parameters import Parameter, Surroundings

CENTRING = ("batch_norm", "instance_norm")
NOTHING = Values(0, math.nan, math.nan)


@dataclass(frozen=True, slots=True)
class Layer:
    """One use of a weight.

    Attributes:
        step: The step that maps.
        path: The weight's path.
        kind: Which map: ``"linear"``, ``"conv"``, ``"embedding"`` …
        fan_in: Inputs that feed one output.
        fan_out: Outputs that one input feeds.
        around: What the graph shows around the weight.
        entering: Rms of what came in; NaN where that was not seen.
        values: Moments of what went out, the preactivation.
        gradient: Moments of the gradient there, ``None`` where none arrived.
        weight: Moments of the weight.
        weight_gradient: Moments of the weight's gradient, ``None`` where none arrived.
        similarity: Mean cosine of two samples' outputs; NaN where there are no samples.
        rank: Effective rank of the samples' outputs, the exponential of the entropy of the
            normalised spectrum of their cosines; NaN likewise.
        positions: Mean cosine of two positions of one sample; NaN where there are none.
        spread: Histogram of what went out.
        shift: ``|mean| / std`` of all that came in; NaN where that was not seen.
        biases: Paths of what is added to each unit.
        centred: Whether nothing but norms that subtract each unit's own mean take what went out.
    """

    step: int
    path: str
    kind: str
    fan_in: float
    fan_out: float
    around: Surroundings
    entering: float
    values: Values
    gradient: Values | None
    weight: Values
    weight_gradient: Values | None
    similarity: float = math.nan
    rank: float = math.nan
    positions: float = math.nan
    spread: Histogram | None = None
    shift: float = math.nan
    biases: tuple[str, ...] = ()
    centred: bool = False

    @property
    def ratio(self) -> float:
        """``‖∇W‖ / ‖W‖``; NaN where there is no gradient or no weight."""
        if self.weight_gradient is None or not self.weight.rms > 0:
            return math.nan
        return self.weight_gradient.rms / self.weight.rms

    @property
    def gain(self) -> float:
        """Root mean square of the weight, times the root of its fan-in."""
        return self.weight.rms * math.sqrt(self.fan_in)


def layers(
    found: Parts,
    uses: Iterable[Use],
    steps: Mapping[int, Step],
    parameters: Mapping[str, Parameter],
    tensors: Mapping[str, tuple[Values, Values | None]],
) -> tuple[Layer, ...]:
    """Every use of a weight, in execution order.

    Args:
        found: The graph.
        uses: The uses of its weights.
        steps: What was seen of its steps.
        parameters: The model's tensors by path.
        tensors: Moments of each tensor and of its gradient, by path.

    Returns:
        One record a use.
    """
    return tuple(
        _layer(found, use, steps, parameters, tensors)
        for use in uses
        if use.map.weights and use.map.step in steps
    )


def _layer(
    found: Parts,
    use: Use,
    steps: Mapping[int, Step],
    parameters: Mapping[str, Parameter],
    tensors: Mapping[str, tuple[Values, Values | None]],
) -> Layer:
    path, step = use.map.weights[0], steps[use.map.step]
    known = parameters.get(path)
    weight, gradient = tensors.get(path, (NOTHING, None))
    came = entering(found, use.map.signal, steps)
    return Layer(
        *(use.map.step, path, use.map.kind, use.map.fan_in, use.map.fan_out),
        around=(known and known.surroundings) or Surroundings(),
        entering=came.rms,
        values=step.values,
        gradient=step.gradient,
        weight=weight,
        weight_gradient=gradient,
        similarity=similarity(step.cosines),
        rank=effective_rank(step.cosines),
        positions=step.positions,
        spread=step.histogram,
        shift=abs(came.mean) / came.std if came.std > 0 else math.nan,
        biases=use.map.biases,
        centred=centred(found, use.map.step),
    )


def centred(found: Parts, step: int) -> bool:
    """Whether nothing but norms that subtract each unit's own mean take what a step makes."""
    takers = [found.links.node(i).op for i in ahead(found, step)]
    return bool(takers) and all(op.startswith(CENTRING) for op in takers)


def entering(found: Parts, signal: int | None, steps: Mapping[int, Step]) -> Values:
    """Moments of a signal, or of what it is a view of; NaN where neither was seen."""
    if signal is None:
        return NOTHING
    if signal in steps:
        return steps[signal].values
    behind = [i for i in origins(found, signal) if i in steps]
    return steps[behind[0]].values if len(behind) == 1 else NOTHING


def similarity(cosines: Array) -> float:
    """Mean cosine of two different samples."""
    count = len(cosines)
    if count < 2:
        return math.nan
    return float((cosines.sum() - np.trace(cosines)) / (count * (count - 1)))


def effective_rank(cosines: Array) -> float:
    """``exp H`` of the normalised spectrum of the samples' cosines (Roy & Vetterli 2007)."""
    if len(cosines) < 2 or not np.isfinite(cosines).all() or not np.trace(cosines) > 0:
        return math.nan
    spectrum = np.clip(np.linalg.eigvalsh(cosines), 0.0, None)
    shares = spectrum[spectrum > 0] / spectrum.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))
