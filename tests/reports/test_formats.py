"""One table, every format."""

import io

from isometry import parameters, plans, schemes
from isometry.reports import console, markdown, plan_table, print_table
from isometry.reports.table import Column, Table

HOSTILE = Table(
    "t [red]x[/red]", (Column("a|b"), Column("n", "right")), (("<script>`x`|\n", "1"),), ("[/]",)
)


def test_plain_text_never_reads_names_as_markup() -> None:
    out = io.StringIO()
    print_table(HOSTILE, console(out))
    assert out.getvalue().splitlines()[0] == "t [red]x[/red]"
    assert "<script>`x`|" in out.getvalue()
    assert "\x1b" not in out.getvalue()


def test_markdown_escapes_hostile_names() -> None:
    assert markdown(HOSTILE).splitlines()[4] == r"| &lt;script>\`x\`\|  | 1 |"


def plan() -> plans.Plan:
    """Three layers alike, one of another shape, one kept."""
    axes = parameters.Axes(outputs=(0,), inputs=(1,))
    tensors = [
        parameters.Parameter(f"h.{i}.w", (4, 4), axes=axes, role="weight", layer="linear")
        for i in range(3)
    ]
    tensors.append(parameters.Parameter("out.w", (2, 4), axes=axes, role="weight", layer="linear"))
    chosen = [
        plans.Assignment(one, schemes.Normal(std=0.5), "because", "mine[0]") for one in tensors
    ]
    kept = plans.Assignment(parameters.Parameter("z", (2,)), None, "yours", "skip")
    return plans.Plan("mine", (*chosen, kept))


def test_a_plan_folds_layers_alike() -> None:
    table = plan_table(plan())
    assert [row[0] for row in table.rows] == ["h.{0..2}.w", "out.w", "z"]
    assert table.rows[0] == ("h.{0..2}.w", "4×4", "4/4", "normal(std=0.5)", "0.5", "because")
    assert table.rows[2] == ("z", "2", "", "keep", "", "yours")
    assert table.summary[0].startswith(
        "4 of 5 tensors (parameters) would be written, 56 values; 1 kept"
    )


def test_every_tensor_can_have_its_row() -> None:
    assert len(plan_table(plan(), every=True).rows) == 5
