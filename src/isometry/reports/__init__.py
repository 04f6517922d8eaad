"""What is told: plans, ledgers and explanations as terminal tables, Markdown and JSON.

A report is a :class:`Table` of plain strings first; each format is one function over it, so every
format says the same.
"""

from isometry.reports.calibrations import calibration_table
from isometry.reports.charts import Axis, Curve, Panel, curves, panels, spark
from isometry.reports.dataflow import Line, outline
from isometry.reports.ledgers import ledger_table
from isometry.reports.markdown import markdown
from isometry.reports.pictures import graph_svg
from isometry.reports.plans import plan_table
from isometry.reports.table import Table
from isometry.reports.terminal import console, print_table
from isometry.reports.trees import print_tree
from isometry.reports.wording import number, scheme_words
from isometry.reports.written import written_table

__all__ = [
    "Axis",
    "Curve",
    "Line",
    "Panel",
    "Table",
    "calibration_table",
    "console",
    "curves",
    "graph_svg",
    "ledger_table",
    "markdown",
    "number",
    "outline",
    "panels",
    "plan_table",
    "print_table",
    "print_tree",
    "scheme_words",
    "spark",
    "written_table",
]
