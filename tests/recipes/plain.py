"""A plain stack, described and never built."""

from dataclasses import replace

from isometry.parameters import Axes, Layer, Parameter, Role, Standing, Surroundings

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
    count = len(activations) + 1
    found: list[Parameter] = []
    for level in range(1, count + 1):
        feeds = activations[level - 2] if level > 1 else "linear"
        after = activations[level - 1] if level < count else "output"
        around = Surroundings(
            sources=(feeds,),
            consumers=(after,),
            feeds=(feeds,),
            stack=1,
            level=level,
            levels=count,
        )
        kernel = layer != "linear"
        shape = (width, width // groups, 3, 3) if kernel else (width, width)
        axes = replace(KERNEL, groups=groups) if kernel else DENSE
        found.append(
            Parameter(
                f"{level}.weight",
                shape,
                role="weight",
                layer=layer,
                axes=axes,
                surroundings=around,
            )
        )
        if bias:
            found.append(
                Parameter(f"{level}.bias", (width,), role="bias", layer=layer, surroundings=around)
            )
    return tuple(found)


STANDINGS: tuple[Standing, Standing] = ("branch", "output")
KINDS: tuple[tuple[Role, tuple[int, ...]], ...] = (("weight", (8, 8)), ("bias", (8,)))


def branch(place: int, depth: int, activation: str, feeds: str = "linear") -> tuple[Parameter, ...]:
    """Two weights with their biases, whose sum with the stream is one of ``depth``."""
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
        for level, (feed, standing) in enumerate(
            zip((feeds, activation), STANDINGS, strict=True), 1
        )
    )
    return tuple(
        Parameter(
            f"{place}.{name}.{kind}",
            shape,
            role=kind,
            layer="linear",
            axes=DENSE if kind == "weight" else None,
            surroundings=around,
        )
        for name, around in (("first", first), ("last", last))
        for kind, shape in KINDS
    )
