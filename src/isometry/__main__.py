"""``python -m isometry``: the command line."""

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    from isometry import _cli  # noqa: PLC0415 - click and rich only where they are used

    sys.exit(_cli.run(sys.argv[1:]))


if __name__ == "__main__":
    main()
