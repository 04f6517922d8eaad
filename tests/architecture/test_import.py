"""`import isometry` is quick, and loads nothing that the user did not ask for.

Measured alone, NumPy and SciPy take 60 ms of their thread and isometry adds 135, of 150 promised.
The clock of a test run says little, since its workers share the machine. So what is heavy is
forbidden by name, and the thread's time is compared with that of NumPy and SciPy in one process.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

FRAMEWORKS = "torch keras tensorflow jax flax equinox transformers"
# Each of these alone takes as long as half of isometry, or more.
HEAVY = "numba scipy.special scipy.linalg scipy.optimize scipy.stats click rich"
ROOM = 3.0

LOADED = """
import sys
import numpy, scipy
before = set(sys.modules)
import {module}
print(*sorted(set({names!r}.split()) & (set(sys.modules) - before)))
"""

SHARE = """
import time
start = time.thread_time()
import numpy, scipy
middle = time.thread_time()
import {module}
print((time.thread_time() - middle) / (middle - start))
"""


COMPILED = Path(tempfile.gettempdir()) / f"isometry-compiled-{os.getpid()}"
"""Where modules are kept compiled, as an installed package is; the first import compiles them."""


def output(program: str) -> str:
    kept = os.environ | {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(COMPILED)}
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=kept
    )
    return ran.stdout.strip()


def loaded(names: str, *, by: str) -> str:
    return output(LOADED.format(names=names, module=by))


def share(module: str) -> float:
    """The least of some measured times, in units of what NumPy and SciPy take."""
    return min(float(output(SHARE.format(module=module))) for _ in range(3))


def test_no_framework_is_loaded() -> None:
    assert loaded(FRAMEWORKS, by="isometry") == ""


def test_a_loaded_framework_would_be_seen() -> None:
    assert loaded(FRAMEWORKS, by="isometry.torch") == "torch"


def test_nothing_heavy_is_loaded() -> None:
    assert loaded(HEAVY, by="isometry") == ""


def test_the_plugin_of_pytest_loads_nothing_more() -> None:
    assert loaded(f"{FRAMEWORKS} {HEAVY}", by="isometry._pytest") == ""


def test_something_heavy_would_be_seen() -> None:
    assert loaded(HEAVY, by="scipy.special, numba") == "numba scipy.special"


def test_the_import_is_quick() -> None:
    assert share("isometry") < ROOM


def test_a_slow_import_would_be_seen() -> None:
    assert share("isometry, scipy.stats, numba") > ROOM
