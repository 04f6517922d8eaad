"""The verbs that need no model: gain, explain."""

from isometry import theory


def gain(
    activation: theory.ActivationLike, convention: theory.Convention = "forward", *, q: float = 1.0
) -> float:
    """The factor on the standard deviation that an activation asks of the layer after it.

    >>> round(gain("relu"), 6), round(gain("gelu"), 6), round(gain("gelu", "backward"), 6)
    (1.414214, 1.53353, 1.481114)
    """
    return theory.gain(activation, convention, q=q)


def explain(activation: theory.ActivationLike, *, depth: int = 50) -> theory.Explanation:
    """What an activation does to signal and gradient in a deep net, and which start fits it."""
    return theory.explain(activation, depth=depth)
