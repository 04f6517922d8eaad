"""What a recipe asks of others: of the optimizer for each tensor, of the architecture as a whole.

No start can write these. They are data, to be read from a plan by whoever builds the optimizer or
the model.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from isometry import errors

Optimizer = Literal["adam", "sgd"]

OPTIMIZERS: tuple[str, ...] = get_args(Optimizer)


@dataclass(frozen=True, slots=True)
class Rates:
    """Factors on the optimizer's settings for one tensor.

    Attributes:
        adam: On the learning rate of Adam and its kin, whose updates do not scale with gradients.
        sgd: On the learning rate of gradient descent.
        decay: On decoupled weight decay.
        epsilon: On Adam's epsilon.

    Raises:
        InputError: A factor is not above 0.
    """

    adam: float = 1.0
    sgd: float = 1.0
    decay: float = 1.0
    epsilon: float = 1.0

    def __post_init__(self) -> None:
        smallest = min(self.adam, self.sgd, self.decay, self.epsilon)
        if not smallest > 0:
            raise errors.InputError(
                f"a factor is {smallest}", needed="factors above 0", do="correct it"
            )

    def learning(self, optimizer: Optimizer) -> float:
        """The factor on the learning rate of an optimizer.

        Args:
            optimizer: ``adam`` for all that normalise their updates, or ``sgd``.

        Returns:
            The factor.

        Raises:
            UnknownNameError: No optimizer of that name.
        """
        if optimizer not in OPTIMIZERS:
            raise errors.UnknownNameError(
                f"no optimizer is called {optimizer!r}",
                needed=f"one of {', '.join(OPTIMIZERS)}",
                do="take adam for AdamW, Lion and other optimizers that normalise their updates",
            )
        return self.adam if optimizer == "adam" else self.sgd


PLAIN = Rates()
"""The optimizer's own settings."""

What = Literal["adapter", "attention", "branch", "no-norm", "output", "stream"]
"""Where a factor goes: on the result of an adapter, on attention's logits, on branches before they
are added, on the model's output, on streams before a branch is added; ``no-norm`` asks that norms
be left out."""

DEMANDS: tuple[str, ...] = get_args(What)


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that the architecture itself has to do for a recipe to hold.

    Attributes:
        what: What it is.
        factor: By how much; 1 where that says nothing.
        reason: Why.
        paths: The weights that it concerns: those whose result is scaled, or, for a stream, those
            that end the branches which are added to it.
    """

    what: What
    factor: float
    reason: str
    paths: tuple[str, ...] = ()
