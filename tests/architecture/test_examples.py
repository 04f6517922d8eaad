from pathlib import Path

import pytest

import conftest


@pytest.mark.parametrize(
    ("path", "left_out"),
    [
        ("torch.py", True),
        ("frameworks/torch/init.py", True),
        ("frameworks/jax/initializers.py", False),
        ("frameworks/__init__.py", False),
        ("theory/moments.py", False),
        (".", False),
    ],
)
def test_examples_of_a_missing_framework_are_left_out(path: str, left_out: bool) -> None:
    installed = frozenset({"jax", "keras"})
    assert conftest.without_its_framework(conftest.SOURCE / path, installed=installed) is left_out


def test_files_outside_the_source_are_never_left_out(tmp_path: Path) -> None:
    assert not conftest.without_its_framework(tmp_path / "torch.py", installed=frozenset())
