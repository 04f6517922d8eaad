"""Diagnoses written by hand, so that no framework stands between a test and its numbers."""

import math
from dataclasses import replace

from isometry import findings
from isometry.findings import Diagnosis, Finding, Mend, Origin
from isometry.measurements import Activated, Course, Histogram, Layer, Loss, Measurement, Values
from isometry.parameters import Axes, Parameter, Surroundings

WIDTH = 256
AROUND = Surroundings(sources=("relu",), consumers=("relu",), feeds=("relu",))
DENSE = Axes(outputs=(0,), inputs=(1,))
ORIGIN = Origin("nets.py:deep", "isometry check nets.py:deep --input 32x256", "nets.py", 12, seed=0)


def values(std: float, count: int = WIDTH) -> Values:
    """Moments around zero."""
    return Values(count, 0.0, std, -3 * std, 3 * std)


def layer(place: int, std: float, delta: float, weight: float) -> Layer:
    """One layer of a plain net."""
    return Layer(
        *(2 * place, f"fc{place}.weight", "linear", WIDTH, WIDTH, AROUND, 1.0),
        values=values(std),
        gradient=values(delta),
        weight=values(weight, WIDTH**2),
        weight_gradient=values(0.01 * weight, WIDTH**2),
        spread=Histogram(-1.0, 1.0, (1, 2, 1)),
    )


def activated(place: int, dead: int) -> Activated:
    """The ReLU after it."""
    path = f"fc{place}.weight"
    return Activated(2 * place + 1, 2 * place, "relu", path, values(1.0), units=WIDTH, dead=dead)


def measured(
    forward: float, backward: float, *, depth: int = 20, dead: int = 0, loss: float = math.nan
) -> Measurement:
    """A plain net of ReLUs whose signal and gradient change by these factors a layer."""
    gain = math.sqrt(2) * forward / math.sqrt(WIDTH)
    stds = tuple(0.5 * forward**i for i in range(depth))
    deltas = tuple(0.5 * backward ** (depth - 1 - i) for i in range(depth))
    paths = tuple(f"fc{i}.weight" for i in range(depth))
    course = Course("plain", tuple(range(0, 2 * depth, 2)), paths, stds, deltas, deltas, 0.6)
    return Measurement(
        *("Deep", 32, Loss("cross-entropy", loss, 10, math.log(10), 0.1)),
        parameters=tuple(Parameter(p, (WIDTH, WIDTH), axes=DENSE, role="weight") for p in paths),
        layers=tuple(layer(i, stds[i], deltas[i], gain) for i in range(depth)),
        activations=tuple(activated(i, dead) for i in range(depth - 1)),
        attentions=(),
        courses=(course,),
    )


MEND = Mend(
    "Let the model be started by `auto`.",
    'isometry.initialize(model, batch, recipe="auto")',
    "auto",
)
FOUND = (
    Finding(
        *("ISO101", "vanishing-forward", "error", tuple(f"fc{i}.weight" for i in range(20))),
        "The signal shrinks by ×0.707 a layer over 20 layers, its std from 0.5 to 0.000691: the "
        "weights' variance is 1/fan_in and relu needs 2/fan_in for the signal to keep its size.",
        (("factor a layer", 0.7071),),
        MEND,
    ),
    Finding(
        *("ISO201", "vanishing-backward", "error", tuple(f"fc{i}.weight" for i in range(20))),
        "Going back, the gradient shrinks by ×0.707 a layer over 20 layers.",
        (("factor a layer, going back", 0.7071),),
        MEND,
    ),
    Finding(
        *("ISO301", "dead-units", "warning", ("fc3.weight", "fc4.weight")),
        "80 of 256 units of 2 layers have no slope for any of the 32 samples.",
        (("dead units", 80.0),),
        Mend("Look at the biases."),
    ),
)
"""What rules could say, in words that stay as they are here."""

LOOKED = ("ISO101", "ISO102", "ISO201", "ISO202", "ISO301", "ISO401", "ISO501")


def xavier() -> Diagnosis:
    """ReLU under Xavier's rule: half of the variance is lost at every layer, both ways."""
    seen = measured(math.sqrt(0.5), math.sqrt(0.5), dead=80, loss=2.303)
    return Diagnosis(seen, FOUND, LOOKED, origin=ORIGIN)


def fine() -> Diagnosis:
    """Nothing is wrong, as all rules say."""
    found = findings.diagnose(measured(1.0, 1.0, loss=2.31))
    return replace(found, origin=ORIGIN)


HOSTILE = Finding(
    "ISO103",
    "non-finite-values",
    "error",
    ("<b>|`x`,1:2\n::error::%0A", "[red]\x07é]]>"),
    "A --> \"b\" & 'c' <script>::warning::\r\n100%",
    (("least", -math.inf), ("greatest", math.inf), ("mean", math.nan), ("kind", "nan")),
    Mend("Look | here.", 'print("<&>")'),
)
"""Names as a model could have them."""


def hostile() -> Diagnosis:
    """A diagnosis full of letters that formats have a use for."""
    clean = measured(1.0, 1.0, depth=3)
    strange = replace(clean.layers[0], path="[red]|<b>", entering=math.inf, rank=math.nan)
    seen = replace(clean, layers=(strange, *clean.layers[1:]), notes=("[/red] \\ <i>",))
    return Diagnosis(seen, (HOSTILE,), ("ISO103",), (replace(HOSTILE, severity="note"),))
