"""What happened: moments, correlations, gradients, spectra, and what each tensor looks like."""

from isometry.measurements.activations import Activated
from isometry.measurements.blocked import Unreached, Zeros
from isometry.measurements.broken import Broken
from isometry.measurements.courses import Course, Trend, trend
from isometry.measurements.layers import Layer
from isometry.measurements.measurement import Attention, Measurement, measure
from isometry.measurements.observed import Histogram, Loss, Observation, Step, Values
from isometry.measurements.spectrum import Spectrum

__all__ = [
    "Activated",
    "Attention",
    "Broken",
    "Course",
    "Histogram",
    "Layer",
    "Loss",
    "Measurement",
    "Observation",
    "Spectrum",
    "Step",
    "Trend",
    "Unreached",
    "Values",
    "Zeros",
    "measure",
    "trend",
]
