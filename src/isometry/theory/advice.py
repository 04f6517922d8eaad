"""What to do with each activation, and why: the recommendations as data.

*Plain* means a stack without normalisation and without skip connections. With normalisation, or
with scaled residual branches, the forward gain of any activation is fine.
"""

from dataclasses import dataclass

from isometry.theory.activations import GatedUnit
from isometry.theory.registry import ActivationLike, nonlinearity


@dataclass(frozen=True, slots=True)
class Advice:
    """A recommendation.

    Attributes:
        names: The families of activations, or the gated units, that it is for.
        recommended: What to do.
        avoid: What not to do; empty where nothing common is wrong.
        reason: Why, in one sentence.
        references: Keys of the bibliography.
    """

    names: tuple[str, ...]
    recommended: str
    avoid: str
    reason: str
    references: tuple[str, ...] = ()


def advice(spec: ActivationLike | GatedUnit) -> Advice | None:
    """The recommendation for an activation or gated unit; ``None`` for a user's own function.

    Args:
        spec: Name, record or function; also a gated unit.

    Returns:
        The one entry of ``ADVICE`` for it.

    Raises:
        UnknownNameError: Nothing of that name.

    >>> advice("relu6").avoid
    'signals of q above 4, where the upper bound bites'
    """
    unit = nonlinearity(spec)
    name = unit.name if isinstance(unit, GatedUnit) else unit.family
    return next((entry for entry in ADVICE if name in entry.names), None)


ADVICE: tuple[Advice, ...] = (
    Advice(
        ("linear",),
        "orthogonal weights of gain 1",
        "",
        "every q is critical at σ_w = 1, and orthogonal layers are an exact isometry at any depth",
        ("saxe2014",),
    ),
    Advice(
        ("relu",),
        "He (fan_in) up to about 30 layers; mirrored orthogonal weights in deeper plain stacks",
        "Xavier and torch's default: the signal halves (a sixth remains) in every layer",
        "√2 keeps signal and gradient at every q, but inputs still grow alike and the Jacobian's "
        "spectrum widens with depth; mirrored weights keep all singular values at 1",
        ("he2015", "burkholz2019"),
    ),
    Advice(
        ("leaky_relu", "prelu", "rrelu"),
        "He with gain √(2/(1+a²)); mirrored orthogonal weights in deep plain stacks",
        "Xavier and torch's default: the signal fades in every layer",
        "the gain keeps signal and gradient at every q; a larger slope keeps inputs apart longer",
        ("he2015", "zhang2022"),
    ),
    Advice(
        ("abs",),
        "gain 1",
        "He: the signal doubles in every layer",
        "|x| keeps every square, so σ_w = 1 is critical at every q",
    ),
    Advice(
        ("relu6",),
        "He (fan_in), and data-dependent scaling to hold q near 1",
        "signals of q above 4, where the upper bound bites",
        "below its bound it is a ReLU",
        ("he2015",),
    ),
    Advice(
        ("elu", "celu"),
        "the forward gain, or the critical pair at q = 1",
        "He: it is too large, and the signal grows until q settles well above 1",
        "with the forward gain q = 1 attracts and χ stays within a few percent of 1",
        ("schoenholz2017",),
    ),
    Advice(
        ("selu",),
        "LeCun normal (gain 1) up to about 50 layers; the critical pair beyond",
        "torch's gain 3/4: the signal shrinks",
        "mean 0 and variance 1 attract, but χ = 1.0716 lets gradients grow 32-fold in 100 layers",
        ("klambauer2017",),
    ),
    Advice(
        ("gelu", "gelu_tanh", "quick_gelu"),
        "deep plain stacks: mirrored orthogonal weights of gain 1, or the doubly critical point; "
        "otherwise the forward gain",
        "the forward gain in unnormalised stacks of more than 30 layers",
        "at q = 1 the forward gain's fixed point repels: an error grows by 14 % a layer",
        ("roberts2022", "burkholz2019"),
    ),
    Advice(
        ("silu",),
        "deep plain stacks: mirrored orthogonal weights of gain 1, or the doubly critical point; "
        "otherwise the forward gain",
        "the forward gain in unnormalised stacks of more than 30 layers",
        "at q = 1 the forward gain's fixed point repels: an error grows by 17 % a layer",
        ("roberts2022", "burkholz2019"),
    ),
    Advice(
        ("mish",),
        "deep plain stacks: the doubly critical point; otherwise the forward gain",
        "mirrored weights: Mish is not of the form that they make exactly linear",
        "at q = 1 the forward gain's fixed point repels: an error grows by 8 % a layer",
        ("roberts2022",),
    ),
    Advice(
        ("hardswish",),
        "deep plain stacks: mirrored orthogonal weights of gain 1, or the doubly critical point; "
        "otherwise the forward gain",
        "the forward gain in unnormalised stacks of more than 30 layers",
        "at q = 1 the forward gain's fixed point repels: an error grows by 22 % a layer",
        ("roberts2022", "burkholz2019"),
    ),
    Advice(
        ("softplus", "softplus_log2", "logsigmoid"),
        "cancel the mean with the bias and use the backward gain; or mirrored orthogonal weights "
        "of gain 1",
        "the forward gain of softplus: it keeps the size and loses the gradient (χ = 0.318)",
        "most of its output is a constant, which carries size and no signal",
    ),
    Advice(
        ("sigmoid",),
        "cancel the mean with the bias and use orthogonal weights of gain 4.0 to 4.8; or gain "
        "10.149 without cancelling",
        "Xavier (χ = 0.056), and Kumar beyond about 6 layers (χ = 0.354)",
        "its slope is at most 1/4 and its output mostly a constant, so usual gains lose the "
        "gradient in a few layers",
        ("kumar2017",),
    ),
    Advice(
        ("hardsigmoid",),
        "cancel the mean with the bias and use orthogonal weights of gain 6",
        "Xavier and Kumar, as for sigmoid",
        "its slope is 1/6 and its output mostly a constant",
        ("kumar2017",),
    ),
    Advice(
        ("tanh",),
        "gain 1.0 to 1.05 up to about 10 layers; deeper, orthogonal weights on the critical line "
        "at small q, such as gain 1.0247 with bias variance 2.01e-5",
        "gain 5/3 (χ = 1.21), and the forward gain in deep stacks (χ = 1.18)",
        "near 0 it is linear, so a small q gives near isometry: spread s over L layers wants "
        "q ≈ s/√(8L)",
        ("xiao2018", "pennington2017"),
    ),
    Advice(
        ("arctan", "erf"),
        "orthogonal weights on the critical line at small q",
        "the forward gain in deep stacks: gradients grow",
        "as for tanh; the line ends at σ_w = 1/φ'(0)",
        ("pennington2017",),
    ),
    Advice(
        ("lecun_tanh",),
        "LeCun (gain 1)",
        "",
        "±1 map to ±1, so targets and signals share their scale; at q = 1 the exact gain is 1.154",
        ("lecun1998",),
    ),
    Advice(
        ("hardtanh",),
        "orthogonal weights of gain 1 and a small signal, q near 0.05",
        "the forward gain 1.392: gradients grow (χ = 1.32)",
        "below its bound it is linear, and so an exact isometry",
        ("pennington2017",),
    ),
    Advice(
        ("softsign",),
        "orthogonal weights on the critical line at q from 0.05 to 0.3",
        "the forward gain in deep stacks: gradients grow (χ = 1.24)",
        "its kink in curvature at 0 makes small signals approach linearity only slowly",
        ("glorot2010",),
    ),
    Advice(
        ("sin",),
        "the SIREN rule for implicit representations; orthogonal weights on the critical line "
        "otherwise",
        "the forward gain with Gaussian weights in deep stacks",
        "under the SIREN rule signals keep their size and gradients grow slowly (χ = 1.135)",
        ("sitzmann2020",),
    ),
    Advice(
        ("relu_squared",),
        "a normalisation after it, and gain 0.8165 into the next layer",
        "unnormalised stacks",
        "squaring doubles every error of size per layer (χ_∥ = 2 at any gain)",
    ),
    Advice(
        ("tanhshrink", "softshrink"),
        "a normalisation before it",
        "unnormalised stacks",
        "small signals are cut to less than their share, so every error of size grows",
    ),
    Advice(
        ("dyt", "derf"),
        "keep its role of a normalisation: scale 1, α as given, branches over √L; its forward gain "
        "into the next layer where the size must be kept",
        "taking normalisation out without tuning again",
        "without the division by the size, gradients fall off as a stretched exponential in depth",
        ("zhu2025",),
    ),
    Advice(
        ("bilinear", "geglu", "geglu_tanh", "glu", "mishglu", "reglu", "swiglu"),
        "a normalisation before it, its forward gain in the projection after it, and residual "
        "branches over √(2L)",
        "unnormalised stacks",
        "a product of two signals doubles every error of size, and its gate adds more",
        ("shazeer2020",),
    ),
)
"""One entry a kind of activation; every registered family and gated unit has exactly one."""
