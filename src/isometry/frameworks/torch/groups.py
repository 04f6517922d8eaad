"""A plan's factors on learning rates, as the parameter groups of a torch optimizer."""

from typing import Any

from torch import nn

from isometry import errors
from isometry.frameworks.torch import paths
from isometry.plans import Plan
from isometry.recipes import Optimizer, Rates


def parameter_groups(
    model: nn.Module,
    plan: Plan,
    *,
    lr: float,
    optimizer: Optimizer = "adam",
    weight_decay: float = 0.0,
    eps: float = 1e-8,
) -> list[dict[str, Any]]:
    """The trained parameters of a model in groups that a plan treats alike.

    Args:
        model: The model.
        plan: A plan for it.
        lr: The learning rate that a factor of 1 gets.
        optimizer: ``adam`` for all that normalise their updates, or ``sgd``.
        weight_decay: The weight decay that a factor of 1 gets.
        eps: The epsilon that a factor of 1 gets; left out for ``sgd``, which has none.

    Returns:
        Groups for ``torch.optim``, in the order in which the model first needs them.

    Raises:
        MismatchError: The plan does not know one of the parameters.
        UnknownNameError: No optimizer of that name.

    >>> from isometry.frameworks.torch import describe
    >>> from isometry.plans import decide
    >>> from isometry.recipes import recipe
    >>> net = nn.Sequential(nn.Linear(8, 2, bias=False))
    >>> plan = decide(describe(net), recipe("lecun"))
    >>> [group["lr"] for group in parameter_groups(net, plan, lr=0.1)]
    [0.1]
    """
    groups: dict[Rates, list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            groups.setdefault(_rates(plan, paths.normalise(name)), []).append(parameter)
    return [
        {
            "params": members,
            "lr": lr * rates.learning(optimizer),
            "weight_decay": weight_decay * rates.decay,
            **({"eps": eps * rates.epsilon} if optimizer == "adam" else {}),
        }
        for rates, members in groups.items()
    ]


def _rates(plan: Plan, path: str) -> Rates:
    if path not in plan:
        raise errors.MismatchError(
            "the plan has no such parameter",
            needed="the plan of this model",
            do="make a new plan from this model",
            path=path,
        )
    return plan[path].rates
