"""What happened: what the values of a model say, measured and never changed."""

from isometry.measurements.apparent import Apparent, Family
from isometry.measurements.precision import CastLoss, cast_losses, cast_losses_of_rms
from isometry.measurements.symmetry import Symmetry, equal_tensors, symmetry
from isometry.measurements.tensors import TensorMeasurement, measure_tensor

__all__ = [
    "Apparent",
    "CastLoss",
    "Family",
    "Symmetry",
    "TensorMeasurement",
    "cast_losses",
    "cast_losses_of_rms",
    "equal_tensors",
    "measure_tensor",
    "symmetry",
]
