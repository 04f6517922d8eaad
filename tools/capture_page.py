"""Write ``docs/capture.md``: how each model of the zoo is captured, and what is read rightly.

Run it after a rule of ``isometry.graphs`` or of the capture has changed:

    python tools/capture_page.py && git diff docs/capture.md
"""

import logging
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402 - the zoo is found from the project's root
import transformers  # noqa: E402 - as above

from isometry import graphs  # noqa: E402 - as above
from isometry.frameworks.torch.tracing.capture import run, ways  # noqa: E402 - as above
from tests.zoo import PLAIN, TRANSFORMERS, Model  # noqa: E402 - as above
from tests.zoo.scoring import score  # noqa: E402 - as above

TARGET = ROOT / "docs" / "capture.md"

HEAD = """# What is read off models

Every model below was captured in one forward and read; the reading was held against a truth
written by hand from the model's source: for each weight which map it is, its fans, what it reads,
what reads it, its part in a residual branch, how often it is used; and for each stream how many
joins it has. A weight counts as right if all of this is right. Written by
`tools/capture_page.py`, with torch {torch} and transformers {transformers}.

{weights} weights of {models} models: {right} right in every field ({share:.1%}).

The rules of reading were mended on these models until they were right, so the figure says what is
covered, not what to expect of a model that is not here.

*Captured by*: `fake` runs on tensors that have shapes and no values; `symbolic` where a shape
depends on a value; `real` runs on numbers. *Steps* counts the nodes of the graph, *joins* the
residual sums.
"""

COLUMNS = """
| model | captured by | steps | joins | weights | right | not understood |
|---|---|---:|---:|---:|---:|---|
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    name: str
    way: str
    steps: int
    joins: int
    weights: int
    wrong: tuple[str, ...]
    unknown: tuple[str, ...]

    def text(self) -> str:
        """The row as Markdown."""
        unknown = ", ".join(self.unknown) or "–"
        right = self.weights - len(self.wrong)
        numbers = f"{self.steps} | {self.joins} | {self.weights} | {right}"
        return f"| {self.name} | {self.way} | {numbers} | {unknown} |"


def line(model: Model) -> Line:
    """Capture, read and score one model."""
    net = model.build()
    way, graph = captured(net, model)
    reading = graphs.read(graph)
    result = score(model, net, reading)
    unknown = {f"`{node.op}`" for node in graph if node.family == "unknown" and node.signal}
    seen = (*sorted(unknown), *graph.notes)
    joins = len(reading.joins)
    return Line(model.name, way, len(graph), joins, result.weights, result.wrong, seen)


def captured(net: torch.nn.Module, model: Model) -> tuple[str, graphs.Graph]:
    """The graph, and the first way of running that gives one."""
    for way in ways(net):
        try:
            return way.__name__, run(net, model.example(), way)
        except Exception as problem:
            print(f"{model.name}: {way.__name__}: {type(problem).__name__}", file=sys.stderr)
    raise SystemExit(f"{model.name} cannot be captured")


def page(sections: dict[str, list[Line]]) -> str:
    """The whole page."""
    lines = [line for section in sections.values() for line in section]
    weights, wrong = sum(x.weights for x in lines), sum(len(x.wrong) for x in lines)
    head = HEAD.format(
        torch=torch.__version__.partition("+")[0],
        transformers=transformers.__version__,
        weights=weights,
        models=len(lines),
        right=weights - wrong,
        share=(weights - wrong) / weights,
    )
    tables = (
        f"\n## {title}\n" + COLUMNS + "\n".join(x.text() for x in section) + "\n"
        for title, section in sections.items()
    )
    faults = "".join(f"\n* {x.name}: {fault}" for x in lines for fault in x.wrong)
    return head + "".join(tables) + (f"\n## What is wrong\n{faults}\n" if faults else "")


def main() -> None:
    """Capture the whole zoo and write the page."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    sections = {
        "Models of torch": [line(model) for model in PLAIN],
        "Models of transformers": [line(model) for model in TRANSFORMERS],
    }
    text = page(sections)
    TARGET.write_text(text, encoding="utf-8")
    print(f"{sum(map(len, sections.values()))} models in {TARGET.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
