"""What is not written in this project."""

import re

# The patterns are put together so that this file does not hold what it forbids.
MACHINE_PATH = re.compile(r"(?<![\w.*{}<>])/" + r"(root|home|opt|work|Users)/\w")
TICKET = re.compile(r"\bissue" + r" #?\d+\b", re.IGNORECASE)
SILENCER = r"#\s*(noqa|type:\s*ignore|pragma:\s*no cover)"
RULE = r"(:\s*[A-Z0-9, ]+|\[[\w, -]+\])?"
WORD = re.compile(r"[a-z]{2,}")
IGNORE = re.compile(SILENCER + RULE + "(?P<rest>.*)")


def machine_paths(text: str) -> list[str]:
    """Lines that name a folder of one machine."""
    return _lines(text, MACHINE_PATH)


def tickets(text: str) -> list[str]:
    """Lines that speak of a ticket instead of the product."""
    return _lines(text, TICKET)


def bare_ignores(text: str) -> list[str]:
    """Lines that silence a check without a reason after it or in a comment right above."""
    lines = text.splitlines()
    found = ((number, IGNORE.search(line)) for number, line in enumerate(lines, 1))
    return [
        f"line {number}: {match.group(0)}"
        for number, match in found
        if match and not (WORD.search(match.group("rest")) or _comment(lines[: number - 1]))
    ]


def _comment(above: list[str]) -> bool:
    return bool(above) and above[-1].lstrip().startswith("# ")


def _lines(text: str, pattern: re.Pattern[str]) -> list[str]:
    lines = enumerate(text.splitlines(), 1)
    return [f"line {number}: {line.strip()}" for number, line in lines if pattern.search(line)]
