"""Progress on stderr for work that takes more than a moment, only where somebody watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from isometry.plans import Plan


@contextmanager
def tensors_shown(plan: Plan, to: Console) -> Iterator[Callable[[str, int], None]]:
    """A bar over all values of a plan while the body runs; yields what to tell about each piece."""
    total = sum(one.parameter.size for one in plan if one.parameter.persistent)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=to, transient=True, disable=not to.is_terminal) as progress:
        task = progress.add_task("writing", total=total)

        def told(path: str, count: int) -> None:
            progress.update(task, advance=count, description=path)

        yield told


@contextmanager
def stage(doing: str, to: Console) -> Iterator[None]:
    """A word on what the body does while it runs."""
    if not to.is_terminal:
        yield
        return
    with to.status(doing):
        yield
