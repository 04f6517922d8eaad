"""The state of a descent on disk: whole or not there, and only for the run that it belongs to."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from isometry import errors, weights
from isometry.calibrations import Descent, Method
from isometry.calibrations.descents import Array

Score = tuple[float, ...]
"""What is compared, the first number first; less is better."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a descent stands.

    Attributes:
        descent: The scales and their momenta.
        start: Score at the start.
        best: The best score so far.
        scales: The scales that had it.
        stale: Looks since then.
    """

    descent: Descent
    start: Score
    best: Score
    scales: Array
    stale: int = 0


def save(path: str, state: State, method: Method, model: str) -> None:
    """Write a state, so that a run that is killed at any moment leaves a whole one.

    Args:
        path: Where; nothing is written where it is empty.
        state: What.
        method: Whose.
        model: Fingerprint of the weights at the start.
    """
    if not path:
        return
    data = {
        "schema": 1,
        **_owner(method, model),
        "descent": state.descent.to_data(),
        "start": list(state.start),
        "best": list(state.best),
        "scales": state.scales.tolist(),
        "stale": state.stale,
    }
    weights.write_text(Path(path), json.dumps(data), force=True)


def load(path: str, method: Method, model: str) -> State | None:
    """The state that an earlier run has left; ``None`` where there is none.

    Args:
        path: Where.
        method: Whose it must be.
        model: Fingerprint of the weights at the start.

    Returns:
        The state.

    Raises:
        FileError: The file is no state, or that of another method or of other weights.
    """
    if not path or not Path(path).exists():
        return None
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
        owner = {key: data[key] for key in ("method", "options", "model")}
        state = State(
            Descent.from_data(data["descent"]),
            tuple(data["start"]),
            tuple(data["best"]),
            np.asarray(data["scales"], np.float64),
            int(data["stale"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise _foreign(path, f"it is no state ({problem})") from problem
    for key, value in _owner(method, model).items():
        if owner[key] != value:
            raise _foreign(path, f"it is the state of another run: its {key} differs")
    return state


def _owner(method: Method, model: str) -> dict[str, Any]:
    """What a state belongs to; more steps, or another file, are the same run."""
    apart = ("resume", "steps", "patience")
    options = {key: value for key, value in method.options().items() if key not in apart}
    return {"method": method.name, "options": options, "model": model}


def _foreign(path: str, found: str) -> errors.FileError:
    return errors.FileError(
        found,
        needed="the state of this method on a model with the same weights",
        do="build the model anew from the same seed, or choose another file",
        path=path,
    )
