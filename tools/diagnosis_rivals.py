"""Ask torchlens and AnyInit about the bad starts and write tests/findings/rivals.json.

Run it where both are installed: ``python tools/diagnosis_rivals.py``. The page of the diagnosis
takes what they said from that file, so that it can be written without them.
"""

import copy
import importlib.metadata
import json
import sys
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.findings.bad import BAD  # noqa: E402 - the repository's tests hold the models
from tests.findings.case import Case  # noqa: E402 - as above
from tests.findings.good import OWN  # noqa: E402 - as above

FILE = ROOT / "tests" / "findings" / "rivals.json"
PACKAGES = ("torchlens", "anyinit", "torch")
DEAD = 0.5
"""Share of a layer's units from which torchlens's report of dead units is taken for an alarm; it
states none of its own."""
SHOWN = 100


def torchlens_says(case: Case) -> str:
    """Its audits of gradients, dead units, dtype ranges and parameters, with its own thresholds."""
    import torchlens as tl  # noqa: PLC0415 - is in an environment of its own

    model = case.build().train()
    options = tl.options.CaptureOptions(backward_ready=True, save_grads=True)
    args, named = arguments(case)
    trace = tl.trace(model, args, named, capture=options)
    out = trace[trace.output_layers[0]].out
    trace.log_backward(loss_of(out, case))
    told = [
        *gradients(tl.debug.gradient_flow_audit(trace, grad_scale=1.0)),
        *dead(tl.debug.dead_neurons(trace)),
        *found("values", tl.debug.dtype_range_audit(trace).findings),
        *found("parameters", tl.checks.audit_params(model).findings),
    ]
    return "; ".join(told) or "nothing"


def arguments(case: Case) -> tuple[Any, dict[str, Any]]:
    """The forward's arguments, positional and named."""
    batch = case.batch()
    return ([], batch) if isinstance(batch, dict) else (batch, {})


def loss_of(out: Tensor, case: Case) -> Tensor:
    """The same loss as ours; the sum of squares where a case has none."""
    targets = case.loss()
    if targets is None:
        return out.float().square().mean()
    return functional.cross_entropy(out.float().flatten(0, -2), targets.flatten())


def gradients(frame: Any) -> list[str]:
    """How many operations have a gradient that is called vanishing, exploding or dead."""
    counts = Counter(frame["verdict"])
    bad = {kind: counts[kind] for kind in ("vanishing", "exploding", "dead") if counts[kind]}
    return [f"gradients {kind} at {count} of {len(frame)} steps" for kind, count in bad.items()]


def dead(frame: Any) -> list[str]:
    """How many operations have mostly dead units."""
    many = int((frame["dead_frac"] >= DEAD).sum())
    return [f"most units dead at {many} steps"] if many else []


def found(what: str, findings: Any) -> list[str]:
    """The findings of an audit that it calls worse than information, by the name of the check."""
    told = Counter(one.check for one in findings if one.severity != "info")
    return [f"{what}: {check} ({count})" for check, count in told.items()]


def anyinit_says(case: Case) -> tuple[str, str]:
    """What its report says after it has started the model anew, and what we say of that start."""
    import anyinit  # noqa: PLC0415 - as above

    model = case.build()
    try:
        report = anyinit.initialize(model, input_spec=case.batch(), seed=0)
        report.assert_healthy()
    except Exception as problem:
        said = f"{type(problem).__name__}: {next(iter(str(problem).splitlines()), '')}"
        return said[:SHOWN], after(case, model)
    return "healthy", after(case, model)


def after(case: Case, model: nn.Module) -> str:
    """Our diagnosis of what it made."""
    found = case.diagnosed(model)
    worst = [one.code for one in found.findings if one.severity != "note"]
    return "clean" if found.ok else ", ".join(worst)


def asked(case: Case, ask: Any) -> Any:
    """What a rival says, or how it failed."""
    try:
        return ask(copy.copy(case))
    except Exception as problem:
        return f"fails: {type(problem).__name__}: {next(iter(str(problem).splitlines()), '')}"[
            :SHOWN
        ]


def main() -> None:
    """Ask both about all."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    said: dict[str, Any] = {
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES}
    }
    said["bad"] = {
        case.name: {"torchlens": asked(case, torchlens_says), "anyinit": asked(case, anyinit_says)}
        for case in BAD
    }
    said["good"] = {case.name: asked(case, torchlens_says) for case in OWN}
    FILE.write_text(json.dumps(said, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
