"""What leaves the model: its first loss, and the size of its logits."""

import math
from collections.abc import Iterator

from isometry.findings import thresholds
from isometry.findings.finding import AUTO, Mend, Severity
from isometry.findings.rule import Remark, Rule
from isometry.findings.rules.units import graded
from isometry.measurements import Loss, Measurement

TARGETS = Mend(
    "Scale the targets to mean 0 and variance 1, or set the last bias to their mean.",
)


def _loss(measurement: Measurement) -> Iterator[Remark]:
    loss = measurement.loss
    if not loss.uninformed > 0 or not math.isfinite(loss.value):
        return
    classes = loss.kind != "mean-square"
    bad = _of_excess(measurement) if classes else graded(loss.value / loss.uninformed, *SQUARES)
    if bad:
        yield Remark(
            bad,
            _heads(measurement),
            _of_classes(loss) if classes else _of_squares(loss),
            (
                ("loss", loss.value),
                ("loss of a model that knows nothing", loss.uninformed),
                ("std of the logits", loss.logits),
            ),
            _mend(measurement) if classes else TARGETS,
        )


def _of_excess(measurement: Measurement) -> Severity | None:
    """By what the loss is above ``log classes``, less what so few samples may add by chance."""
    loss = measurement.loss
    spread = loss.logits if math.isfinite(loss.logits) else 0.0
    doubt = SIGMAS * spread / math.sqrt(max(measurement.batch, 1))
    return graded(loss.value - loss.uninformed - doubt, thresholds.LOSS, thresholds.LOSS_SEVERE)


SIGMAS = 3.0
"""Standard errors of a mean over samples that chance may add."""
SQUARES = (thresholds.SQUARE, thresholds.SQUARE_SEVERE)


def _of_classes(loss: Loss) -> str:
    return (
        f"The loss starts at {loss.value:.3g}; a model that knows nothing has log {loss.classes} = "
        f"{loss.uninformed:.3g}. It is sure of wrong answers, and the first steps only undo that."
    )


def _of_squares(loss: Loss) -> str:
    return (
        f"The loss starts at {loss.value:.3g}; a model that knows nothing has the targets' "
        f"variance of {loss.uninformed:.3g}: the output is much larger than the targets, or far "
        f"from their "
        "mean."
    )


def _logits(measurement: Measurement) -> Iterator[Remark]:
    std = measurement.loss.logits
    bad = graded(std, thresholds.LOGITS, thresholds.LOGITS_SEVERE)
    if bad:
        yield Remark(
            bad,
            _heads(measurement),
            f"The logits have a std of {std:.3g} over the classes: softmax gives one class almost "
            "everything before anything is learned.",
            (("std of the logits", std),),
            _mend(measurement),
        )


def _heads(measurement: Measurement) -> tuple[str, ...]:
    found = [one for one in measurement.layers if "output" in one.around.consumers]
    return tuple(dict.fromkeys(one.path for one in found))


def _mend(measurement: Measurement) -> Mend:
    """The last layer alone where what enters it is of usual size, else the whole model."""
    heads = [one for one in measurement.layers if "output" in one.around.consumers]
    if not heads or not all(one.entering < thresholds.ENTERING for one in heads):
        return AUTO
    paths = _heads(measurement)
    return Mend(
        "Give the last layer smaller weights; the others may stay.",
        f'isometry.initialize(model, batch, recipe="auto", only={list(paths)!r})',
        "auto",
        paths,
    )


LOSS = Rule(
    "ISO501",
    "initial-loss",
    "A first loss far above that of a model which knows nothing.",
    "Equal probabilities for C classes cost log C; the mean of the targets costs their variance. A "
    "start that is far above wastes its first steps on forgetting, and tells of logits or targets "
    "of the wrong size. It is judged for cross entropy and mean squares of given targets, and for "
    "the loss that a model with logits returns.",
    _loss,
)
LOGITS = Rule(
    "ISO502",
    "large-logits",
    "Logits that are large before anything is learned.",
    "Normal logits of std s add about s²/2 to the loss, and at s of 3 one of ten classes has most "
    "of the probability: gradients are then those of errors that nobody made. A table of "
    "embeddings of variance 1 that is tied to the head is the usual cause.",
    _logits,
)
