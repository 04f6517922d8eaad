"""Options of methods and parts, checked before one is made."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from isometry import errors


def check_options(kind: Any, options: Mapping[str, Any]) -> None:
    """Refuse what a frozen class of options does not take.

    Args:
        kind: The class, which has a ``name``.
        options: What is given.

    Raises:
        InputError: There is no such option, or it is none of the choices.
    """
    hints, known = get_type_hints(kind), [one.name for one in fields(kind)]
    for name, value in options.items():
        if name not in known:
            raise errors.InputError(
                f"{kind.name} has no option {name!r}",
                needed=f"one of {', '.join(known)}",
                do="correct the spelling or leave it out",
            )
        choices = get_args(hints[name]) if get_origin(hints[name]) is Literal else ()
        if choices and value not in choices:
            raise errors.InputError(
                f"{kind.name}: {name} is {value!r}",
                needed=f"one of {', '.join(choices)}",
                do="choose one of them",
            )
