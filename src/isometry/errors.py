"""Every error and warning of isometry, as one tree.

::

    IsometryError
    ├── InputError            (ValueError)        an argument cannot be used
    │   ├── DtypeError        (TypeError)         a dtype that cannot hold a drawn weight
    │   ├── ShapeError                            a shape that the scheme cannot fill
    │   └── UnknownNameError  (LookupError)       no scheme, recipe, activation … of that name
    ├── PlanError             (ValueError)        a plan cannot be made, or does not fit the model
    │   ├── DeadRuleError                         a rule matches no tensor
    │   ├── MismatchError                         plan and model disagree
    │   └── UncoveredError                        a tensor that no rule covers
    ├── ModelError            (RuntimeError)      the model cannot be built, loaded or run
    │   └── UnsupportedTensorError                a tensor of a kind that cannot be written
    ├── ApplyError            (RuntimeError)      writing stopped midway; says what was written
    ├── FileError             (OSError)           a file cannot be read or written
    │   └── ExistingFileError (FileExistsError)   an existing file would be overwritten
    └── MissingDependencyError (ImportError)      an optional package is not installed

    IsometryWarning (UserWarning)                 something worth knowing, not worth stopping for

A message always says what was found, what was needed and what to do, after the path of the tensor
or file that it speaks of.
"""

__all__ = [
    "ApplyError",
    "DeadRuleError",
    "DtypeError",
    "ExistingFileError",
    "FileError",
    "InputError",
    "IsometryError",
    "IsometryWarning",
    "MismatchError",
    "MissingDependencyError",
    "ModelError",
    "PlanError",
    "ShapeError",
    "UncoveredError",
    "UnknownNameError",
    "UnsupportedTensorError",
]


class IsometryError(Exception):
    """Base of every error raised on purpose.

    Args:
        found: What was found, as a clause without a full stop.
        needed: What was needed instead.
        do: What to do about it.
        path: The tensor, file or rule that the message speaks of.

    >>> print(
    ...     InputError(
    ...         "std is -1.0", needed="a number above 0", do="pass std=0.02", path="fc.weight"
    ...     )
    ... )
    fc.weight: std is -1.0. Needed: a number above 0. Do: pass std=0.02.
    """

    def __init__(self, found: str, *, needed: str = "", do: str = "", path: str = "") -> None:
        parts = [found, f"Needed: {needed}" if needed else "", f"Do: {do}" if do else ""]
        text = " ".join(f"{part}." for part in parts if part)
        super().__init__(f"{path}: {text}" if path else text)


class InputError(IsometryError, ValueError):
    """An argument cannot be used."""


class DtypeError(InputError, TypeError):
    """A dtype that cannot hold a drawn weight."""


class ShapeError(InputError):
    """A shape that the scheme cannot fill."""


class UnknownNameError(InputError, LookupError):
    """No scheme, recipe, activation or layout of that name."""


class PlanError(IsometryError, ValueError):
    """A plan cannot be made, or does not fit the model; lists all problems at once."""


class DeadRuleError(PlanError):
    """A rule matches no tensor."""


class MismatchError(PlanError):
    """Plan and model disagree about a tensor."""


class UncoveredError(PlanError):
    """A tensor that no rule covers."""


class ModelError(IsometryError, RuntimeError):
    """The model cannot be built, loaded or run."""


class UnsupportedTensorError(ModelError):
    """A tensor of a kind that cannot be written, named with its path."""


class ApplyError(IsometryError, RuntimeError):
    """Writing stopped midway.

    Args:
        found: As in :class:`IsometryError`.
        written: Paths of the tensors that hold new values; all others are as they were.
        needed: As in :class:`IsometryError`.
        do: As in :class:`IsometryError`.
        path: The tensor at which it stopped.

    >>> ApplyError("the disk is full", written=("a", "b")).written
    ('a', 'b')
    """

    def __init__(
        self,
        found: str,
        *,
        written: tuple[str, ...],
        needed: str = "",
        do: str = "",
        path: str = "",
    ) -> None:
        super().__init__(found, needed=needed, do=do, path=path)
        self.written = written


class FileError(IsometryError, OSError):
    """A file cannot be read or written."""


class ExistingFileError(FileError, FileExistsError):
    """An existing file would be overwritten."""


class MissingDependencyError(IsometryError, ImportError):
    """An optional package is not installed."""


class IsometryWarning(UserWarning):
    """Something worth knowing, not worth stopping for."""
