"""What happened: moments, correlations, gradients, spectra, and what each tensor looks like."""

from isometry.measurements.activations import Activated
from isometry.measurements.apparent import Apparent, Family
from isometry.measurements.blocked import Unreached, Zeros
from isometry.measurements.broken import Broken
from isometry.measurements.captures import Capture, LayerCapture, by_layer, capture_from_json
from isometry.measurements.courses import Course, Trend, trend
from isometry.measurements.histories import Recorded, history, is_history, recorded
from isometry.measurements.layers import Layer
from isometry.measurements.measurement import Attention, Measurement, measure
from isometry.measurements.observed import Histogram, Loss, Observation, Step, Values
from isometry.measurements.precision import CastLoss, cast_losses, cast_losses_of_rms
from isometry.measurements.spectrum import Spectrum
from isometry.measurements.summaries import metrics, summary
from isometry.measurements.symmetry import Digested, Symmetry, equal_tensors, symmetry
from isometry.measurements.tensors import TensorMeasurement, measure_tensor

__all__ = [
    "Activated",
    "Apparent",
    "Attention",
    "Broken",
    "Capture",
    "CastLoss",
    "Course",
    "Digested",
    "Family",
    "Histogram",
    "Layer",
    "LayerCapture",
    "Loss",
    "Measurement",
    "Observation",
    "Recorded",
    "Spectrum",
    "Step",
    "Symmetry",
    "TensorMeasurement",
    "Trend",
    "Unreached",
    "Values",
    "Zeros",
    "by_layer",
    "capture_from_json",
    "cast_losses",
    "cast_losses_of_rms",
    "equal_tensors",
    "history",
    "is_history",
    "measure",
    "measure_tensor",
    "metrics",
    "recorded",
    "summary",
    "symmetry",
    "trend",
]
