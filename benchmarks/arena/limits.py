"""What each cell is given: rates, seeds, steps. The start does not matter, so budgets are equal."""

from dataclasses import dataclass, replace

from benchmarks.arena.cells import Cell

ADAM = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2)
SGD = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1)


@dataclass(frozen=True, slots=True)
class Limits:
    """The budget of one run, and how many runs a cell has.

    Attributes:
        rates: Learning rates, half a decade apart.
        seeds: How many seeds at each rate.
        steps: Steps of a run, at most.
        every: Steps between two looks at the score.
        batch: Examples a step.
        target: The score to reach.
        floor: A run that is below it after ``patience`` steps is given up.
        patience: When a run is looked at for the first time.
        stops: Whether a run ends as soon as it reaches the target.
    """

    rates: tuple[float, ...] = ADAM
    seeds: int = 3
    steps: int = 300
    every: int = 5
    batch: int = 128
    target: float = 0.95
    floor: float = 0.2
    patience: int = 100
    stops: bool = True


def limits(cell: Cell) -> Limits:
    """The budget of a cell: that of its net, with what its depth, data and optimizer change.

    >>> limits(Cell("digits", "mlp", "relu", 3, "he")).every
    2
    """
    found = _by_net(cell)
    if cell.task == "cancer":
        # Two thirds of the patients have the same answer.
        found = replace(found, floor=0.7)
    if cell.optimizer == "sgd":
        found = replace(found, rates=SGD)
    return found


def _by_net(cell: Cell) -> Limits:
    match cell.net.partition("-")[0]:
        case "mlp":
            return _perceptron(cell.depth)
        case "cnn":
            return _convolutional(cell.depth)
        case "residual" | "rescnn":
            return Limits(rates=ADAM[1:], steps=200, batch=64)
        case "transformer":
            return Limits(rates=ADAM[:4], steps=400, every=10, batch=64, target=0.9)
        case "lstm" | "gru":
            return Limits(
                rates=(1e-3, 3e-3, 1e-2), steps=600, every=20, batch=64, target=0.8, patience=300
            )
        case "gan":
            return Limits(
                rates=ADAM[:4],
                steps=1500,
                every=50,
                batch=64,
                target=0.6,
                floor=-1e9,
            )
        case _:
            raise KeyError(cell.net)


def _perceptron(depth: int) -> Limits:
    if depth <= 3:
        return Limits(rates=ADAM[1:], every=2, seeds=5, steps=200)
    if depth >= 1000:
        return Limits(rates=(3e-5, 1e-4), steps=200)
    if depth >= 300:
        return Limits(rates=(3e-5, 1e-4, 3e-4), steps=200)
    if depth >= 100:
        return Limits(rates=ADAM[:4], steps=200)
    return Limits(rates=ADAM[1:], seeds=5, steps=200)


def _convolutional(depth: int) -> Limits:
    if depth <= 3:
        return Limits(rates=ADAM[2:4], steps=200, batch=64, stops=False)
    if depth >= 100:
        return Limits(rates=(3e-4, 1e-3), steps=120, batch=64, patience=40)
    return Limits(rates=ADAM[1:], steps=200, batch=64)


LAYER_COST = {
    "mlp": 1.0,
    "cnn": 12.0,
    "residual": 2.0,
    "rescnn": 24.0,
    "transformer": 8.0,
    "lstm": 100.0,
    "gru": 100.0,
    "gan": 4.0,
}
"""A step of one layer, in steps of a fully connected one: to tell the time that is left."""


def cost(cell: Cell) -> float:
    """What one run costs at most, in steps of one fully connected layer."""
    return LAYER_COST[cell.net.partition("-")[0]] * (cell.depth + 4) * limits(cell).steps
