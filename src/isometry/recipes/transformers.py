"""Recipes of language models: one small std everywhere, residual outputs smaller with depth."""

import re
from collections import defaultdict
from collections.abc import Sequence
from math import sqrt

from isometry import errors, schemes
from isometry.parameters import Parameter
from isometry.recipes import fragments
from isometry.recipes.fragments import rule
from isometry.recipes.rule import Recipe, Rule, Selector
from isometry.schemes import Scheme

GPT2_STD = 0.02
"""Radford et al. 2018, section 4.1."""

OUTPUT_NAMES = (
    "c_proj",  # GPT-2
    "o_proj",  # Llama and its kin, attention
    "down_proj",  # Llama and its kin, feed-forward
    "out_proj",  # OPT, CLIP, torch's attention
    "fc2",  # OPT, CLIP
    "linear2",  # torch's transformer
    "wo",  # T5
    "w2",  # the original Llama
    "dense_4h_to_h",  # GPT-NeoX, Falcon, BLOOM
    "attention.dense",  # GPT-NeoX
    "self_attention.dense",  # Falcon, BLOOM
    "output.dense",  # BERT and its kin
)
"""Last layers of residual branches, as models call them."""

RESIDUAL_OUTPUTS = rf"(.*\.)?({'|'.join(map(re.escape, OUTPUT_NAMES))})\.weight"
"""Regular expression of the paths of weights that write into the residual stream."""


def gpt2(
    parameters: Sequence[Parameter] = (),
    *,
    layers: int | None = None,
    std: float = GPT2_STD,
    residual: str = RESIDUAL_OUTPUTS,
) -> Recipe:
    """GPT-2's rule: N(0, 0.02) everywhere, residual outputs divided by sqrt(2 · layers).

    Where the model's graph is known, it shows residual outputs and how many sums their stream has.
    Else both are read off the paths: of each stack the blocks are counted that hold a residual
    output, a block being a path up to its first number (``h.11`` of ``h.11.attn.c_proj.weight``),
    and the longest stack counts.

    Args:
        parameters: The model's tensors.
        layers: Number of blocks, each with two residual branches; counted where not given.
        std: Standard deviation of all other weights.
        residual: Regular expression of the paths of residual outputs, where the graph is not to
            say it.

    Returns:
        The recipe.

    Raises:
        InputError: ``layers`` is not given, and no path matches ``residual`` or the graph shows no
            residual sum.
    """
    seen = layers is None and residual == RESIDUAL_OUTPUTS and _graph_known(parameters)
    outputs = _seen_outputs if seen else _named_outputs
    return Recipe(
        name="gpt2",
        summary="GPT-2's rule: N(0, 0.02), residual outputs divided by sqrt(2 · layers).",
        rules=(
            *outputs(parameters, std, layers, residual),
            *_one_std(schemes.Normal(std=std), f"GPT-2's std, {std}, for all weights."),
        ),
        references=("radford2019",),
    )


def _graph_known(parameters: Sequence[Parameter]) -> bool:
    return any(one.surroundings is not None for one in parameters)


def _seen_outputs(parameters: Sequence[Parameter], std: float, *_: object) -> tuple[Rule, ...]:
    """One rule for each depth of stream that the graph shows."""
    depths: dict[int, list[str]] = defaultdict(list)
    for one in parameters:
        if one.surroundings is not None and OUTPUT.selects(one):
            depths[one.surroundings.depth].append(one.path)
    if not depths:
        raise errors.InputError(
            "the model's graph shows no residual sum",
            needed="residual outputs, to scale them by 1/sqrt(number of branches)",
            do='pass layers=12 and residual="a regular expression", or choose small-init',
            path="recipe gpt2",
        )
    return tuple(
        _output(Selector(role="residual-output", paths=frozenset(paths)), std, depth)
        for depth, paths in depths.items()
    )


OUTPUT = Selector(role="residual-output")


def _named_outputs(
    parameters: Sequence[Parameter], std: float, layers: int | None, residual: str
) -> tuple[Rule, ...]:
    """One rule for all residual outputs, known by their paths."""
    depth = _depth(parameters, residual) if layers is None else layers
    _check_depth(depth, residual)
    return (_output(Selector(regex=residual, roles=("weight",)), std, 2 * depth),)


def _output(select: Selector, std: float, branches: int) -> Rule:
    return Rule(
        select,
        schemes.Normal(std=std / sqrt(branches)),
        f"The outputs of {branches} branches add up; divided by "
        f"sqrt({branches}), their sum is as large as one.",
        may_yield=True,
    )


def small_init(parameters: Sequence[Parameter] = (), *, width: int | None = None) -> Recipe:
    """Small init: N(0, 2/(5 · width)) everywhere, so that deep transformers need no warm-up.

    Args:
        parameters: The model's tensors.
        width: Features of the residual stream; those of the first embedding where not given.

    Returns:
        The recipe.

    Raises:
        InputError: ``width`` is not given and the model has no embedding.
    """
    d = _width(parameters) if width is None else width
    reason = f"Small init: std sqrt(2/(5 · {d})), Glorot's for the feed-forward maps, everywhere."
    return Recipe(
        name="small-init",
        summary="N(0, 2/(5 · width)) everywhere, so that deep transformers need no warm-up.",
        rules=_one_std(schemes.Normal(std=sqrt(2 / (5 * d))), reason),
        references=("nguyen2019",),
    )


def _one_std(scheme: Scheme, reason: str) -> tuple[Rule, ...]:
    return (
        rule(("weight",), scheme, reason),
        fragments.table(scheme, reason),
        fragments.ZERO_BIAS,
        *fragments.NORMS,
        *fragments.STATISTICS,
    )


def _depth(parameters: Sequence[Parameter], residual: str) -> int:
    stacks: dict[str, set[str]] = defaultdict(set)
    for one in parameters:
        if re.fullmatch(residual, one.path):
            stack, number = _block(one.path)
            stacks[stack].add(number)
    return max(map(len, stacks.values()), default=0)


def _block(path: str) -> tuple[str, str]:
    """A path's stack, and its number in it: those before and at the first number.

    >>> _block("h.11.attn.c_proj.weight")
    ('h', '11')
    """
    segments = path.split(".")
    place = next((at for at, segment in enumerate(segments) if segment.isdecimal()), None)
    return ("", "") if place is None else (".".join(segments[:place]), segments[place])


def _check_depth(depth: int, residual: str) -> None:
    if depth < 1:
        raise errors.InputError(
            f"no path of the model matches {residual}, which residual outputs are known by",
            needed="the number of layers, to scale residual outputs by 1/sqrt(2 · layers)",
            do='pass layers=12 and residual="a regular expression", or choose small-init',
            path="recipe gpt2",
        )


def _width(parameters: Sequence[Parameter]) -> int:
    table = next((one for one in parameters if one.role == "table"), None)
    if table is None:
        raise errors.InputError(
            "the model has no embedding to read the width from",
            needed="the features of the residual stream",
            do="pass width=768",
            path="recipe small-init",
        )
    return table.shape[-1]
