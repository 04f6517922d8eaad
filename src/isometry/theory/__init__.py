"""What should happen: Gaussian moments, gains and mean-field theory of activation functions."""

from isometry.theory.activations import Activation, GatedUnit, Nonlinearity
from isometry.theory.advice import ADVICE, Advice, advice
from isometry.theory.criticality import CriticalPoint, critical, doubly_critical
from isometry.theory.depth_scales import DepthScales, Phase, depth_scales, phase
from isometry.theory.expectations import Moments, moments
from isometry.theory.explanations import Explanation, advised_point, explain
from isometry.theory.fates import Fate, Verdict, verdict
from isometry.theory.fixed_points import c_star, q_star
from isometry.theory.gains import CONVENTIONS, Convention, Gains, gain, gains, torch_gain
from isometry.theory.maps import c_map, c_slope, chi, chi_parallel, q_map
from isometry.theory.mirrors import mirror_slope
from isometry.theory.quadrature import gaussian_expectation
from isometry.theory.registry import (
    ALIASES,
    FAMILIES,
    ActivationLike,
    activation,
    gated_unit,
    nonlinearity,
)
from isometry.theory.softmax import SoftmaxMoments, softmax_moments
from isometry.theory.spectra import (
    Ensemble,
    JacobianSpectrum,
    WidthBand,
    jacobian_spectrum,
    width_band,
)
from isometry.theory.trajectories import Trajectory, residual_trajectory, trajectory

__all__ = [
    "ADVICE",
    "ALIASES",
    "CONVENTIONS",
    "FAMILIES",
    "Activation",
    "ActivationLike",
    "Advice",
    "Convention",
    "CriticalPoint",
    "DepthScales",
    "Ensemble",
    "Explanation",
    "Fate",
    "Gains",
    "GatedUnit",
    "JacobianSpectrum",
    "Moments",
    "Nonlinearity",
    "Phase",
    "SoftmaxMoments",
    "Trajectory",
    "Verdict",
    "WidthBand",
    "activation",
    "advice",
    "advised_point",
    "c_map",
    "c_slope",
    "c_star",
    "chi",
    "chi_parallel",
    "critical",
    "depth_scales",
    "doubly_critical",
    "explain",
    "gain",
    "gains",
    "gated_unit",
    "gaussian_expectation",
    "jacobian_spectrum",
    "mirror_slope",
    "moments",
    "nonlinearity",
    "phase",
    "q_map",
    "q_star",
    "residual_trajectory",
    "softmax_moments",
    "torch_gain",
    "trajectory",
    "verdict",
    "width_band",
]
