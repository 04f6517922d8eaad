"""`import isometry` is quick, and loads nothing that the user did not ask for."""

import subprocess
import sys

FRAMEWORKS = "torch keras tensorflow jax flax equinox transformers numba"
SECONDS = 0.150

LOADED = """
import sys
import isometry
print(*sorted(set({names!r}.split()) & set(sys.modules)))
"""

# Processor time, not the clock's, so that a busy machine does not decide.
DURATION = """
import time
import numpy, scipy
start = time.process_time()
import {module}
print(time.process_time() - start)
"""


def output(program: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return ran.stdout.strip()


def seconds(module: str) -> float:
    return min(float(output(DURATION.format(module=module))) for _ in range(3))


def test_no_framework_is_loaded() -> None:
    assert output(LOADED.format(names=FRAMEWORKS)) == ""


def test_a_loaded_framework_would_be_seen() -> None:
    assert output("import numba\n" + LOADED.format(names=FRAMEWORKS)) == "numba"


def test_the_import_is_quick() -> None:
    assert seconds("isometry") < SECONDS


def test_a_slow_import_would_be_seen() -> None:
    assert seconds("scipy.stats, numba") > SECONDS
