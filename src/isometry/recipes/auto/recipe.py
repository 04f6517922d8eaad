"""The recipe that derives a start for each region of a model from its dataflow."""

from collections.abc import Sequence

from isometry import errors
from isometry.parameters import Parameter
from isometry.recipes import fragments
from isometry.recipes.auto import blocks, edges, stacks
from isometry.recipes.decisions import Decision, rules
from isometry.recipes.levels import is_branch, levels
from isometry.recipes.rule import Recipe

SUMMARY = "Derived from the model's graph: signal and gradient kept through any depth."


def auto(parameters: Sequence[Parameter] = (), *, output_prior: Sequence[float] = ()) -> Recipe:
    """Derived from the model's graph: signal and gradient kept through any depth.

    Plain stacks are mirrored or shaped where they are deep and get classic gains where they are
    not; branches of residual streams start at 0 without a norm and share one variance with it;
    everything else gets the gain that what feeds it asks for. Only weights and biases are written.

    Args:
        parameters: The model's tensors, with what its graph shows around them.
        output_prior: Probability of each class, for the bias of the head; none where not given.

    Returns:
        The recipe; each rule's reason says what was seen.

    Raises:
        InputError: No graph of the model is known, or the prior does not fit.
    """
    _require_graph(parameters)
    decisions = [
        *edges.tables(parameters),
        *(edges.prior(parameters, output_prior) if output_prior else ()),
    ]
    for stack in levels(_left(parameters, decisions)):
        decisions += () if is_branch(stack) else stacks.decided(stack)
    decisions += blocks.decided(_left(parameters, decisions))
    return Recipe(
        name="auto",
        summary=SUMMARY,
        rules=(
            *rules(parameters, decisions),
            fragments.ORTHOGONAL_RECURRENCE,
            *fragments.others(parameters),
        ),
        references=("martens2021", "balduzzi2017", "saxe2014", "he2015"),
    )


def _left(parameters: Sequence[Parameter], decisions: Sequence[Decision]) -> list[Parameter]:
    taken = {one.parameter.path for one in decisions}
    return [one for one in parameters if one.path not in taken]


def _require_graph(parameters: Sequence[Parameter]) -> None:
    if parameters and all(one.surroundings is None for one in parameters):
        raise errors.InputError(
            "auto derives a start from the model's graph, which is not known",
            needed="the graph: one forward of the model",
            do="pass an example: iso.plan(model, example, recipe='auto')",
            path="recipe auto",
        )
