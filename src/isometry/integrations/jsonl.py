"""A file with one line of JSON for each capture."""

import json
from pathlib import Path

from isometry.measurements import Capture
from isometry.measurements.histories import cut_short


class JsonLines:
    """Appends each capture to a file, which is whole after each line.

    A last line that a kill cut short is removed before the first capture is appended, so that a
    resumed run can be read.

    Args:
        path: The file; made at the first capture where there is none.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._begun = False

    def capture(self, capture: Capture) -> None:
        """Append one line."""
        if not self._begun:
            self._end_at_a_line()
        self._begun = True
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(capture.to_json(), allow_nan=False) + "\n")

    def _end_at_a_line(self) -> None:
        held = self.path.read_bytes() if self.path.exists() else b""
        tail = held[held.rfind(b"\n") + 1 :]
        if not tail:
            return
        with self.path.open("r+b") as file:
            if cut_short(tail.decode(errors="replace")):
                file.truncate(len(held) - len(tail))
            else:
                file.seek(len(held))
                file.write(b"\n")  # somebody else's line is not ours to remove
