"""How numbers, schemes, findings and repeated paths read in every report."""

import re
from collections.abc import Iterable
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from isometry.findings import Finding
from isometry.schemes import Scheme


def number(value: float) -> str:
    """``value`` to four significant digits, without trailing noise.

    >>> number(0.020000001), number(1.0), number(123456.0), number(float("nan"))
    ('0.02', '1', '1.235e+05', 'nan')
    """
    return f"{value:.4g}"


def count(value: int) -> str:
    """A whole number with thousands apart.

    >>> count(124439808)
    '124,439,808'
    """
    return f"{value:,}"


def scheme_words(scheme: Scheme | None) -> str:
    """A scheme as its name and the numbers that differ from its defaults.

    >>> from isometry import schemes
    >>> scheme_words(schemes.Normal(std=0.02)), scheme_words(None)
    ('normal(std=0.02)', 'keep')
    """
    if scheme is None:
        return "keep"
    options = ", ".join(f"{key}={text}" for key, text in _options(scheme))
    return f"{scheme.name}({options})" if options else scheme.name


def _options(scheme: Any) -> list[tuple[str, str]]:
    changed = [(field.name, getattr(scheme, field.name), field) for field in fields(scheme)]
    return [
        (name, _value_words(value))
        for name, value, field in changed
        if field.default is MISSING or value != field.default
    ]


def _value_words(value: object) -> str:
    match value:
        case bool() | None:
            return str(value).lower()
        case int() | float():
            return number(value) if isinstance(value, float) else str(value)
        case Scheme():
            return scheme_words(value)
        case str():
            return value if len(value) <= 24 else f"{value[:21]}…"
        case tuple():
            words = [_value_words(item) for item in value[:4]] + ["…"] * (len(value) > 4)
            return f"[{', '.join(words)}]"
        case _ if is_dataclass(value):
            return type(value).__name__
        case _:
            return str(value)


def finding_words(one: Finding) -> str:
    """A finding as lines of plain text: where, what and why, what to do."""
    where = f"{one.where}: " if one.where else ""
    code = f"\n{one.mend.code}" if one.mend.code else ""
    return f"{where}{one.message}\nMend: {one.mend.words}{code}"


def shortened(text: str, width: int) -> str:
    """Its end, where all of it is too long: the last names of a path say most.

    >>> shortened("encoder.layers.11.fc1.weight", 16)
    '…s.11.fc1.weight'
    """
    return text if len(text) <= width else f"…{text[len(text) - width + 1 :]}"


def collapsed(path: str) -> str:
    """The path with every whole-number segment replaced, so that repeated layers read the same.

    >>> collapsed("h.11.attn.weight")
    'h.#.attn.weight'
    """
    return ".".join("#" if segment.isdecimal() else segment for segment in path.split("."))


def ranged(paths: Iterable[str]) -> str:
    """Paths that differ in whole-number segments only, as one.

    >>> ranged(["h.0.w", "h.1.w", "h.2.w"]), ranged(["h.0.w", "h.4.w"]), ranged(["w"])
    ('h.{0..2}.w', 'h.{0,4}.w', 'w')
    """
    columns = zip(*(path.split(".") for path in paths), strict=True)
    return ".".join(_segment(sorted(set(column), key=_as_number)) for column in columns)


def _as_number(segment: str) -> int:
    return int(segment) if segment.isdecimal() else -1


def _segment(values: list[str]) -> str:
    if len(values) == 1:
        return values[0]
    numbers = [int(value) for value in values]
    if numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{{{numbers[0]}..{numbers[-1]}}}"
    return f"{{{','.join(values)}}}" if len(values) <= 6 else f"{{{values[0]}…{values[-1]}}}"


def first_sentence(text: str) -> str:
    """The first sentence of a reason, for a narrow cell."""
    return re.split(r"(?<=[.;])\s", text, maxsplit=1)[0]
