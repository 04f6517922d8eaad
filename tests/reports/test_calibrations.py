"""A calibration as a table: layers alike in one row, ranges, and what it cost."""

from isometry.calibrations import LSUV, Adjustment, Calibration
from isometry.reports import calibration_table, markdown

RECORD = Calibration(
    LSUV(),
    (
        Adjustment("e.weight", "kept", "it is an embedding"),
        *(
            Adjustment(f"h.{i}.weight", "scaled", "sized", (0.5 * i, i), before=2 / i, after=1.0)
            for i in (1, 2)
        ),
        Adjustment("h.0.bias", "shifted", "with it", (3.0, 3.0), (-0.5, 0.25), before=2.0),
    ),
    forwards=1,
    seconds=0.5,
    notes=("noted",),
)


def test_layers_alike_share_a_row() -> None:
    table = calibration_table(RECORD)
    assert table.rows == (
        ("e.weight", "", "", "", "", "kept", "it is an embedding"),
        ("h.{1..2}.weight", "0.5…2", "", "1…2", "1", "scaled ×2", "sized"),
        ("h.0.bias", "3", "-0.5…0.25", "2", "", "shifted", "with it"),
    )
    assert table.summary == ("3 of 4 parameters changed, 1 forward passes, 0.50 s", "noted")


def test_every_parameter_may_have_its_row() -> None:
    assert len(calibration_table(RECORD, every=True).rows) == 4
    assert markdown(calibration_table(RECORD, every=True)).count("| scaled |") == 2
