"""What is told: plans, ledgers, diagnoses as tables, Markdown, and what CI services read.

A report is a :class:`Table` of plain strings first; each format is one function over it, so every
format says the same.
"""

from isometry.reports.annotations import annotations
from isometry.reports.calibrations import calibration_table
from isometry.reports.charts import Axis, Curve, Panel, curves, panels, spark
from isometry.reports.comparisons import comparison
from isometry.reports.dataflow import Line, outline
from isometry.reports.diagnoses import diagnosis_text, print_diagnosis
from isometry.reports.junit import junit
from isometry.reports.ledgers import ledger_table
from isometry.reports.markdown import markdown
from isometry.reports.pages import page, run_page
from isometry.reports.pictures import graph_svg
from isometry.reports.plans import plan_table
from isometry.reports.rules import rule_words, rules_table
from isometry.reports.run_comparisons import run_comparison
from isometry.reports.sarif import sarif
from isometry.reports.summaries import diagnosis_markdown
from isometry.reports.table import Table
from isometry.reports.terminal import console, print_table
from isometry.reports.training_runs import print_run, run_markdown, run_text
from isometry.reports.trees import print_tree
from isometry.reports.wording import number, scheme_words
from isometry.reports.written import written_table

__all__ = [
    "Axis",
    "Curve",
    "Line",
    "Panel",
    "Table",
    "annotations",
    "calibration_table",
    "comparison",
    "console",
    "curves",
    "diagnosis_markdown",
    "diagnosis_text",
    "graph_svg",
    "junit",
    "ledger_table",
    "markdown",
    "number",
    "outline",
    "page",
    "panels",
    "plan_table",
    "print_diagnosis",
    "print_run",
    "print_table",
    "print_tree",
    "rule_words",
    "rules_table",
    "run_comparison",
    "run_markdown",
    "run_page",
    "run_text",
    "sarif",
    "scheme_words",
    "spark",
    "written_table",
]
