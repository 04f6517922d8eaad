"""The claims that an arena decides, each from its results alone."""

from collections.abc import Callable, Iterable
from functools import cache

from benchmarks.arena import slices
from benchmarks.arena.cells import ACTIVATIONS, OURS, STARTS, Cell
from benchmarks.arena.standings import Board, Standing, complete, rivals
from benchmarks.arena.verdicts import Case, Claim, figures, within, yes_no

SHALLOW_PART = 0.95
"""What a deep net must keep of the shallow net's accuracy."""
RANKED = "exact one-sided rank test of the seeds at each start's best rate, 5 %"

Decide = Callable[[Standing, list[Standing]], Case]


def claims(standings: Board) -> tuple[Claim, ...]:
    """Every claim with its cases.

    Args:
        standings: What was run; cells that are not complete count as not run.

    Returns:
        The claims in the order of the page.
    """
    whole = complete(standings)
    return (
        deep(whole),
        half(whole),
        shallow(whole),
        kernels(whole),
        deepest(whole),
        windows(whole, "widest"),
        windows(whole, "quickest"),
        transformers(whole),
    )


def _plain(depth: int, activations: Iterable[str] = ACTIVATIONS) -> list[Cell]:
    return [Cell("digits", "mlp", activation, depth, OURS) for activation in activations]


def _name(cell: Cell) -> str:
    return f"{cell.net} {cell.activation} {cell.depth}"


def _cases(standings: Board, cells: Iterable[Cell], decide: Decide) -> tuple[Case, ...]:
    """One case a net; a net of which one start was not run to its end says nothing yet."""
    return tuple(
        decide(standings[cell], rivals(standings, cell))
        if _contest(cell) <= standings.keys()
        else Case(_name(cell), "not run")
        for cell in cells
    )


def _contest(ours: Cell) -> set[Cell]:
    """All cells that a net is judged by."""
    return {cell for name in STARTS if (cell := ours.under(name)) in _played()}


@cache
def _played() -> frozenset[Cell]:
    return frozenset(slices.cells("claims"))


def _reached(ours: Standing, _others: list[Standing]) -> Case:
    return Case(_name(ours.cell), yes_no(ours.reaches), figures(ours))


def deep(standings: Board) -> Claim:
    """A hundred layers."""
    return Claim(
        "Plain MLPs on digits, 100 hidden layers: `auto` reaches 95 % test accuracy for every "
        "activation.",
        _cases(standings, _plain(100), _reached),
        needed=len(ACTIVATIONS),
        rule="the median seed reaches it at the best rate",
    )


def half(standings: Board) -> Claim:
    """Half the steps."""
    return Claim(
        "At 30 layers `auto` needs at most half the steps of the best rival, in 9 of 11 "
        "activations.",
        _cases(standings, _plain(30), _against(0.5)),
        needed=9,
        rule=RANKED,
    )


def shallow(standings: Board) -> Claim:
    """Nothing lost where nothing is to be won."""

    def decide(ours: Standing, others: list[Standing]) -> Case:
        case = _against(1.1)(ours, others)
        # The claim allows what is inside the noise.
        return Case(case.net, "yes", case.words) if case.answer == "not conclusive" else case

    return Claim(
        "At 3 layers `auto` is never more than 10 % slower than the best rival, or inside the "
        "noise.",
        _cases(standings, _plain(3), decide),
        needed=len(ACTIVATIONS),
        rule=f"not conclusively slower than 1.1 times the rival's steps; {RANKED}",
    )


def _against(factor: float) -> Decide:
    def decide(ours: Standing, others: list[Standing]) -> Case:
        words = f"{figures(ours)}; {figures(others[0])}"
        return Case(_name(ours.cell), within(ours, others[0], factor), words)

    return decide


def kernels(standings: Board) -> Claim:
    """A hundred convolutions."""

    def decide(ours: Standing, _others: list[Standing]) -> Case:
        three = Cell("digits", "cnn", ours.cell.activation, 3, OURS)
        if not _contest(three) <= standings.keys():
            return Case(_name(ours.cell), "not run")
        bar = max(standings[cell].best for cell in _contest(three))
        words = f"{ours.best:.1%} of {bar:.1%}"
        return Case(_name(ours.cell), yes_no(ours.best >= SHALLOW_PART * bar), words)

    cells = [Cell("digits", "cnn", name, 100, OURS) for name in slices.CONVOLUTIONAL]
    return Claim(
        "Plain CNNs of 100 layers train to 95 % of the shallow net's accuracy under `auto`.",
        _cases(standings, cells, decide),
        needed=len(cells),
        rule="median best accuracy against the best of any start at 3 layers; deep runs stop at "
        "95 % accuracy, shallow ones use their whole budget",
    )


def deepest(standings: Board) -> Claim:
    """A thousand layers."""
    cells = _plain(1000, slices.DEEPEST)
    return Claim(
        "A 1,000-layer tanh or relu net trains under `auto`.",
        _cases(standings, cells, _reached),
        needed=len(cells),
        rule="the median seed reaches 95 % test accuracy",
    )


def windows(standings: Board, which: str) -> Claim:
    """As many rates as a rival."""

    def decide(ours: Standing, others: list[Standing]) -> Case:
        training = [one for one in others if one.reaches]
        if which == "widest":
            training.sort(key=lambda one: -len(one.window))
        rival = training[0]
        words = f"{OURS}: {len(ours.window)}; {rival.cell.recipe}: {len(rival.window)}"
        return Case(_name(ours.cell), yes_no(len(ours.window) >= len(rival.window)), words)

    cells = [
        cell for cell in slices.cells("claims") if cell.recipe == OURS and _is_open(standings, cell)
    ]
    return Claim(
        f"`auto`'s window of learning rates is never narrower than that of the {which} rival that "
        f"trains at all.",
        _cases(standings, cells, decide),
        needed=len(cells),
        rule="rates of the grid, half a decade apart, at which the median seed reaches the target; "
        "each window counts for itself, with no test of its noise",
    )


def _is_open(standings: Board, ours: Cell) -> bool:
    """Whether some rival trains, or may yet."""
    others = rivals(standings, ours)
    whole = _contest(ours) <= {*standings, ours}
    return not whole or any(one.reaches for one in others)


def transformers(standings: Board) -> Claim:
    """No norm and no warm-up."""

    def decide(ours: Standing, others: list[Standing]) -> Case:
        default = _default(others)
        more = set(ours.window) - set(default.window)
        less = set(default.window) - set(ours.window)
        words = f"{_rates(ours)}; {_rates(default)}"
        return Case(_name(ours.cell), yes_no(bool(more) and not less), words)

    cells = [
        cell
        for cell in slices.cells("transformers")
        if cell.recipe == OURS and cell.net == "transformer" and _differs(standings, cell)
    ]
    return Claim(
        "Transformers without norm and warm-up train under `auto` where torch's default does not.",
        _cases(standings, cells, decide),
        needed=len(cells),
        rule="`auto` reaches the target at every rate at which torch's default does, and at one "
        "more at least; a net where both reach it at the same rates says nothing and is left out",
    )


def _differs(standings: Board, ours: Cell) -> bool:
    """Whether the default trains at other rates than we do, or at none, or may yet."""
    if not _contest(ours) <= standings.keys():
        return True
    default = _default(rivals(standings, ours))
    return not default.window or standings[ours].window != default.window


def _default(others: list[Standing]) -> Standing:
    return next(one for one in others if one.cell.recipe == "torch")


def _rates(one: Standing) -> str:
    return f"{one.cell.recipe}: {', '.join(f'{rate:g}' for rate in one.window) or 'at no rate'}"
