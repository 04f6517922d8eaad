"""What the forecast needs to know of constants: how masks see, indices repeat, tables vary."""

from collections.abc import Iterator, Mapping

import torch

from isometry.graphs.node import Attribute, Node

Fact = tuple[str, Attribute]

HIDDEN = -1e4
"""What is added to a logit, or put in its place, hides it from there on."""

CLASSES = 64
"""Different numbers of visible keys that are told apart; more are thinned out."""


def coincidences(index: torch.Tensor) -> Iterator[Fact]:
    """How often two indices are equal: at two positions of a sample, at one of two samples.

    The first axis holds samples where there are two at least; a lone axis holds positions.
    """
    flat = index.reshape(index.shape[0], -1) if index.dim() > 1 else index.reshape(1, -1)
    yield "across", _repeats(flat.T) if flat.shape[0] > 1 else 1.0
    yield "again", _repeats(flat)
    yield "first", int(index.min())
    yield "last", int(index.max())


def padding(index: torch.Tensor, row: Attribute) -> Iterator[Fact]:
    """Which share of the indices is that of padding."""
    if isinstance(row, int):
        yield "padding", float((index == row).double().mean())


def _repeats(rows: torch.Tensor) -> float:
    """Share of equal pairs within a row, 1 where rows have one entry."""
    length = rows.shape[1]
    if length < 2:
        return 1.0
    ordered = rows.long().sort(dim=1).values
    keys = ordered + torch.arange(len(rows))[:, None] * (int(ordered.max()) + 1)
    counts = torch.unique(keys, return_counts=True)[1].double()
    return float((counts * (counts - 1)).sum() / (len(rows) * length * (length - 1)))


def visible(node: Node, constants: Mapping[str, torch.Tensor]) -> torch.Tensor | None:
    """The keys that a mask leaves in sight, where the step applies one."""
    value, other = node.attribute("value"), node.attribute("other")
    match node.op:
        case "scaled_dot_product_attention":
            return _seen(constants.get("attn_mask"))
        case "masked_fill" if isinstance(value, float) and value <= HIDDEN:
            return _seen(~constants["mask"]) if "mask" in constants else None
        case "where" if (isinstance(other, float) and other <= HIDDEN) or _hides(constants):
            return _seen(constants.get("condition"))
        case "add" | "baddbmm":
            return next(
                (_seen(mask) for mask in constants.values() if _lowest(mask) <= HIDDEN), None
            )
        case _:
            return None


def _hides(constants: Mapping[str, torch.Tensor]) -> bool:
    return "other" in constants and _lowest(constants["other"]) <= HIDDEN


def _lowest(value: torch.Tensor) -> float:
    return float(value.min()) if value.numel() and value.is_floating_point() else 0.0


def _seen(mask: torch.Tensor | None) -> torch.Tensor | None:
    if mask is None or mask.dim() < 1:
        return None
    return mask if mask.dtype == torch.bool else mask > HIDDEN


def sight(mask: torch.Tensor) -> Iterator[Fact]:
    """How many keys the queries see, and ``E |A∩B| / |A||B|`` over two queries of a sample."""
    seen = mask.reshape(-1, *mask.shape[-2:]) if mask.dim() > 1 else mask[None, None]
    counts = seen.sum(-1)
    counts = torch.where(counts == 0, seen.shape[-1], counts)
    numbers, times = torch.unique(counts, return_counts=True)
    places = torch.linspace(0, len(numbers) - 1, min(len(numbers), CLASSES)).round().long()
    nearest = torch.bucketize(torch.arange(len(numbers)), places).clamp(max=len(places) - 1)
    shares = torch.zeros(len(places)).index_add(0, nearest, times / times.sum())
    yield "overlap", _overlap(seen.double(), counts.double())
    yield "shares", tuple(shares.tolist())
    yield "visible", tuple(numbers[places].tolist())


def _overlap(seen: torch.Tensor, counts: torch.Tensor) -> float:
    queries = seen.shape[1]
    if queries < 2:
        return float((1 / counts).mean())
    weights = seen / counts[..., None]
    all_pairs = weights.sum(1).square().sum(-1)
    own = weights.square().sum((-1, -2))
    return float(((all_pairs - own) / (queries * (queries - 1))).mean())


def levels(table: torch.Tensor) -> Iterator[Fact]:
    """Mean, mean square, and mean product of two rows: of a table of positions by channels.

    ``spread`` is the variance within a row. Entries that hide what they are added to do not count.
    """
    flat = table.detach().double().reshape(-1, table.shape[-1] if table.dim() else 1)
    counts = torch.isfinite(flat) & (flat > HIDDEN)
    flat = flat.where(counts, 0.0)
    seen = int(counts.sum())
    if not seen:
        return
    square = float(flat.square().sum()) / seen
    rows, columns = counts.sum(0).double(), counts.sum(1).double()
    pairs = float((rows * (rows - 1)).sum())
    products = float((flat.sum(0).square() - flat.square().sum(0)).sum())
    lines = columns.clamp(min=1)
    within = flat.square().sum(1) / lines - (flat.sum(1) / lines).square()
    yield "mean", float(flat.sum()) / seen
    yield "again", products / pairs if pairs else square
    yield "spread", float((within * columns).sum()) / seen
    yield "square", square
