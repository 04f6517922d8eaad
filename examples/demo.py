"""GPT-2 small from its config: recorded, filled, proved, and the same on one thread or two."""

import sys
import time

import torch
import transformers

import isometry as iso
import isometry.torch
from isometry import reports


def model() -> torch.nn.Module:
    """GPT-2 small with the architecture's own defaults, 124 million weights."""
    return transformers.GPT2LMHeadModel(transformers.GPT2Config())


def filled(plan: iso.plans.Plan, threads: int) -> tuple[iso.weights.Ledger, str, float]:
    """A new GPT-2 filled by the plan: ledger, fingerprint, and seconds to build and fill it."""
    start = time.perf_counter()
    net = iso.torch.on_meta(model)
    ledger = iso.materialize(net, plan, seed=0, threads=threads)
    seconds = time.perf_counter() - start
    return ledger, iso.fingerprint(net), seconds


def main() -> None:
    """Print the ledger, both times, and the fingerprints."""
    transformers.logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # transformers is not typed
    out = reports.console(sys.stdout)
    filled(iso.plan(model), 2)  # imports the architecture and, once a machine, compiles the engine
    start = time.perf_counter()
    plan = iso.plan(model)
    planned = time.perf_counter() - start
    start = time.perf_counter()
    model()
    own = time.perf_counter() - start
    ledger, first, ours = filled(plan, 2)
    _, second, _ = filled(plan, 1)
    reports.print_table(reports.ledger_table(ledger), out)
    out.print(f"\nthe model's own initialization   {own:6.2f} s")
    out.print(f"isometry, same distributions     {planned + ours:6.2f} s", end="")
    out.print(f"   ({planned:.2f} s of it to plan)")
    out.print(f"{own / (planned + ours):.1f} times quicker\n")
    out.print(f"fingerprint on two threads   {first}")
    out.print(
        f"fingerprint on one thread    {second}   {'the same' if first == second else 'DIFFERENT'}"
    )


if __name__ == "__main__":
    main()
