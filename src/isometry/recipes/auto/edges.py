"""Where a signal enters and leaves: tables, and the bias that knows how often a class is."""

from collections.abc import Iterator, Sequence
from math import fsum, log, sqrt

import numpy as np

from isometry import errors, schemes
from isometry.parameters import Parameter
from isometry.recipes.decisions import Decision

SUMS_TO = 1e-6
"""How far probabilities may be from adding up to 1."""


def tables(parameters: Sequence[Parameter]) -> Iterator[Decision]:
    """Looked-up tables: tied ones as heads ask, others so that what they add up to has size 1."""
    found = [one for one in parameters if one.role == "table"]
    added = [one for one in found if not _is_tied(one) and _is_added(one)]
    for one in found:
        if _is_tied(one):
            scheme: schemes.Scheme = schemes.InverseWidth()
            reason = "Also the head: variance 1/features, so that logits start with variance 1."
        else:
            parts = max(1, len(added)) if one in added else 1
            scheme = schemes.Normal(std=1.0 / sqrt(parts))
            share = f" in the sum of {parts}" if parts > 1 else ""
            reason = f"A look-up sums nothing; each number has its part{share} of variance 1."
        yield Decision(one, schemes.Padded(scheme), reason)


def _is_tied(table: Parameter) -> bool:
    """Whether a signal is mapped by the table too, as by a head."""
    return table.surroundings is not None and bool(table.surroundings.feeds)


def _is_added(table: Parameter) -> bool:
    return table.surroundings is not None and "add" in table.surroundings.consumers


def prior(parameters: Sequence[Parameter], given: Sequence[float]) -> Iterator[Decision]:
    """The head's bias from how often each class is: ``log p``, so that no step is spent on it.

    Args:
        parameters: The model's tensors.
        given: Probability of each class; one number for a single logit, that of its class 1.

    Yields:
        The bias.

    Raises:
        InputError: They are no probabilities, or no bias of the model's output has that size.
    """
    _check_prior(given)
    heads = [one for one in parameters if one.role == "bias" and _makes_output(one)]
    fitting = [one for one in heads if one.size == len(given)]
    if len(fitting) != 1:
        sizes = ", ".join(f"{one.path} of {one.size}" for one in heads) or "none"
        raise errors.InputError(
            f"output_prior has {len(given)} classes, and biases of the output are: {sizes}",
            needed="one bias of the model's output with as many numbers",
            do="give one probability a class, or leave output_prior out",
        )
    logits = [log(p) for p in given] if len(given) > 1 else [log(given[0] / (1.0 - given[0]))]
    values = np.asarray(logits, dtype=np.float32).reshape(fitting[0].shape)
    yield Decision(
        fitting[0],
        schemes.Values.of(values),
        "The output starts at the classes' own frequencies: log p.",
    )


def _makes_output(bias: Parameter) -> bool:
    return bias.surroundings is not None and "output" in bias.surroundings.consumers


def _check_prior(given: Sequence[float]) -> None:
    total = fsum(given)
    inside = all(0.0 < p < 1.0 for p in given)
    if not (inside and (len(given) == 1 or abs(total - 1.0) <= SUMS_TO)):
        raise errors.InputError(
            f"output_prior is {tuple(given)!r:.80}",
            needed="probabilities between 0 and 1 that add up to 1, or a single one",
            do="give the share of each class in the training data",
        )
