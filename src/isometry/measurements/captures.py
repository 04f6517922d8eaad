"""What was seen of one training step: plain numbers, layer by layer, from any framework."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from operator import attrgetter
from types import NoneType
from typing import Any, get_type_hints

from isometry import errors

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

    Args:
        held: What JSON held.

    Returns:
        An equal capture.

    Raises:
        InputError: A field is missing, unknown, or of another type.

    >>> one = Capture(3, math.inf, (LayerCapture("0.weight", act_std=1.5),))
    >>> capture_from_json(one.to_json()).to_json() == one.to_json()
    True
    """
    found = _typed(CAPTURE, held)
    layers = tuple(LayerCapture(**_typed(LAYER, one)) for one in found.pop("layers"))
    return Capture(**found, layers=layers)


def by_layer(captures: Sequence[Capture], name: str) -> dict[str, list[float]]:
    """One number of each layer over a run.

    Args:
        captures: The run.
        name: An attribute of :class:`LayerCapture`.

    Returns:
        Path, in the order of their first capture, ↦ one number a capture; NaN where the layer was
        not seen.

    >>> run = [Capture(0, NAN, (LayerCapture("a", act_std=1.0),)), Capture(1, NAN, ())]
    >>> by_layer(run, "act_std")
    {'a': [1.0, nan]}
    """
    paths = dict.fromkeys(one.path for capture in captures for one in capture.layers)
    found = {path: [NAN] * len(captures) for path in paths}
    read = attrgetter(name)
    for place, capture in enumerate(captures):
        for one in capture.layers:
            found[one.path][place] = read(one)
    return found


def _said(value: Any) -> Any:
    """NaN and infinities are no JSON."""
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return None if math.isnan(value) else str(value)


WORDS = {"inf": math.inf, "-inf": -math.inf}
KINDS: dict[type, tuple[type, ...]] = {
    float: (float, int, NoneType, str),
    int: (int,),
    str: (str,),
    tuple: (list,),
}
"""Field types ↦ what JSON may hold there; a text in place of a number is one of ``WORDS``."""
NEEDED = {"path", "step", "loss", "layers"}
CAPTURE = {"step": int, "loss": float, "layers": tuple}
LAYER = get_type_hints(LayerCapture)


def _typed(kinds: Mapping[str, type], held: Any) -> dict[str, Any]:
    if not isinstance(held, Mapping):
        raise _unlike(f"there is {held!r:.40}", kinds)
    for name in (*(kind for kind in kinds if kind in NEEDED), *held):
        if name not in held:
            raise _unlike(f"{name} is missing", kinds)
        if name not in kinds:
            raise _unlike(f"{name!r:.40} is unknown", kinds)
    return {name: _read(name, kinds[name], value) for name, value in held.items()}


def _read(name: str, kind: type, value: Any) -> Any:
    if type(value) not in KINDS[kind] or (kind is float and value not in WORDS and _is_text(value)):
        raise errors.InputError(
            f"{name} is {value!r:.40}",
            needed=f"{kind.__name__}, as a monitor writes it",
            do="correct it, or leave the capture out",
        )
    return NAN if value is None else WORDS[value] if kind is float and _is_text(value) else value


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _unlike(found: str, kinds: Mapping[str, type]) -> errors.InputError:
    return errors.InputError(
        found, needed=f"an object with {', '.join(kinds)}", do="leave the capture out"
    )
