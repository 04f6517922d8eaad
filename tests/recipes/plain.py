"""A plain stack, described and never built."""

from dataclasses import replace

from isometry.parameters import Axes, Layer, Parameter, Standing, Surroundings

DENSE = Axes(outputs=(0,), inputs=(1,))
KERNEL = Axes(outputs=(0,), inputs=(1,), window=(2, 3))


def stack(
    activations: tuple[str, ...],
    *,
    width: int = 8,
    bias: bool = True,
    layer: Layer = "linear",
    groups: int = 1,
) -> tuple[Parameter, ...]:
    """Weights, and biases if wanted, with these activations between them."""
    arounds = _arounds(activations)
    weights = [
        replace(_weight(width, layer, groups), path=f"{one.level}.weight", surroundings=one)
        for one in arounds
    ]
    biases = [
        Parameter(f"{one.level}.bias", (width,), role="bias", layer=layer, surroundings=one)
        for one in arounds
    ]
    pairs = zip(weights, biases, strict=True)
    return tuple(one for pair in pairs for one in pair[: 1 + bias])


def _arounds(activations: tuple[str, ...]) -> list[Surroundings]:
    count = len(activations) + 1
    pairs = zip(("linear", *activations), (*activations, "output"), strict=True)
    return [
        Surroundings(
            sources=(feeds,),
            consumers=(after,),
            feeds=(feeds,),
            stack=1,
            level=level,
            levels=count,
        )
        for level, (feeds, after) in enumerate(pairs, 1)
    ]


def _weight(width: int, layer: Layer, groups: int) -> Parameter:
    kernel = layer != "linear"
    shape = (width, width // groups, 3, 3) if kernel else (width, width)
    axes = replace(KERNEL, groups=groups) if kernel else DENSE
    return Parameter("", shape, role="weight", layer=layer, axes=axes)


STANDINGS: tuple[Standing, Standing] = ("branch", "output")


def branch(place: int, depth: int, activation: str, feeds: str = "linear") -> tuple[Parameter, ...]:
    """Two weights with their biases, whose sum with the stream is one of ``depth``."""
    standings = zip((feeds, activation), STANDINGS, strict=True)
    first, last = (
        Surroundings(
            sources=("join",),
            consumers=("relu",),
            feeds=(feed,),
            residual=standing,
            place=place,
            depth=depth,
            stack=place,
            level=level,
            levels=2,
        )
        for level, (feed, standing) in enumerate(standings, 1)
    )
    return (*_pair(f"{place}.first", first), *_pair(f"{place}.last", last))


def _pair(path: str, around: Surroundings) -> tuple[Parameter, Parameter]:
    weight = replace(_weight(8, "linear", 1), path=f"{path}.weight", surroundings=around)
    bias = Parameter(f"{path}.bias", (8,), role="bias", layer="linear", surroundings=around)
    return weight, bias
