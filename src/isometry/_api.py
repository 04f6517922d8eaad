"""The verbs: graph, plan, apply, initialize, materialize, fingerprint, calibrate, gain, explain ….

Each one finds the model's framework and hands over; nothing is decided here.
"""

from collections.abc import Collection, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from isometry import (
    calibrations,
    errors,
    frameworks,
    graphs,
    plans,
    recipes,
    theory,
    weights,
)
from isometry.parameters import Parameter

if TYPE_CHECKING:
    from isometry import findings

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
    found: graphs.Graph = _framework(model).graph(model, example)
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
    framework = _framework(model)
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
    ledger: weights.Ledger = _framework(model).apply(
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
    ledger: weights.Ledger = _framework(model).initialize_missing(
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
    ledger: weights.Ledger = _framework(model).materialize(
        model, plan, seed=seed, device=device, dtype=dtype, threads=threads
    )
    return ledger


def fingerprint(model: Any) -> str:
    """A hash of all values of a model that no sharding, order or device changes."""
    return str(_framework(model).fingerprint(model))


def diagnose(
    model: Any,
    batch: Any = None,
    loss: Any = None,
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> "findings.Diagnosis":
    """Measure signal and gradient on one batch, find what is wrong and why; change nothing.

    One forward and one backward run as in evaluation, but with batch norms measuring the batch.
    Weights, buffers, gradients, generators, modes and hooks are afterwards as they were, also when
    the model raises.

    Args:
        model: A model with values.
        batch: The forward's arguments: a tensor, a tuple of positional or a dictionary of named
            ones; made from what the model says of its inputs where it is not given.
        loss: A function from the model's output to one number, or targets: whole numbers for
            classes, others for a mean square; or ``"auto"`` for targets drawn by chance. Without
            it, the loss that the model returns itself, else independent noise at the outputs.
        select: Codes of rules, or beginnings of codes; all where empty.
        ignore: Codes of rules to leave out, likewise.

    Returns:
        What was measured and found; ``.ok``, ``.findings``, ``.mend()``.

    Raises:
        ModelError: The model has no values or fails on the batch.
        InputError: The batch is missing, the loss does not fit, a code is unknown.

    >>> from torch import nn
    >>> import isometry as iso
    >>> net = nn.Sequential(*[layer for _ in range(20) for layer in (nn.Linear(64, 64), nn.Tanh())])
    >>> _ = iso.initialize(net, recipe="xavier", seed=0)
    >>> iso.diagnose(net).verdict
    'Your init is fine: signal and gradient keep their size through all layers.'
    """
    from isometry import findings  # noqa: PLC0415 - a third of all modules, for this verb alone

    rules = findings.selected(tuple(select), tuple(ignore))
    return findings.diagnose(_framework(model).measure(model, batch, loss), rules)


def assert_well_initialized(
    model: Any,
    batch: Any = None,
    loss: Any = None,
    *,
    fail_on: "findings.FailOn" = "error",
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> "findings.Diagnosis":
    """Fail where a model is badly started, with the whole report as the message; for tests.

    Args:
        model: As in :func:`diagnose`, like the batch, the loss, ``select`` and ``ignore``.
        batch: The forward's arguments.
        loss: Where the gradient starts.
        fail_on: From which severity on a finding fails.
        select: Rules that look.
        ignore: Rules that do not.

    Returns:
        The diagnosis, where nothing is as bad as that.

    Raises:
        AssertionError: Something is, or the model stopped midway.
    """
    __tracebackhide__ = True  # pytest shows the line of the test, and the message
    found = diagnose(model, batch, loss, select=select, ignore=ignore)
    if found.fails(fail_on) or found.measurement.raised:
        from isometry import reports  # noqa: PLC0415 - loads rich

        raise AssertionError(f"{found.verdict}\n\n{reports.diagnosis_text(found)}")
    return found


def calibrate(
    model: Any,
    batch: Any = None,
    method: calibrations.MethodLike = "lsuv",
    *,
    loss: Any = None,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    **options: Any,
) -> calibrations.Calibration:
    """Improve a model's weights by what a batch shows; in place, and all or nothing.

    Nothing but weights and biases changes: buffers, modes, gradients, generators and hooks are
    afterwards as they were. Where the model or an argument fails, weights are as they were, too.

    Args:
        model: A model with values.
        batch: The forward's arguments: a tensor, a tuple of positional or a dictionary of named
            ones; made from what the model says of its inputs where it is not given.
        method: ``"lsuv"``, ``"krahenbuhl"``, ``"jacobian"``, ``"gradinit"``, ``"metainit"``, or a
            method of ``isometry.calibrations`` with its options.
        loss: As in :func:`diagnose`; ``gradinit`` and ``metainit`` need one.
        only: Globs of paths; everything else is kept.
        skip: Globs of paths to keep.
        **options: Options of the method, where it is given by name.

    Returns:
        What was done to each parameter, and what it cost.

    Raises:
        ModelError: The model has no values or fails on the batch.
        InputError: An option is unknown, or a loss is missing.

    >>> from torch import nn
    >>> import isometry as iso
    >>> net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))
    >>> record = iso.calibrate(net, mean=0.0, per="channel")
    >>> record.forwards, record["2.weight"].status, record["2.bias"].status
    (1, 'scaled', 'shifted')
    """
    chosen = calibrations.method(method, **options)
    record: calibrations.Calibration = _framework(model).calibrate(
        model, batch, chosen, loss=loss, only=only, skip=skip
    )
    return record


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


def _recorded(model: Any) -> plans.Plan:
    from isometry.frameworks.torch import native  # noqa: PLC0415 - loads torch

    return native.native(model)


def _framework(model: Any) -> ModuleType:
    match frameworks.framework_of(model):
        case "torch":
            from isometry.frameworks import torch  # noqa: PLC0415 - loads torch

            return torch
        case "keras":
            raise errors.InputError(
                "whole Keras models cannot be planned",
                needed="a torch model",
                do="use isometry.keras.initializers as kernel_initializer= of its layers",
            )
