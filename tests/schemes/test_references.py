"""Every paper that a scheme names is in the bibliography."""

import re
from pathlib import Path

import pytest

from isometry import schemes

BIBLIOGRAPHY = Path(__file__).parents[2] / "docs" / "references.bib"
KEYS = set(re.findall(r"^@\w+\{([^,]+),", BIBLIOGRAPHY.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("name", schemes.names())
def test_references_can_be_cited(name: str) -> None:
    assert set(schemes.scheme_type(name).references) <= KEYS
