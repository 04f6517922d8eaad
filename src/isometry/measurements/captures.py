"""What was seen of one training step: plain numbers, layer by layer, from any framework."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

NAN = math.nan


@dataclass(frozen=True, slots=True)
class LayerCapture:
    """One weight at one training step; NaN where something was not seen.

    Attributes:
        path: The weight's path.
        act_std: Root mean square of what the layer made.
        delta_norm: Root mean square of the gradient there.
        weight_norm: Euclidean norm of the weight before the optimizer's step.
        grad_norm: The same of its gradient.
        update_norm: The same of what the step added.
        units: How many units an activation behind the layer has; 0 where none was seen.
        dead: How many of them had no slope for any sample.
        saturated: Share of values on the flat ends of a bounded activation.
    """

    path: str
    act_std: float = NAN
    delta_norm: float = NAN
    weight_norm: float = NAN
    grad_norm: float = NAN
    update_norm: float = NAN
    units: int = 0
    dead: int = 0
    saturated: float = NAN

    @property
    def grad_ratio(self) -> float:
        """``‖∇W‖ / ‖W‖``."""
        return self.grad_norm / self.weight_norm if self.weight_norm > 0 else NAN

    @property
    def update_log10(self) -> float:
        """``log10 ‖ΔW‖ / ‖W‖``; NaN where the weight is zero or did not move."""
        known = self.weight_norm > 0 and self.update_norm > 0
        return math.log10(self.update_norm / self.weight_norm) if known else NAN

    @property
    def dead_frac(self) -> float:
        """Share of dead units; NaN where no activation was seen."""
        return self.dead / self.units if self.units else NAN


@dataclass(frozen=True, slots=True)
class Capture:
    """One training step.

    Attributes:
        step: Which step, from 0.
        loss: The loss that training saw.
        layers: Each weight, in execution order.
    """

    step: int
    loss: float
    layers: tuple[LayerCapture, ...]

    def to_json(self) -> dict[str, Any]:
        """The capture as JSON holds it: ``null`` where nothing was seen, infinities as words."""
        layers = [{k: _said(v) for k, v in asdict(one).items()} for one in self.layers]
        return {"step": self.step, "loss": _said(self.loss), "layers": layers}


def capture_from_json(held: Mapping[str, Any]) -> Capture:
    """The capture that :meth:`Capture.to_json` wrote.

    >>> one = Capture(3, math.inf, (LayerCapture("0.weight", act_std=1.5),))
    >>> capture_from_json(one.to_json()).to_json() == one.to_json()
    True
    """
    layers = tuple(
        LayerCapture(**{k: v if k == "path" else _read(v) for k, v in one.items()})
        for one in held["layers"]
    )
    return Capture(held["step"], _read(held["loss"]), layers)


def _said(value: Any) -> Any:
    """NaN and infinities are no JSON."""
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return None if math.isnan(value) else str(value)


def _read(value: Any) -> Any:
    return NAN if value is None else float(value) if isinstance(value, str) else value
