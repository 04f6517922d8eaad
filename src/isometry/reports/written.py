"""What a checkpoint on disk holds, as a table."""

from isometry.reports.table import Column, Table
from isometry.reports.wording import count
from isometry.weights import Written


def written_table(written: Written) -> Table:
    """The files, whether an earlier run had finished them, and their totals."""
    rows = tuple(
        (str(path), "kept" if path in written.resumed else "written") for path in written.files
    )
    aliases = tuple(f"{alias} is another name of {path}" for alias, path in written.aliases.items())
    total = f"{written.tensors} tensors, {count(written.nbytes)} bytes in {written.seconds:.2f} s"
    return Table("checkpoint", (Column("file"), Column("status")), rows, (*aliases, total))
