"""``native``: the plan that a model's own code stands for."""

from collections.abc import Callable
from dataclasses import replace

from torch import nn

from isometry import errors, plans
from isometry.frameworks.torch.describe import describe, described
from isometry.frameworks.torch.native.assigning import Assigning
from isometry.frameworks.torch.native.generators import generators_kept
from isometry.frameworks.torch.native.parametrizations import weight
from isometry.frameworks.torch.native.recorder import recording
from isometry.frameworks.torch.native.sources import Source, builder
from isometry.frameworks.torch.native.tape import Tape

__all__ = ["native", "observed"]


def native(source: Source) -> plans.Plan:
    """The plan that a model's own construction and initialization stand for.

    The code runs once without memory for weights and without drawing a number; each tensor's last
    writes are traced back to a law, a constant or recorded values. The plan has independent draws
    for every tensor, also for layers that the code copies from one another.

    Args:
        source: What makes the model: a function without arguments, best of all; a transformers
            configuration or model, whose own class builds it again; or a built module, whose
            modules' own ``reset_parameters``, ``init_weights`` and the like run on an empty copy.
            A built module's buffers that none of these writes are kept.

    Returns:
        One assignment for every parameter and buffer, in the model's order.

    Raises:
        MismatchError: The model is not what its class and configuration build.
        ModelError: The model's code raised.
        UncoveredError: A tensor that the code leaves unwritten, or computes from draws in a way
            that has no law here; all of them are listed.

    >>> plan = native(lambda: nn.Linear(4, 2))
    >>> plan["weight"].scheme
    Uniform(low=-0.49999999999999994, high=0.49999999999999994)
    >>> plan["weight"].reason
    'Linear.reset_parameters calls kaiming_uniform_ = uniform_(from=-0.5, to=0.5)'
    """
    return observed(source)[1]


def observed(source: Source) -> tuple[nn.Module, plans.Plan]:
    """The model's structure on the meta device (what is small and computed: real), and its plan."""
    tape = Tape()
    build = builder(source)
    with generators_kept(), recording(tape):
        model = _built(build)
    found = described(model)  # it looks at some norms' outputs, which is nothing to record
    with recording(tape):
        logical = [weight(slot) for slot, _ in found]
    assigning = Assigning(tape)
    held = _held_buffers(source) if isinstance(source, nn.Module) else frozenset()
    outcomes = []
    for (_, parameter), tensor in zip(found, logical, strict=True):
        outcome = assigning.assignment(parameter, tensor)
        keeps = isinstance(outcome, str) and parameter.path in held
        kept = plans.Assignment(parameter, None, KEPT, "native")
        outcomes.append(kept if keeps else outcome)
    problems = [outcome for outcome in outcomes if isinstance(outcome, str)]
    if problems:
        raise _uncovered(problems, is_built=isinstance(source, nn.Module))
    plan = plans.Plan("native", tuple(o for o in outcomes if not isinstance(o, str)))
    return model, _described_as(plan, source) if isinstance(source, nn.Module) else plan


KEPT = "The model's constructor computed this buffer; it is not drawn anew."
"""Why a built module's buffer stays when none of its modules' own code writes it."""


def _held_buffers(model: nn.Module) -> frozenset[str]:
    """Paths of the buffers that hold values."""
    buffers = [(slot, one) for slot, one in described(model) if one.kind == "buffer"]
    return frozenset(one.path for slot, one in buffers if not slot.tensor.is_meta)


def _built(build: Callable[[], nn.Module]) -> nn.Module:
    try:
        return build()
    except errors.IsometryError:
        raise
    except Exception as cause:
        raise errors.ModelError(
            f"the model's own code raised {type(cause).__name__}: {cause}",
            needed="a model that can be built without memory for its weights",
            do="see the error above; if the code reads the values of random weights, "
            "give a recipe instead of native",
        ) from cause


def _described_as(plan: plans.Plan, model: nn.Module) -> plans.Plan:
    """The plan in the words of the model that it is for: its order, its dtypes, its ties."""
    parameters = describe(model)
    plan.require(parameters, dtypes=False)
    return replace(plan, assignments=tuple(replace(plan[p.path], parameter=p) for p in parameters))


def _uncovered(problems: list[str], *, is_built: bool) -> errors.UncoveredError:
    factory = "pass the function that builds the model, lambda: MyModel(...), which shows more"
    return errors.UncoveredError(
        f"{len(problems)} tensor{'s' * (len(problems) > 1)} without a law: {'; '.join(problems)}",
        needed="every parameter and buffer written by the model's own initialization",
        do=factory if is_built else "write it there, or use a recipe with a rule for it",
    )
