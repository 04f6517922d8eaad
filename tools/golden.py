"""Print the hashes of schemes that have none yet; with ``--write`` add them to the golden file.

    python tools/golden.py [--write]

A hash that is already there is never changed: if the bits of a released scheme differ, the tool
says so and stops, because other bits need another version.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Compare, then print or add what is missing."""
    sys.path.insert(0, str(ROOT))
    from tests.schemes import fingerprints, test_golden  # noqa: PLC0415 - needs the path above

    held = fingerprints.golden() if fingerprints.GOLDEN.exists() else {}
    now = {name: fingerprints.fingerprint(name) for name in test_golden.FROZEN}
    changed = [name for name in now if held.get(name, now[name]) != now[name]]
    if changed:
        sys.exit(f"the bits of {len(changed)} released cases changed: {', '.join(changed)}")
    new = {name: digest for name, digest in now.items() if name not in held}
    print(json.dumps(new, indent=1))
    if "--write" in sys.argv[1:]:
        part = fingerprints.GOLDEN.with_suffix(".part")
        part.write_text(json.dumps(held | new, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        part.replace(fingerprints.GOLDEN)
        print(f"{len(new)} added to {fingerprints.GOLDEN.relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    main()
