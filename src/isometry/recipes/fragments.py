"""Rules that many recipes share, each written once.

None of them is required, because a recipe for all models has rules for layers that a given model
lacks. Their selectors do not overlap: a tensor whose rule were misspelt would be uncovered, not
silently taken by another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from isometry import schemes
from isometry.parameters import Layer, Parameter, Role
from isometry.recipes.demands import PLAIN, Rates
from isometry.recipes.rule import Rule, Selector
from isometry.schemes import Scheme

ZERO = schemes.Constant(0.0)
ONE = schemes.Constant(1.0)


def rule(
    roles: tuple[Role, ...], scheme: Scheme, reason: str, *, layers: tuple[Layer, ...] = ()
) -> Rule:
    """A rule by role, and by layer if given, that need not match."""
    return Rule(Selector(roles=roles, layers=layers), scheme, reason, required=False)


NORMS = (
    rule(("scale",), ONE, "A norm starts by passing on what it has normalised, so its scale is 1."),
    rule(("shift",), ZERO, "A norm starts without a shift of its own."),
)
"""Scale and shift of norms."""

STATISTICS = (
    rule(("mean",), ZERO, "Running mean before the first batch: 0."),
    rule(("variance",), ONE, "Running variance before the first batch: 1."),
    rule(("counter",), ZERO, "No batch has been counted yet."),
)
"""Running statistics of norms."""

ZERO_BIAS = rule(
    ("bias",), ZERO, "A bias of 0 shifts nothing; random weights already tell units apart."
)
"""Biases of all layers but recurrent ones."""

RECURRENT_BIASES = (
    rule(
        ("input-bias",),
        schemes.ForgetBias(),
        "Forget gates start open (bias 1), so that memory survives the first steps.",
        layers=("lstm",),
    ),
    rule(("input-bias",), ZERO, "Gates start undecided: bias 0.", layers=("gru", "rnn")),
    rule(
        ("recurrent-bias",),
        ZERO,
        "The second of two biases that are added: 0, so that the sum is the first one's.",
    ),
)
"""Biases of recurrent layers, where two vectors are added."""

ORTHOGONAL_RECURRENCE = rule(
    ("recurrent",),
    schemes.Orthogonal(),
    "A recurrent map is applied at every step; orthogonal gate by gate, it keeps lengths.",
)
"""The map from one step to the next."""


def slopes(parameters: Sequence[Parameter], default: float) -> tuple[Rule, ...]:
    """Learned negative slopes: what the layer was built with, where that is known, or a default."""

    def slope(parameter: Parameter) -> float | None:
        known = parameter.fact("slope")
        value = float(known) if isinstance(known, int | float) else default
        return value if parameter.role == "slope" else None

    return grouped(parameters, slope, schemes.Constant, "The slope that the layer was built with.")


def table(scheme: Scheme, reason: str, *, layers: tuple[Layer, ...] = ()) -> Rule:
    """Looked-up tables; the row of a padding index, which is never trained, stays 0."""
    return rule(("table",), schemes.Padded(scheme), reason, layers=layers)


UNIT_TABLE = table(
    schemes.InverseWidth(), "A look-up sums nothing; variance 1/features gives each row length 1."
)
"""Embeddings with rows of length 1."""

PRELU_SLOPE = 0.25
"""He et al. 2015, section 2.1."""


def weights(scheme: Scheme, reason: str) -> tuple[Rule, ...]:
    """All maps by one scheme, but for those from one step of a recurrence to the next."""
    return (
        rule(("weight",), scheme, reason),
        rule(("input",), scheme, f"{reason} Each gate has fans of its own."),
        ORTHOGONAL_RECURRENCE,
    )


def rest(parameters: Sequence[Parameter]) -> tuple[Rule, ...]:
    """All that is neither map nor table, as every recipe of published rules starts it."""
    return (
        *RECURRENT_BIASES,
        ZERO_BIAS,
        *slopes(parameters, PRELU_SLOPE),
        *NORMS,
        *STATISTICS,
    )


def others(parameters: Sequence[Parameter]) -> tuple[Rule, ...]:
    """All that is neither map nor table; buffers of no known meaning are kept."""
    return (*rest(parameters), FREE_BUFFERS)


FREE_BUFFERS = Rule(
    Selector(roles=("free",), kind="buffer"),
    None,
    "A buffer that no norm owns holds what the model computed itself, positions say: kept.",
    required=False,
)
"""Buffers such as rotary frequencies and numbers of positions."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is decided for one tensor by itself.

    Attributes:
        scheme: How it is filled.
        reason: Why.
        rates: What the optimizer is asked for.
    """

    scheme: Scheme
    reason: str
    rates: Rates = PLAIN


Choose = Callable[[Parameter], Choice | None]
"""From a tensor to what is decided for it, or ``None`` where other rules decide."""


def chosen(parameters: Sequence[Parameter], choose: Choose) -> tuple[Rule, ...]:
    """One rule for all tensors for which the same is decided.

    Args:
        parameters: The model's tensors.
        choose: From a tensor to what is decided, or ``None`` where other rules decide.

    Returns:
        The rules, in the order in which the model first needs them; each has work to do.
    """
    groups: dict[Choice, list[str]] = {}
    for one in parameters:
        found = choose(one)
        if found is not None:
            groups.setdefault(found, []).append(one.path)
    return tuple(
        Rule(
            Selector(paths=frozenset(paths)),
            found.scheme,
            found.reason,
            may_yield=True,
            rates=found.rates,
        )
        for found, paths in groups.items()
    )


def grouped(
    parameters: Sequence[Parameter],
    number: Callable[[Parameter], float | None],
    scheme: Callable[[float], Scheme],
    reason: str,
) -> tuple[Rule, ...]:
    """One rule for every number that some of a model's tensors share, such as the bound of a bias.

    Args:
        parameters: The model's tensors.
        number: From a tensor to its number, or ``None`` where the rule is not for it.
        scheme: From a number to the scheme.
        reason: Why.

    Returns:
        The rules, in the order in which their numbers first appear; none is required.
    """
    groups: dict[float, list[str]] = {}
    for one in parameters:
        found = number(one)
        if found is not None:
            groups.setdefault(found, []).append(one.path)
    return tuple(
        Rule(Selector(paths=frozenset(paths)), scheme(found), reason, required=False)
        for found, paths in groups.items()
    )
