"""The verbs of a start: graph, plan, apply, initialize, materialize, fingerprint."""

from collections.abc import Collection, Sequence
from typing import Any

from isometry import errors, graphs, plans, recipes, weights
from isometry._api.owner import owner
from isometry.parameters import Parameter

RecipeLike = recipes.RecipeLike
"""A recipe's name, a rules file, a recipe, or ``{regular expression: scheme}``."""

NATIVE = recipes.NATIVE


def graph(model: Any, example: Any = None) -> graphs.Graph:
    """What a model does with its weights: one forward, as a graph; needs no memory for weights.

    Args:
        model: A model, on any device or on meta, or the function that builds it; left as it is.
        example: The forward's arguments: a tensor, a tuple of positional or a dictionary of named
            ones. Models that describe their own inputs need none.

    Returns:
        The steps; ``isometry.graphs.read`` says what precedes and follows each weight.

    Raises:
        InputError: No example was given, and the model does not say what it takes.
        ModelError: The forward fails.
    """
    found: graphs.Graph = owner(model).graph(model, example)
    return found


def plan(
    model: Any,
    example: Any = None,
    *,
    recipe: RecipeLike = NATIVE,
    rules: Sequence[recipes.Rule] = (),
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
) -> plans.Plan:
    """Decide how every tensor of a model should be filled, and why; write nothing.

    Args:
        model: A model, on any device or on meta; or, for ``native``, the function that builds it.
        example: The forward's arguments as in :func:`graph`, or a graph. Where it is not given,
            recipes and rules that read the graph make one from what the model says of its inputs;
            where it says nothing, their reasons tell what they had to assume.
        recipe: ``"native"`` records what the model's own code does; any other name in
            ``isometry.recipes.names()``, a TOML or JSON file of rules, a recipe, or a mapping from
            regular expressions to schemes.
        rules: Rules that go before the recipe's.
        only: Globs of paths; everything else is kept.
        skip: Globs of paths to keep.

    Returns:
        One assignment for every parameter and buffer.

    Raises:
        PlanError: A rule or pattern matches nothing, a tensor has no rule, a scheme does not fit;
            all problems at once.
    """
    framework = owner(model)
    looks = recipes.reads_graph(recipe, rules)
    if isinstance(recipe, str) and recipe == NATIVE:
        recorded = _recorded(model)
        around = _surrounded(recorded.parameters, model, example, looks=looks)
        return plans.revise(plans.situated(recorded, around), rules=rules, only=only, skip=skip)
    parameters = _surrounded(framework.describe(model), model, example, looks=looks)
    chosen = recipes.before(rules, recipes.resolve(recipe, parameters))
    return plans.decide(parameters, chosen, only=only, skip=skip)


def _surrounded(
    parameters: Sequence[Parameter], model: Any, example: Any, *, looks: bool
) -> Sequence[Parameter]:
    """The tensors with what the graph shows around them, where it is asked for or given."""
    if isinstance(example, graphs.Graph):
        return graphs.surrounded(parameters, example)
    if example is not None:
        return graphs.surrounded(parameters, graph(model, example))
    if not looks:
        return parameters
    try:
        return graphs.surrounded(parameters, graph(model))
    except (errors.InputError, errors.ModelError):
        return parameters  # each reason that the graph would have given says that it is missing


def apply(
    plan: plans.Plan,
    model: Any,
    *,
    seed: int = 0,
    overwrite: bool = True,
    threads: int | None = None,
) -> weights.Ledger:
    """Write a plan into a model in place and return the proof.

    A value depends on ``seed``, path and index alone. Everything is checked before the first write.

    Args:
        plan: What to write.
        model: The model; its global shapes must be the plan's.
        seed: Which weights, 0 to 2**64 - 1.
        overwrite: Whether tensors that an earlier ``apply`` has written may be written again.
        threads: How many threads fill; the values do not depend on it.

    Returns:
        One entry for every tensor: what was stated, what was measured, what became of it.

    Raises:
        MismatchError: Plan and model disagree; nothing is written.
        ApplyError: Writing stopped midway; its ``written`` names what was written.
    """
    ledger: weights.Ledger = owner(model).apply(
        plan, model, seed=seed, overwrite=overwrite, threads=threads
    )
    return ledger


def initialize(  # noqa: PLR0913 - what plan takes, and the seed
    model: Any,
    example: Any = None,
    *,
    recipe: RecipeLike = NATIVE,
    rules: Sequence[recipes.Rule] = (),
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    seed: int = 0,
) -> weights.Ledger:
    """Plan and apply in one call; arguments as in :func:`plan` and :func:`apply`.

    >>> import isometry as iso
    >>> from torch import nn
    >>> net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))
    >>> ledger = iso.initialize(net, recipe="he", seed=0)
    >>> ledger["0.weight"].status, round(ledger["0.weight"].target_std, 6)
    ('written', 0.353553)
    >>> ledger["2.weight"].reason
    'Its input comes from relu: variance 2/fan_in.'
    """
    decided = plan(model, example, recipe=recipe, rules=rules, only=only, skip=skip)
    return apply(decided, model, seed=seed)


def initialize_missing(
    model: Any, loaded: Collection[str], *, recipe: RecipeLike = NATIVE, seed: int = 0
) -> weights.Ledger:
    """Fill what a partial checkpoint left out; what it brought is not touched.

    Args:
        model: The model after loading.
        loaded: Paths that the checkpoint filled, such as the keys of its state dict.
        recipe: As in :func:`plan`.
        seed: As in :func:`apply`.

    Returns:
        What was written, and what was kept because the checkpoint had brought it.
    """
    ledger: weights.Ledger = owner(model).initialize_missing(
        plan(model, recipe=recipe), model, loaded, seed=seed
    )
    return ledger


def materialize(
    model: Any,
    plan: plans.Plan,
    *,
    seed: int = 0,
    device: str = "cpu",
    dtype: str | None = None,
    threads: int | None = None,
) -> weights.Ledger:
    """Allocate a model's meta tensors and fill them, with no default initialization on the way.

    Args:
        model: A model built on the meta device; completed in place, or left as it was on failure.
        plan: What to write.
        seed: Which weights.
        device: Where the tensors go.
        dtype: Storage dtype of the floating parameters; the model's own where not given.
        threads: How many threads fill.

    Returns:
        What was written.
    """
    ledger: weights.Ledger = owner(model).materialize(
        model, plan, seed=seed, device=device, dtype=dtype, threads=threads
    )
    return ledger


def fingerprint(model: Any) -> str:
    """A hash of all values of a model that no sharding, order or device changes."""
    return str(owner(model).fingerprint(model))


def _recorded(model: Any) -> plans.Plan:
    from isometry.frameworks.torch import native  # noqa: PLC0415 - loads torch

    return native.native(model)
