"""A news fragment is one line for users, in a file named after its kind."""

import re

NAME = re.compile(r"[a-z0-9][a-z0-9-]*\.(added|changed|fixed|removed|bits)\.md")


def bad_fragment(name: str, text: str) -> list[str]:
    """What is wrong with a fragment's name and text."""
    wrong_name = [] if NAME.fullmatch(name) else [f"{name} is not <slug>.<type>.md"]
    lines = text.strip().splitlines()
    wrong_text = [] if len(lines) == 1 else [f"{len(lines)} lines instead of one"]
    return wrong_name + wrong_text + ([] if text.strip().endswith(".") else ["no full stop"])
