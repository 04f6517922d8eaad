"""The pictures of a report page: plain numbers in, SVG with its table and its sentence out.

Every picture is a :class:`Figure` whose marks can be reached by keyboard and say their number. A
dark page adds :func:`rules`; nothing else is needed of it.
"""

from isometry.reports.figures.activations import Layer, activation_ridgeline
from isometry.reports.figures.courses import correlation_cobweb, length_cobweb
from isometry.reports.figures.depths import Course, depth_triptych
from isometry.reports.figures.figure import Figure
from isometry.reports.figures.idleness import unit_heatmap
from isometry.reports.figures.jacobians import jacobian_spectrum
from isometry.reports.figures.labs import activation_lab
from isometry.reports.figures.palette import rules
from isometry.reports.figures.phases import phase_diagram
from isometry.reports.figures.steps import loss_lines, slope_lines
from isometry.reports.figures.updates import update_lines

__all__ = [
    "Course",
    "Figure",
    "Layer",
    "activation_lab",
    "activation_ridgeline",
    "correlation_cobweb",
    "depth_triptych",
    "jacobian_spectrum",
    "length_cobweb",
    "loss_lines",
    "phase_diagram",
    "rules",
    "slope_lines",
    "unit_heatmap",
    "update_lines",
]
