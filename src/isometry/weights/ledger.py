"""The ledger: the proof of what was written, tensor by tensor."""

import json
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from isometry import errors
from isometry.weights.entry import Entry
from isometry.weights.fingerprints import Fingerprint


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was done to a model.

    Attributes:
        recipe: Name of the recipe.
        seed: Which weights.
        entries: One for every tensor of the plan, in the model's order; tied tensors have one.
        seconds: How long writing took.
        plan: Digest of the plan.
        fingerprint: Of what was written, where it was asked for.
        version: Version of the bits.
    """

    recipe: str
    seed: int
    entries: tuple[Entry, ...]
    seconds: float
    plan: str = ""
    fingerprint: Fingerprint | None = None
    version: str = "v1"
    _places: Mapping[str, int] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        paths = ((entry.path, *entry.ties) for entry in self.entries)
        places = {path: place for place, all_paths in enumerate(paths) for path in all_paths}
        object.__setattr__(self, "_places", places)

    def __getitem__(self, path: str) -> Entry:
        """The entry of the tensor at ``path``; status ``tied`` for its other paths.

        Args:
            path: Any path of the tensor.

        Returns:
            The entry.

        Raises:
            UnknownNameError: The ledger has no such path.
        """
        if path not in self._places:
            raise errors.UnknownNameError(
                "the ledger has no such tensor",
                needed=f"one of its {len(self._places)} paths",
                do="look at ledger.writes, which lists them all",
                path=path,
            )
        return self.entries[self._places[path]].tied(path)

    def __contains__(self, path: object) -> bool:
        return path in self._places

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __str__(self) -> str:
        values = sum(entry.size * entry.writes for entry in self.entries)
        words = ", ".join(f"{count} {status}" for status, count in self.counts.items())
        return (
            f"{self.recipe}, seed {self.seed}: {len(self)} tensors ({words}), "
            f"{values:,} values in {self.seconds:.2f} s"
        )

    @property
    def counts(self) -> Mapping[str, int]:
        """How many tensors ended in each status."""
        return dict(sorted(Counter(entry.status for entry in self.entries).items()))

    @property
    def hits(self) -> Mapping[str, int]:
        """How many tensors each rule decided, by the rule's selector."""
        return dict(Counter(entry.rule.partition(" ")[2] or entry.rule for entry in self.entries))

    @property
    def writes(self) -> Mapping[str, int]:
        """How many times each path's tensor was written: 1, or 0 where it was kept."""
        return {path: self.entries[place].writes for path, place in self._places.items()}

    @property
    def uncovered(self) -> tuple[str, ...]:
        """Paths that were neither written nor deliberately kept: none, or there were no ledger."""
        return ()

    @property
    def flagged(self) -> tuple[Entry, ...]:
        """Tensors whose measured moments contradict the stated ones."""
        return tuple(entry for entry in self.entries if entry.status == "flagged")

    def warn(self, *, stacklevel: int = 2) -> None:
        """Warn once where a tensor is flagged.

        Args:
            stacklevel: As that of ``warnings.warn``, seen from the caller.
        """
        if self.flagged:
            listed = "".join(f"\n  {_contradiction(entry)}" for entry in self.flagged)
            warnings.warn(
                f"{len(self.flagged)} of {len(self)} tensors do not hold what their scheme states:"
                f"{listed}",
                errors.IsometryWarning,
                stacklevel=stacklevel + 1,
            )

    def to_data(self) -> dict[str, Any]:
        """The ledger as what JSON can hold, of schema 1."""
        return {
            "schema": 1,
            "recipe": self.recipe,
            "seed": self.seed,
            "version": self.version,
            "plan": self.plan,
            "fingerprint": None if self.fingerprint is None else str(self.fingerprint),
            "seconds": self.seconds,
            "entries": [entry.to_data() for entry in self.entries],
        }

    def to_json(self) -> str:
        """The ledger as JSON of schema 1."""
        return json.dumps(self.to_data(), indent=1, allow_nan=False)


def _contradiction(entry: Entry) -> str:
    return (
        f"{entry.path}: std {entry.std:.4g} where {entry.target_std:.4g} is stated "
        f"({entry.z_std:+.1f} sigmas), mean {entry.mean:.4g} where {entry.target_mean:.4g} is "
        f"stated ({entry.z_mean:+.1f} sigmas)"
    )
