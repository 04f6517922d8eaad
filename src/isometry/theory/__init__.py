"""What should happen: Gaussian moments, gains and mean-field theory of activation functions."""

from isometry.theory.activations import Activation, GatedUnit, Nonlinearity
from isometry.theory.advice import ADVICE, Advice, advice
from isometry.theory.criticality import CriticalPoint, critical, doubly_critical
from isometry.theory.curvatures import c_curvature
from isometry.theory.deep_shaping import dks
from isometry.theory.depth_scales import DepthScales, Phase, depth_scales, phase
from isometry.theory.expectations import Moments, moments
from isometry.theory.explanations import Explanation, advised_point, explain
from isometry.theory.fates import Fate, Verdict, verdict
from isometry.theory.fixed_points import c_star, q_star
from isometry.theory.gains import CONVENTIONS, Convention, Gains, gain, gains, torch_gain
from isometry.theory.leaky_tailoring import leaky_slope_for, tat_leaky
from isometry.theory.maps import c_map, c_slope, chi, chi_parallel, q_map
from isometry.theory.mirrors import mirror_slope
from isometry.theory.networks import (
    DKS_PEAK,
    TAT_PEAK,
    Chain,
    Layers,
    Network,
    Residual,
    curvature_for,
    slope_for,
)
from isometry.theory.quadrature import gaussian_expectation
from isometry.theory.registry import (
    ALIASES,
    FAMILIES,
    ActivationLike,
    activation,
    gated_unit,
    nonlinearity,
)
from isometry.theory.shapes import Condition, Shape
from isometry.theory.softmax import SoftmaxMoments, softmax_moments
from isometry.theory.spectra import (
    Ensemble,
    JacobianSpectrum,
    WidthBand,
    jacobian_spectrum,
    width_band,
)
from isometry.theory.steady import steady
from isometry.theory.tailoring import tat
from isometry.theory.trajectories import Trajectory, residual_trajectory, trajectory

__all__ = [
    "ADVICE",
    "ALIASES",
    "CONVENTIONS",
    "DKS_PEAK",
    "FAMILIES",
    "TAT_PEAK",
    "Activation",
    "ActivationLike",
    "Advice",
    "Chain",
    "Condition",
    "Convention",
    "CriticalPoint",
    "DepthScales",
    "Ensemble",
    "Explanation",
    "Fate",
    "Gains",
    "GatedUnit",
    "JacobianSpectrum",
    "Layers",
    "Moments",
    "Network",
    "Nonlinearity",
    "Phase",
    "Residual",
    "Shape",
    "SoftmaxMoments",
    "Trajectory",
    "Verdict",
    "WidthBand",
    "activation",
    "advice",
    "advised_point",
    "c_curvature",
    "c_map",
    "c_slope",
    "c_star",
    "chi",
    "chi_parallel",
    "critical",
    "curvature_for",
    "depth_scales",
    "dks",
    "doubly_critical",
    "explain",
    "gain",
    "gains",
    "gated_unit",
    "gaussian_expectation",
    "jacobian_spectrum",
    "leaky_slope_for",
    "mirror_slope",
    "moments",
    "nonlinearity",
    "phase",
    "q_map",
    "q_star",
    "residual_trajectory",
    "slope_for",
    "softmax_moments",
    "steady",
    "tat",
    "tat_leaky",
    "torch_gain",
    "trajectory",
    "verdict",
    "width_band",
]
