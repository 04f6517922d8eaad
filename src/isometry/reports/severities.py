"""Signs, words and colours of severities; a sign never stands without its word."""

from isometry.findings import Severity

SIGNS: dict[Severity, str] = {"error": "✖", "warning": "▲", "note": "●"}
FINE = "✔"

STYLES = {"✖": "bold red", "▲": "bold yellow", "●": "bold cyan", "✔": "bold green"}
"""How a terminal with colours shows what begins with a sign."""
