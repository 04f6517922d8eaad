"""Where the numbers of a monitor go: each sink takes a capture, or names, numbers and a step."""

from isometry.frameworks.sinks.jsonl import JsonLines
from isometry.measurements import history

__all__ = ["JsonLines", "history"]
