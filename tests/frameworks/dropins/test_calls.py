"""A call that names no path gets one of its own, and blocks of calls repeat."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from isometry import errors
from isometry.frameworks import dropins


def test_every_call_of_the_process_gets_another_path() -> None:
    paths = [dropins.current().origin(None, None)[1] for _ in range(100)]
    assert len(set(paths)) == 100


def test_what_is_given_is_kept_and_uses_up_no_path() -> None:
    with dropins.calls(seed=3) as row:
        assert row.origin(9, "w") == (9, "w")
        assert row.origin(None, "w") == (3, "w")
        assert row.origin(9, None) == (9, "call/0")


def test_scopes_are_counted_apart() -> None:
    with dropins.calls() as row:
        drawn = [row.origin(None, None, scope=scope)[1] for scope in ("a", "b", "a", "")]
    assert drawn == ["a/call/0", "b/call/0", "a/call/1", "call/0"]


def test_blocks_nest_and_end() -> None:
    outside = dropins.current()
    with dropins.calls(seed=1) as first:
        first.path()
        with dropins.calls(seed=2) as second:
            assert dropins.current() is second
        assert dropins.current() is first
        assert first.path() == "call/1"
    assert dropins.current() is outside


def test_a_block_ends_with_an_exception_too() -> None:
    outside = dropins.current()
    with pytest.raises(KeyError), dropins.calls(seed=1):
        raise KeyError
    assert dropins.current() is outside


def test_threads_never_share_a_path() -> None:
    row = dropins.Calls()
    paths: list[str] = []

    def take() -> None:
        paths.extend([row.path() for _ in range(500)])

    with ThreadPoolExecutor(4) as crew:
        for turn in [crew.submit(take) for _ in range(4)]:
            turn.result()
    assert len(set(paths)) == 2000


def test_another_thread_is_outside_the_block() -> None:
    seen = []
    with dropins.calls(seed=1) as row:
        thread = threading.Thread(target=lambda: seen.append(dropins.current()))
        thread.start()
        thread.join()
    assert seen[0] is not row


@pytest.mark.parametrize("seed", [-1, 2**64, True, 1.0])
def test_what_is_no_seed_is_refused(seed: int) -> None:
    with pytest.raises(errors.InputError, match="seed is"):
        dropins.Calls(seed)
