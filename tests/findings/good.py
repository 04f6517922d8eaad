"""Every start that trains well, with the warnings that are right all the same."""

from tests.findings import good_plain, good_transformers
from tests.findings.case import Case
from tests.zoo import ZOO

COPIED = (
    "torch copies one layer for the whole stack, so that its layers start equal: known since 2021 "
    "(pytorch#72253), harmless in training, and nobody's intention"
)
WHY: dict[str, tuple[tuple[str, ...], str]] = {
    "lenet": (
        ("ISO201", "ISO601"),
        "torch's default under tanh: the first layer's gradient is a fourteenth of the third's; it "
        "trains, more slowly",
    ),
    "squeeze-excitation": (
        ("ISO205",),
        "all four units of a squeeze are negative for both samples: that block is a constant",
    ),
    "encoder-norm-last": (("ISO405",), COPIED),
    "encoder-norm-first": (("ISO405",), COPIED),
    "transformer": (("ISO405",), COPIED),
    "vision-transformer": (("ISO405",), COPIED),
}
"""Warnings of models of the zoo, and why each is right."""

LEFT_OUT = ("siren",)
"""Models of the zoo that start badly: that one has torch's default under sines of frequency 30."""

OWN: tuple[Case, ...] = (
    *good_plain.PLAIN,
    *good_plain.IMAGES_NETS,
    *good_plain.SEQUENCES,
    *good_transformers.LANGUAGES,
    *good_transformers.OTHERS,
)
"""Models of true architecture at a reduced size."""

SMALL: tuple[Case, ...] = tuple(
    Case(
        f"zoo: {model.name}",
        model.build,
        model.example,
        says=WHY.get(model.name, ((), ""))[0],
        why=WHY.get(model.name, ((), ""))[1],
    )
    for model in ZOO
    if model.name not in LEFT_OUT
)
"""Models of every kind, two layers deep, in batches of two."""

GOOD: tuple[Case, ...] = (*OWN, *SMALL)
QUICK: tuple[Case, ...] = (
    *good_plain.PLAIN,
    *good_plain.IMAGES_NETS[:4],
    *good_plain.SEQUENCES,
    *good_transformers.LANGUAGES[:2],
)
"""Those that a test of seconds can hold."""
