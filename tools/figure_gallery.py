"""Writes a page with every picture of ``reports.figures``, light and dark, to be looked at.

Run it when a picture changes: ``python -m tools.figure_gallery FOLDER``. The networks are small and
made of NumPy alone; nothing that it writes belongs to the repository.
"""

import sys
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from isometry import theory
from isometry.reports import figures
from isometry.reports.figures import Figure

Array = NDArray[np.float64]

PAGE = """<!doctype html><html lang="en" data-theme="{theme}"><meta charset="utf-8">
<title>Figures</title>
<style>body{{font:14px system-ui;margin:16px;max-width:760px}}svg{{max-width:100%;height:auto}}
[data-theme=dark] body{{background:#0d1117;color:#e6edf3}}table{{font-size:11px}}{rules}</style>
<body>{body}</body></html>"""


@dataclass(frozen=True, slots=True)
class Net:
    """What one plain network showed.

    Attributes:
        layers: Histograms of activations.
        signal: Layer ↦ standard deviation of activations.
        error: Layer ↦ rms of the error in preactivations.
        gradient: Layer ↦ gradient's norm over the weight's.
        singular: Singular values of the Jacobian from input to output.
    """

    layers: list[figures.Layer]
    signal: dict[str, float]
    error: dict[str, float]
    gradient: dict[str, float]
    singular: Array


def net(activation: str, gain: float, *, depth: int = 20, width: int = 128) -> Net:
    """A plain network of Gaussian weights on Gaussian inputs, forwards and backwards."""
    phi, rng = theory.activation(activation), np.random.default_rng(0)
    names = [f"encoder.blocks.{k}.mlp.fc{k}" for k in range(1, depth + 1)]
    weights = [gain / np.sqrt(width) * rng.normal(size=(width, width)) for _ in names]
    x, jacobian = [rng.normal(size=(256, width))], np.eye(width)
    slopes = []
    for weight in weights:
        h = x[-1] @ weight.T
        slopes.append(phi.derivative(h))
        jacobian = slopes[-1][0][:, None] * (weight @ jacobian)
        x.append(phi(h))
    delta, error, gradient = rng.normal(size=x[-1].shape), {}, {}
    for k in reversed(range(depth)):
        delta = delta * slopes[k]
        error[names[k]] = float(np.sqrt(np.mean(delta**2)))
        gradient[names[k]] = float(
            np.linalg.norm(delta.T @ x[k]) / 256 / np.linalg.norm(weights[k])
        )
        delta = delta @ weights[k]
    return Net(
        [(name, *_counts(values)) for name, values in zip(names, x[1:], strict=True)],
        {name: float(values.std()) for name, values in zip(names, x[1:], strict=True)},
        error,
        gradient,
        np.asarray(np.linalg.svd(jacobian, compute_uv=False), dtype=np.float64),
    )


def _counts(values: Array) -> tuple[float, float, list[float]]:
    counts, edges = np.histogram(values, 48)
    return float(edges[0]), float(edges[-1]), counts.tolist()


def gallery() -> list[Figure]:
    """Each picture, of sick and of sound networks."""
    sick, sound = net("relu", 1.0), net("relu", 2**0.5)
    wild = net("tanh", 3.0)
    deep, deeper = net("relu", 1.0, depth=200, width=32), net("relu", 2**0.5, depth=200, width=32)
    return [
        figures.activation_ridgeline(sick.layers, sound.layers),
        figures.activation_ridgeline(wild.layers[:5]),
        figures.activation_ridgeline(net("relu", 3.0, depth=8).layers),
        figures.activation_ridgeline(deep.layers, deeper.layers),
        triptych(sick, sound),
        triptych(wild),
        triptych(deep, deeper),
        *theories(),
        figures.jacobian_spectrum(sick.singular.tolist(), sound.singular.tolist()),
        figures.jacobian_spectrum(wild.singular.tolist()),
        *runs(8),
        *runs(200),
    ]


def theories() -> list[Figure]:
    """Pictures 3 to 6, of more than one activation each."""
    hill = ("encoder.blocks.3", *_counts(np.random.default_rng(0).normal(0.3, 1.4, 4000)))
    here = [("yours", 1.0, 0.0), ("plan", 2.0, 0.0), ("Xavier", 1.0, 0.0), ("He", 2.0, 0.0)]
    return [
        figures.activation_lab("tanh", hill, saturated=0.34, linear=0.12),
        figures.activation_lab("relu", hill, dead=0.03),
        figures.activation_lab("gelu", hill),
        figures.activation_lab("leaky_relu(0.2)", hill),
        figures.length_cobweb("tanh", weight_var=1.5, bias_var=0.05, q0=2.0),
        figures.length_cobweb("relu", weight_var=1.0),
        figures.length_cobweb("relu", weight_var=3.0, depth=8),
        figures.correlation_cobweb("tanh", weight_var=2.5, bias_var=0.05, c0=0.99),
        figures.correlation_cobweb("relu", weight_var=2.0, c0=-0.5),
        figures.phase_diagram("tanh", [("blocks.7", 2.4, 0.1), *here]),
        figures.phase_diagram("relu", here),
        figures.phase_diagram("sigmoid", here),
        figures.phase_diagram("gelu", here),
    ]


def runs(count: int) -> list[Figure]:
    """Picture 10 of a run in which deep layers die and the last one learns too fast."""
    rng, steps = np.random.default_rng(1), list(range(0, 3000, 20))
    names = [f"encoder.blocks.{k}.fc" for k in range(count)]
    time = np.linspace(0.0, 1.0, len(steps))
    depth = np.linspace(0.0, 1.0, count)[:, None]
    shares = np.clip(depth * time + 0.03 * rng.normal(size=(count, len(steps))), 0.0, 1.0)
    walks = 0.05 * rng.normal(size=(count, len(steps))).cumsum(axis=1)
    updates = dict(zip(names, (-3.2 + depth + walks).tolist(), strict=True))
    return [
        figures.unit_heatmap(steps, names, shares.tolist()),
        figures.update_lines(steps, updates),
    ]


def triptych(now: Net, after: Net | None = None) -> Figure:
    """Picture 2 of one network or of two."""
    later = after or Net([], {}, {}, {}, np.zeros(0))
    return figures.depth_triptych(
        list(now.signal),
        signal=figures.Course(now.signal, after=later.signal),
        error=figures.Course(now.error, dict.fromkeys(now.error, 0.5), later.error),
        gradient=figures.Course(now.gradient, after=later.gradient),
    )


def page(shown: list[Figure], theme: str) -> str:
    """All pictures under each other."""
    return PAGE.format(
        theme=theme,
        rules=figures.rules("[data-theme=dark] "),
        body="".join(map(_section, shown)),
    )


def _section(figure: Figure) -> str:
    cells = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}' for cell in row)}" for row in figure.rows[:3]
    )
    return (
        f"<h3>{escape(figure.title)}</h3><figure>{figure.svg}<figcaption>{escape(figure.read)}"
        f"</figcaption></figure><table><tr>{''.join(f'<th>{escape(c)}' for c in figure.columns)}"
        f"{cells}</table>"
    )


def main(folder: Path) -> None:
    """Write both pages and each picture as a file of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = gallery()
    for theme in ("light", "dark"):
        (folder / f"{theme}.html").write_text(page(shown, theme), encoding="utf-8")
    for number, figure in enumerate(shown):
        (folder / f"{number:02}-{figure.name}.svg").write_text(figure.to_svg(), encoding="utf-8")
        cells = sum(len(cell) + 9 for row in figure.rows for cell in row)
        print(f"{number:02} {figure.name:<22} {len(figure.svg.encode()):>6} B, table {cells:>6} B")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
