"""Names near to a misspelt one."""

import difflib
import re
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], *, count: int = 3) -> tuple[str, ...]:
    """The known names most like ``name``, nearest first; the first ones where none is like it.

    Patterns are compared without their special characters.

    >>> nearest("h.*.c_projj.weight", ["h.0.c_proj.weight", "wte.weight"], count=1)
    ('h.0.c_proj.weight',)
    """
    names = list(known)
    bare = re.sub(r"\\[.dw]|[\\^$*+?()\[\]{}|]", "", name)
    found = difflib.get_close_matches(bare, names, n=count, cutoff=0.4)
    return tuple(found or names[:count])
