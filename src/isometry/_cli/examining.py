"""A model named on the command line, built with its values and diagnosed."""

import inspect
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from isometry import _api, errors
from isometry._cli import examples, targets
from isometry._cli.progress import stage
from isometry.findings import Diagnosis, Origin
from isometry.reports import console

AUTO = "auto"
"""The loss whose targets are drawn by chance."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is looked at, and how.

    Attributes:
        model: What ``MODEL`` names.
        shapes: Values of ``--input``.
        batch: Value of ``--batch``.
        loss: Value of ``--loss``.
        recipe: What fills the model before it is looked at; nothing for its own code.
        seed: Which weights.
    """

    model: str
    shapes: tuple[str, ...] = ()
    batch: str = ""
    loss: str = ""
    recipe: str = ""
    seed: int = 0

    @property
    def command(self) -> str:
        """The command that looks at it again, without the recipe."""
        words = ["isometry", "check", self.model]
        words += [word for shape in self.shapes for word in ("--input", shape)]
        words += ["--batch", self.batch] if self.batch else []
        words += ["--loss", self.loss] if self.loss else []
        words += ["--seed", str(self.seed)] if self.seed else []
        return shlex.join(words)


def examined(
    subject: Subject, *, select: tuple[str, ...] = (), ignore: tuple[str, ...] = ()
) -> Diagnosis:
    """The diagnosis of what a command line names.

    Args:
        subject: What is looked at.
        select: As of ``isometry.diagnose``.
        ignore: Likewise.

    Returns:
        The diagnosis, with its origin.

    Raises:
        ModelError: The model or its batch cannot be built, or the model fails.
        InputError: An option cannot be used.
    """
    from isometry.frameworks.torch import targets as torch_targets  # noqa: PLC0415 - loads torch

    progress = console(sys.stderr)
    factory = targets.factory(subject.model)
    with stage(f"building {subject.model}", progress):
        batch = examples.example(subject.shapes, subject.batch)
        loss = subject.loss if subject.loss == AUTO else _function(subject.loss)
        model = torch_targets.built(factory, subject.seed)
    if subject.recipe:
        with stage(f"initializing by {subject.recipe}", progress):
            _api.initialize(model, batch, recipe=subject.recipe, seed=subject.seed)
    with stage("one forward, one backward", progress):
        found = _api.diagnose(model, batch, loss, select=select, ignore=ignore)
    return replace(found, origin=origin(subject, factory))


def _function(name: str) -> Callable[..., Any] | None:
    return targets.factory(name) if name else None


def origin(subject: Subject, factory: Callable[[], Any]) -> Origin:
    """Where a model comes from; the file as seen from here, so that others find it in a clone.

    Args:
        subject: What was named.
        factory: What builds it.

    Returns:
        The origin.
    """
    file, line = _place(factory, subject.model)
    return Origin(subject.model, subject.command, file, line, subject.seed, subject.recipe)


def _place(factory: Callable[[], Any], target: str) -> tuple[str, int]:
    source, _, name = target.rpartition(":")
    if source == "transformers":
        return _from_here(Path(name)), 1
    try:
        file, line = inspect.getsourcefile(factory), inspect.getsourcelines(factory)[1]
    except (OSError, TypeError):
        return "", 0  # made by a call, as partials are
    return (_from_here(Path(file)), line) if file else ("", 0)


def _from_here(path: Path) -> str:
    whole, here = path.resolve(), Path.cwd().resolve()
    return (whole.relative_to(here) if whole.is_relative_to(here) else whole).as_posix()


def refuse_stopped(diagnosis: Diagnosis) -> None:
    """Say that a model did not come to its end; what it showed until then has been told.

    Args:
        diagnosis: What was found.

    Raises:
        ModelError: The model raised midway.
    """
    if diagnosis.measurement.raised:
        raise errors.ModelError(
            f"it stopped midway ({diagnosis.measurement.raised})",
            needed="a forward and a backward that come to their end",
            do="call the model on the batch yourself and mend what it reports",
            path=diagnosis.origin.target,
        )
