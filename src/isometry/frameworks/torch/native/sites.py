"""Who made a call: the function of the model that decided, found on the stack."""

import sys
from dataclasses import dataclass
from functools import cache
from types import CodeType, FrameType

__all__ = ["Site", "caller"]

_PACKAGE = "isometry.frameworks.torch.native"
_INITIALIZERS = ("torch.nn.init", "transformers.initialization")
"""Modules whose functions are named in a reason, but decide nothing themselves."""
_PLUMBING = (
    _PACKAGE,
    "contextlib",
    "copy",
    "functools",
    "torch._",
    "torch.functional",
    "torch.nn.parameter",
    "torch.overrides",
    "torch.utils",
)


@dataclass(frozen=True, slots=True)
class Site:
    """Where a call came from.

    Attributes:
        owner: Code of the function that decided; ``None`` where the stack has none.
        through: Name of the library's init function that it used, if any.
    """

    owner: CodeType | None
    through: str = ""

    @property
    def name(self) -> str:
        """The owner's qualified name, such as ``"GPT2PreTrainedModel._init_weights"``."""
        return "the model's code" if self.owner is None else self.owner.co_qualname


def caller() -> Site:
    """The innermost function on the stack that belongs neither to torch's plumbing nor to us."""
    through = ""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        kind = _kind(frame.f_globals.get("__name__", ""))
        if kind == "model":
            return Site(frame.f_code, through)
        if kind == "initializer" and not frame.f_code.co_name.startswith("_"):
            through = frame.f_code.co_name
        frame = frame.f_back
    return Site(None, through)


@cache
def _kind(module: str) -> str:
    if module in _INITIALIZERS:
        return "initializer"
    return "plumbing" if module.startswith(_PLUMBING) else "model"
