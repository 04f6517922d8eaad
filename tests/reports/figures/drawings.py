"""Pictures as parsed XML, and one of each to ask the same of all."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from isometry.reports import figures
from isometry.reports.figures import Figure

Array = NDArray[np.float64]
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
PAINTED = ("path", "rect", "circle", "text")
HOSTILE = "</script><img src=x onerror=\"alert('1')\">&\x00\x0b\ud800"


def parsed(svg: str) -> ET.Element:
    """The root of a picture."""
    return ET.fromstring(svg)


def marks(root: ET.Element) -> list[ET.Element]:
    """What a reader can reach, in order."""
    return [one for one in root.iter() if one.get("data-layer") is not None]


def words(root: ET.Element) -> list[str]:
    """All that is written in a picture."""
    return ["".join(one.itertext()) for one in root.iter("text")]


def painted(root: ET.Element) -> list[ET.Element]:
    """Every shape that leaves colour."""
    return [one for one in root.iter() if one.tag in PAINTED]


def inherited(root: ET.Element, shape: ET.Element, attribute: str) -> str | None:
    """The value of an attribute at a shape or at the nearest element around it."""
    above = {child: parent for parent in root.iter() for child in parent}
    found: ET.Element | None = shape
    while found is not None and found.get(attribute) is None:
        found = above.get(found)
    return None if found is None else found.get(attribute)


def spots(path: ET.Element) -> Array:
    """The points of a path that is one move and steps from point to point, shape (points, 2)."""
    steps = np.array(NUMBER.findall(path.get("d") or ""), dtype=float).reshape(-1, 2)
    points: Array = np.cumsum(steps, axis=0)
    return points


def hill(name: str, std: float, *, bins: int = 40) -> figures.Layer:
    """A bell in even bins, out to three and a half."""
    edges = np.linspace(-3.5, 3.5, bins + 1)
    counts = 1000.0 * np.exp(-((edges[1:] + edges[:-1]) ** 2) / 8)
    return (name, -3.5 * std, 3.5 * std, counts.round().tolist())


def names(count: int) -> list[str]:
    """Module paths as long as those of large models."""
    return [f"model.encoder.layers.{k}.self_attn.out_proj" for k in range(count)]


def ridges(count: int) -> Figure:
    layers = names(count)
    now = [hill(name, 0.9**k) for k, name in enumerate(layers)]
    return figures.activation_ridgeline(
        now, [hill(name, 1.0 + k / 99) for k, name in enumerate(layers)]
    )


def triptych(count: int) -> Figure:
    layers = names(count)
    rough = np.exp(0.1 * np.random.default_rng(0).normal(size=(6, count)))
    falls, flat = 0.8 ** np.arange(count), np.full(count, 0.7)
    now, later = (
        [dict(zip(layers, row, strict=True)) for row in part.tolist()]
        for part in (rough[:3] * falls, rough[3:] * flat)
    )
    theory = dict(zip(layers, falls.tolist(), strict=True))
    courses = [figures.Course(a, theory, b) for a, b in zip(now, later, strict=True)]
    return figures.depth_triptych(layers, signal=courses[0], error=courses[1], gradient=courses[2])


def idle(count: int) -> Figure:
    shares = np.random.default_rng(0).uniform(size=(count, 300))
    return figures.unit_heatmap(range(300), names(count), shares.tolist())


def updates(count: int) -> Figure:
    rows = -3.0 + np.random.default_rng(0).normal(size=(count, 300))
    return figures.update_lines(range(300), dict(zip(names(count), rows.tolist(), strict=True)))


def spectrum() -> Figure:
    values = np.exp(np.random.default_rng(0).normal(0.0, 6.0, 2000))
    return figures.jacobian_spectrum(values.tolist(), (values**0.1).tolist())


BY_DEPTH: dict[str, Callable[[int], Figure]] = {
    "ridges": ridges,
    "triptych": triptych,
    "idle": idle,
    "updates": updates,
}
"""Pictures whose size grows with the number of layers."""


def losses() -> Figure:
    rough = np.exp(np.random.default_rng(0).normal(size=(8, 3000)).cumsum(axis=1) / 30)
    curves = {f"run {k}": list(enumerate(row)) for k, row in enumerate(rough.tolist())}
    return figures.loss_lines(curves)


def slopes() -> Figure:
    rough = np.random.default_rng(0).normal(0.0, 0.05, size=(2, 3000)).tolist()
    names = ("signal", "gradient")
    return figures.slope_lines(
        {name: list(enumerate(row)) for name, row in zip(names, rough, strict=True)}
    )


OF_THEORY: dict[str, Callable[[], Figure]] = {
    "lab": lambda: figures.activation_lab("tanh", hill("fc1", 1.2), dead=0.1, saturated=0.2),
    "lengths": lambda: figures.length_cobweb("tanh", weight_var=1.5, bias_var=0.05, q0=2.0),
    "correlations": lambda: figures.correlation_cobweb("relu", weight_var=2.0, c0=-0.5),
    "phases": lambda: figures.phase_diagram("tanh", [("yours", 2.0, 0.1), ("He", 2.0, 0.0)]),
    "spectrum": spectrum,
}
"""The others of a start."""

OF_RUNS: dict[str, Callable[[], Figure]] = {"losses": losses, "slopes": slopes}
"""Those of a run that show no layers."""


def one_of_each() -> dict[str, Figure]:
    """Every picture once."""
    deep = {name: draw(12) for name, draw in BY_DEPTH.items()}
    return deep | {name: draw() for name, draw in (OF_THEORY | OF_RUNS).items()}


def hostile() -> list[Figure]:
    """The pictures that show names, each with one that means harm."""
    course = figures.Course({HOSTILE: 1.0, "b": 0.5})
    return [
        figures.activation_ridgeline([hill(HOSTILE, 1.0)]),
        figures.depth_triptych([HOSTILE, "b"], signal=course, error=course, gradient=course),
        figures.activation_lab("tanh", hill(HOSTILE, 1.0)),
        figures.phase_diagram("tanh", [(HOSTILE, 1.0, 0.0)]),
        figures.unit_heatmap([0, 1], [HOSTILE], [[0.0, 1.0]], what=HOSTILE),
        figures.update_lines([0, 1], {HOSTILE: [-3.0, -2.0]}),
        figures.loss_lines({HOSTILE: [(0, 1.0), (1, 0.5)]}),
    ]
