"""A diagnosis read from its file, without the model."""

from isometry.findings import encoding
from isometry.findings.diagnosis import Diagnosis
from isometry.measurements.encoding import from_data

DERIVED = ("schema", "isometry", "ok", "verdict")
"""What a file says beside the diagnosis, for readers that know no rules."""


def from_json(source: str) -> Diagnosis:
    """The diagnosis that ``Diagnosis.to_json()`` wrote.

    Args:
        source: The text of a run file.

    Returns:
        An equal diagnosis.

    Raises:
        InputError: It is no such text; the message says where.
    """
    data = encoding.loaded(source)
    known = {key: value for key, value in data.items() if key not in DERIVED}
    return from_data(Diagnosis, known)
