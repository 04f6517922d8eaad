"""Writes ``docs/capture-transformers.md``: every architecture of transformers, captured.

Run it when the tracer or the installed transformers changes: ``python -m tools.sweep_page``. It
takes some minutes; with names of model types it prints their rows and writes nothing.
"""

import json
import logging
import math
import signal
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from torch import nn

from isometry import graphs
from isometry.frameworks.torch.tracing.capture import run, ways
from isometry.frameworks.torch.tracing.described import described
from tools import architectures

PAGE = Path(__file__).parents[1] / "docs" / "capture-transformers.md"
SECONDS = 60
"""Time for one model."""

Fans = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one model type.

    Attributes:
        name: The model type.
        way: How it was captured; empty where it could not be built or run.
        weights: Weights that a plain forward used.
        wrong: Those of them that the graph has not, or not with the module's fans.
        changed: What is not as it was before: names of tensors, ``"mode"``, ``"generator"``.
        notes: What the graph says it could not see.
        problem: Why it could not be built or run.
    """

    name: str
    way: str = ""
    weights: int = 0
    wrong: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str = ""


def outcome(name: str) -> Outcome:
    """Build, run and capture one model type."""
    problem = "nothing was tried"
    try:
        with _limited():
            for model in architectures.builds(name):
                if isinstance(model, Exception):
                    problem = _said(model)
                    continue
                found = _runnable(model)
                if isinstance(found, dict):
                    return captured(name, model, found)
                problem = found
    except TimeoutError:
        problem = f"took more than {SECONDS} s"
    return Outcome(name, problem=problem)


def _said(problem: BaseException) -> str:
    lines = [line for line in str(problem).splitlines() if line.strip()]
    return f"{type(problem).__name__}: {lines[0][:90] if lines else ''}"


@contextmanager
def _limited() -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)


def _runnable(model: Any) -> dict[str, Any] | str:
    """The first described example that the model takes, or why it takes none."""
    problem = "describes no input"
    try:
        for example in described(model):
            problem = _failure(model, example)
            if not problem:
                return example
    except TimeoutError:
        raise
    except Exception as error:
        problem = _said(error)
    return problem


def _failure(model: Any, example: dict[str, Any]) -> str:
    try:
        with torch.no_grad():
            model(**example)
    except TimeoutError:
        raise
    except Exception as problem:
        return _said(problem)
    return ""


def captured(name: str, model: nn.Module, example: dict[str, Any]) -> Outcome:
    """Capture a model on an example that it takes, and hold the graph against its modules."""
    truth = executed(model, example)
    before = state(model)
    problem = ""
    for way in ways(model):
        try:
            graph = run(model, example, way)
            wrong = tuple(_wrong(graph, truth))
        except TimeoutError:
            raise
        except Exception as error:
            problem = _said(error)
            continue
        changed = tuple(_changed(before, state(model)))
        return Outcome(name, way.__name__, len(truth), wrong, changed, graph.notes)
    return Outcome(name, "none", len(truth), tuple(truth), problem=problem)


def executed(model: nn.Module, example: dict[str, Any]) -> dict[str, Fans]:
    """Fans of every weight whose module's forward ran, from the module's own sizes."""
    ran: dict[int, nn.Module] = {}
    handles = [
        module.register_forward_hook(lambda m, *_: ran.update({id(m): m}))
        for module in model.modules()
        if own_fans(module) is not None
    ]
    with torch.no_grad():
        model(**example)
    for handle in handles:
        handle.remove()
    paths = {id(p): name for name, p in reversed(list(model.named_parameters()))}
    return {
        paths[id(module.weight)]: fans
        for module in ran.values()
        if (fans := own_fans(module)) is not None and id(module.weight) in paths
    }


def own_fans(module: Any) -> Fans | None:
    """Fans by a module's sizes; ``None`` for modules without, or with a forward of their own."""
    kind = type(module)
    if isinstance(module, nn.Linear) and kind.forward is nn.Linear.forward:
        return module.in_features, module.out_features
    if isinstance(module, nn.Embedding) and kind.forward is nn.Embedding.forward:
        return 1, module.embedding_dim
    if kind in (nn.Conv1d, nn.Conv2d, nn.Conv3d):
        window, stride = math.prod(module.kernel_size), math.prod(module.stride)
        ins, outs = module.in_channels / module.groups, module.out_channels / module.groups
        return ins * window, outs * window / stride
    if kind.__name__ == "Conv1D":
        return module.nx, module.nf
    return None


def _wrong(graph: graphs.Graph, truth: dict[str, Fans]) -> Iterable[str]:
    found: dict[str, set[Fans]] = {}
    for use in graphs.read(graph).uses:
        for path in use.map.weights:
            found.setdefault(path, set()).add((use.map.fan_in, use.map.fan_out))
    return (path for path, fans in truth.items() if not _among(fans, found.get(path, set())))


def _among(fans: Fans, found: set[Fans]) -> bool:
    return any(math.isclose(fans[0], a) and math.isclose(fans[1], b) for a, b in found)


State = dict[str, Any]


def state(model: nn.Module) -> State:
    """All that a capture must leave alone, copied."""
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    modules = dict(model.named_modules())
    return {
        **{name: (id(t), t.detach().clone()) for name, t in tensors.items()},
        "mode": [module.training for module in modules.values()],
        "attributes": {name: sorted(vars(module)) for name, module in modules.items()},
        "generator": torch.get_rng_state(),
    }


def _changed(before: State, after: State) -> Iterable[str]:
    names = dict.fromkeys((*before, *after))
    return (n for n in names if n not in before or n not in after or not _same(before[n], after[n]))


def _same(first: Any, second: Any) -> bool:
    if isinstance(first, tuple):
        return first[0] == second[0] and _same(first[1], second[1])
    if isinstance(first, torch.Tensor):
        return first.shape == second.shape and torch.equal(first.nan_to_num(), second.nan_to_num())
    return bool(first == second)


def outcomes(names: Iterable[str]) -> Iterator[Outcome]:
    """One model type after the other, in silence."""
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # transformers is not typed
    logging.disable(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            yield outcome(name)


INTRODUCTION = """\
Each model type of the library that has a base model is built from its default config with small
sizes and random weights, and run on the example that it describes itself; those that run are
captured. The truth is the modules' own sizes: every linear layer, convolution and embedding whose
forward ran must be in the graph, with its `fan_in` and `fan_out`. Modules that override the
forward of such a layer are left out, as their sizes alone do not say how the weight is used.
"""


def page(results: list[Outcome], *, seconds: float) -> str:
    """The page, in Markdown."""
    ran = [result for result in results if result.way]
    wrong = [f"* `{r.name}`: `{path}`" for r in ran for path in r.wrong]
    valued = ", ".join(f"`{r.name}`" for r in ran if r.way != "fake")
    noted = [f"* `{r.name}`: {'; '.join(r.notes)}" for r in ran if r.notes]
    failed = [f"* `{r.name}`: {_plain(r.problem)}" for r in results if not r.way]
    parts = [
        _heading(seconds),
        _figures(results, ran),
        _section("Weights that are not right", *(wrong or ["None."])),
        _section("Not captured on fake tensors", "These models look at values.", "", f"{valued}."),
        _section("What graphs say they could not see", *noted),
        _section("Not built or not run", NOT_RUN, "", *failed),
    ]
    return "\n".join(parts)


NOT_RUN = """Sizes that do not fit together once they are small, packages that are not installed,
inputs that nothing describes."""


def _heading(seconds: float) -> str:
    release = torch.__version__.partition("+")[0]
    made = f"torch {release}, transformers {transformers.__version__}, in {seconds / 60:.0f} min"
    title = "# Capture of the architectures of transformers"
    return f"{title}\n\nMade by `python -m tools.sweep_page` with {made}.\n\n{INTRODUCTION}"


def _figures(results: list[Outcome], ran: list[Outcome]) -> str:
    ways_ = Counter(result.way for result in ran)
    weights, wrong = sum(r.weights for r in ran), sum(len(r.wrong) for r in ran)
    clean = sum(not result.changed for result in ran)
    rows = {
        "model types": f"{len(results)}",
        "built and run": f"{len(ran)}",
        "captured on fake tensors": f"{ways_['fake']}",
        "captured on fake tensors of symbolic shape": f"{ways_['symbolic']}",
        "captured by a real forward": f"{ways_['real']}",
        "not captured": f"{ways_['none']}",
        "weights that ran": f"{weights:,}",
        "of these right in the graph": f"{weights - wrong:,}",
        "share": f"{1 - wrong / max(weights, 1):.2%}",
        "models left exactly as they were": f"{clean} of {len(ran)}",
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {k} | {v} |" for k, v in rows.items()), ""])


def _section(title: str, *lines: str) -> str:
    return "\n".join([f"## {title}", "", *lines, ""])


def _plain(text: str) -> str:
    return "".join(c for c in text if c not in "`<>*_|[]{}\\").strip()


def main(chosen: list[str]) -> None:
    """Sweep, and write the page or print the rows."""
    started = time.perf_counter()
    results = []
    for result in outcomes(chosen or architectures.names()):
        results.append(result)
        print(json.dumps(asdict(result)), flush=True)
    if not chosen:
        PAGE.write_text(page(results, seconds=time.perf_counter() - started), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
