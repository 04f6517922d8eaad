"""The residual streams of a model, as its tensors' surroundings tell of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from isometry import errors
from isometry.parameters import Parameter, Surroundings


@dataclass(frozen=True, slots=True)
class Stream:
    """One residual stream.

    Attributes:
        number: Which one, from 1.
        branches: How many branches are added to it.
        cross: Whether one of them is attention to another stream, as in a decoder.
        attends: Whether one of them is attention.
        normed: Whether every sum is normed.
        outputs: Paths of the weights that end its branches.
    """

    number: int
    branches: int
    cross: bool
    attends: bool
    normed: bool
    outputs: tuple[str, ...]

    @property
    def layers(self) -> float:
        """Layers of two branches each; of three where attention to another stream is one."""
        return self.branches / (3 if self.cross else 2)


def streams(parameters: Sequence[Parameter]) -> tuple[Stream, ...]:
    """All residual streams of a model, in order; none where its graph is not known."""
    members: dict[int, list[tuple[Parameter, Surroundings]]] = {}
    for one, around in placed(parameters):
        members.setdefault(around.stream, []).append((one, around))
    return tuple(
        Stream(
            number=number,
            branches=max(around.depth for _, around in inside),
            cross=any(around.cross for _, around in inside),
            attends=any("attention-output" in around.parts for _, around in inside),
            normed=all(around.normed == "after" for _, around in inside),
            outputs=tuple(one.path for one, around in inside if around.residual == "output"),
        )
        for number, inside in sorted(members.items())
    )


def placed(parameters: Sequence[Parameter]) -> Iterator[tuple[Parameter, Surroundings]]:
    """The weights inside residual branches, with their surroundings."""
    for one in parameters:
        around = one.surroundings
        if around is not None and around.stream and one.role == "weight":
            yield one, around


def required(
    parameters: Sequence[Parameter], recipe: str, *, attention: bool = False, normed: bool = False
) -> tuple[Stream, ...]:
    """The streams, of which a recipe needs one at least.

    Args:
        parameters: The model's tensors.
        recipe: Its name, for the message.
        attention: Whether one of the branches must be attention.
        normed: Whether every sum must be normed.

    Returns:
        The streams that have it.

    Raises:
        InputError: There is none.
    """
    found = streams(parameters)
    fit = tuple(one for one in found if (one.attends or not attention) and one.normed >= normed)
    if fit:
        return fit
    kind = "residual branches"
    kind += " with attention" if attention else ""
    kind += ", each sum followed by a norm" if normed else ""
    raise errors.InputError(
        _seen(parameters, found),
        needed=kind,
        do="pass an example of the forward's arguments, or choose another recipe",
        path=f"recipe {recipe}",
    )


def _seen(parameters: Sequence[Parameter], found: Sequence[Stream]) -> str:
    if found:
        attending = sum(one.attends for one in found)
        normed = sum(one.normed for one in found)
        return (
            f"of the model's {len(found)} residual streams {attending} have attention and "
            f"{normed} norm every sum"
        )
    if any(one.surroundings is not None for one in parameters):
        return "the model's graph shows no residual branch"
    return "the model's graph is not known"
