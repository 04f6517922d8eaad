"""Every rule, in the order of its code: those of a start, and those of a run."""

from isometry import errors
from isometry.findings.rule import Rule
from isometry.findings.rules import (
    attention,
    backward,
    conventions,
    copies,
    flat,
    forward,
    likeness,
    numbers,
    output,
    reach,
    shift,
    storage,
    units,
)
from isometry.findings.training import RUN_RULES
from isometry.plans import nearest

RULES: tuple[Rule, ...] = (
    forward.VANISHING,
    forward.EXPLODING,
    numbers.VALUES,
    shift.MEAN_SHIFT,
    likeness.ALIKE,
    attention.PEAKED,
    backward.VANISHING,
    backward.EXPLODING,
    numbers.GRADIENTS,
    reach.UNREACHED,
    units.DEAD_UNITS,
    units.SATURATED,
    units.STRAIGHT,
    flat.CONSTANT,
    copies.DUPLICATES,
    flat.ZEROS,
    copies.SHARDED,
    copies.EQUAL,
    reach.ZERO_PRODUCT,
    output.LOSS,
    output.LOGITS,
    conventions.MISMATCH,
    conventions.FAN,
    conventions.BIAS,
    storage.UNWRITTEN,
    storage.RANGE,
)
"""Those that look at a start."""

ALL: tuple[Rule, ...] = (*RULES, *RUN_RULES)


def rule(code: str) -> Rule:
    """The rule of a code or a name.

    >>> rule("ISO101").name
    'vanishing-forward'
    """
    for one in ALL:
        if code in (one.code, one.name):
            return one
    raise _unknown(code)


def _unknown(code: str) -> errors.UnknownNameError:
    known = [name for one in ALL for name in (one.code, one.name)]
    return errors.UnknownNameError(
        f"there is no rule {code!r}",
        needed="a code such as ISO101, the beginning of one, or a rule's name",
        do=f"did you mean {nearest(code, known)[0]}? `isometry rules` lists all",
    )


def selected(
    select: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
    *,
    rules: tuple[Rule, ...] = RULES,
) -> tuple[Rule, ...]:
    """The rules of some codes.

    Args:
        select: Codes or beginnings of codes: ``"ISO2"``, ``"ISO301"``; all rules where empty.
        ignore: Those to leave out, likewise.
        rules: Of which rules; those of a start if not given.

    Returns:
        The rules, in the order of their codes.

    Raises:
        UnknownNameError: One of them begins no code of any rule.
        InputError: No rule is left.
    """
    for prefix in (*select, *ignore):
        if not any(one.code.startswith(prefix) for one in ALL):
            raise _unknown(prefix)
    left = tuple(
        one
        for one in rules
        if (not select or one.code.startswith(select)) and not one.code.startswith(ignore or ("-",))
    )
    if left:
        return left
    raise errors.InputError(
        f"no rule is left of select={select} and ignore={ignore}",
        needed="one or more",
        do="ignore fewer",
    )
