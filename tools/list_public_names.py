"""Write the list of public names that ``tests/architecture/test_public_names.py`` holds us to.

Run it after a public name was added or removed on purpose, and read the difference:

    python tools/list_public_names.py && git diff tests/architecture/public_names.txt
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "tests" / "architecture" / "public_names.txt"


def main() -> None:
    """Import everything public and write its names, one a line."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    sys.path.insert(0, str(ROOT))
    from tests.architecture.rules import public_names  # noqa: PLC0415 - Keras reads its backend first

    names = public_names.surface()
    TARGET.write_text("\n".join(names) + "\n", encoding="utf-8")
    print(f"{len(names)} public names in {TARGET.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
