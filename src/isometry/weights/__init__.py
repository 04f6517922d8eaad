"""What is written: values of a plan, whole or in parts, the ledger, fingerprints, checkpoints."""

from isometry.weights.checkpoint import Options, Written, write_safetensors
from isometry.weights.entry import Entry, Status, kept, unmeasured, written
from isometry.weights.expectation import expected_fingerprint
from isometry.weights.files import refuse_existing, write_text
from isometry.weights.fingerprints import Fingerprint, fingerprint, tensor_sum
from isometry.weights.ledger import Ledger
from isometry.weights.placement import Part, Runs
from isometry.weights.realisation import values, write
from isometry.weights.saving import save_safetensors
from isometry.weights.streaming import stream

__all__ = [
    "Entry",
    "Fingerprint",
    "Ledger",
    "Options",
    "Part",
    "Runs",
    "Status",
    "Written",
    "expected_fingerprint",
    "fingerprint",
    "kept",
    "refuse_existing",
    "save_safetensors",
    "stream",
    "tensor_sum",
    "unmeasured",
    "values",
    "write",
    "write_safetensors",
    "write_text",
    "written",
]
