"""The plain-text account of an explanation, written to be read from top to bottom."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isometry.theory.depth_scales import DepthScales
    from isometry.theory.explanations import Explanation
    from isometry.theory.fates import Fate

WIDTH = 88


def account(it: Explanation) -> str:
    """Title, averages, gains, settling, fates, advice; paragraphs apart by empty lines."""
    parts = (_averages(it), _gains(it), _settling(it), _fates(it), _special(it), _advice(it))
    title = f"{it.name}: what it does to a signal"
    return "\n\n".join([f"{title}\n{'=' * len(title)}", *(part for part in parts if part)])


def _averages(it: Explanation) -> str:
    at = it.moments
    first = (
        f"For preactivations of mean 0 and variance 1, its output has mean {at.m1:.4f}, mean "
        f"square {at.m2:.4f} and variance {at.var:.4f}; its squared slope averages {at.d2:.4f}."
    )
    constant = (
        f" {at.correlation:.0%} of the mean square is a constant, the same for every input: it "
        "carries size but no signal."
    )
    return _wrapped(first + (constant if at.correlation > 0.05 else ""))


def _gains(it: Explanation) -> str:
    known = it.gains
    rows = [
        ("forward", known.forward, "keeps the size of the signal"),
        ("backward", known.backward, "keeps the size of the gradient (with fan_out)"),
        ("centred", known.centred, "forward, once the output's mean is cancelled"),
        ("post_activation", known.post_activation, "keeps the mean square after the activation"),
        ("critical", known.critical, _critical(it)),
        ("kumar", known.kumar, "first order around 0"),
        ("torch", known.torch, "what torch.nn.init.calculate_gain gives"),
    ]
    lines = [f"  {name:<16}{_number(value):>9}  {what}" for name, value, what in rows]
    return "\n".join(["Gains (a weight's std is gain / √fan):", *lines])


def _critical(it: Explanation) -> str:
    """What the critical gain at ``q = 1`` keeps; a bias variance within rounding of 0 is 0."""
    if it.gains.critical is None:
        return "keeps both; exists here only with the mean cancelled"
    bias_var = 1.0 - it.moments.m2 / it.moments.d2
    return f"keeps both, with bias variance {bias_var if bias_var > 1e-10 else 0.0:.4g}"


def _settling(it: Explanation) -> str:
    start = f"With weight variance {it.weight_var:.4f}/fan_in"
    start += f" and bias variance {it.bias_var:.4g}" if it.bias_var else ""
    if it.scales is None:
        return _wrapped(f"{start}: {_unsettled(it)}")
    return _wrapped(f"{start}: {_length(it.scales)} {_angles(it.scales)}")


def _unsettled(it: Explanation) -> str:
    repelling = it.weight_var * it.moments.dq
    if it.moments.d1 == 0.0 and repelling > 1.0:
        return (
            f"q = 1 is held but repels: each layer multiplies an error in q by {repelling:.2f}, so "
            "without normalisation the signal dies or blows up."
        )
    return "the size of the signal grows without bound."


def _length(scales: DepthScales) -> str:
    if scales.q_star == 0.0:
        return "the signal dies out."
    size = f"preactivations have a fixed point at variance q* = {scales.q_star:.4g}, which "
    if abs(scales.chi_parallel - 1.0) < 1e-9:
        return size + "neither attracts nor repels."
    if scales.chi_parallel < 1.0:
        return size + f"attracts: each layer leaves {scales.chi_parallel:.3f} of an error in q."
    return size + f"repels: each layer multiplies an error in q by {scales.chi_parallel:.3f}."


def _angles(scales: DepthScales) -> str:
    gradient = f"The gradient's mean square changes by χ = {scales.chi:.4f} a layer"
    if scales.phase == "critical":
        return gradient + ": the edge of chaos, where signals reach any depth."
    effect = "fades" if scales.phase == "ordered" else "grows"
    return (
        f"{gradient}, the {scales.phase} phase: the gradient {effect}, and any two inputs settle "
        f"at a correlation of {scales.c_star:.3f} over ξ_c = {scales.xi_c:.3g} layers, so they can "
        f"be told apart up to about {scales.trainable_depth:.0f} layers (6 ξ_c)."
    )


def _fates(it: Explanation) -> str:
    head = f"After {it.depth} plain layers (no normalisation, no skips, wide):"
    columns = f"  {'start':<28}{'σ_w':>8}{'σ_b²':>9}  {'signal':<20}gradient"
    return "\n".join([head, columns, *map(_fate, it.fates)])


def _fate(fate: Fate) -> str:
    signal = f"{_times(fate.signal)} {fate.signal_verdict}"
    gradient = f"{_times(fate.gradient)} {fate.gradient_verdict}"
    gain = math.sqrt(fate.weight_var)
    return f"  {fate.start:<28}{gain:>8.4f}{fate.bias_var:>9.3g}  {signal:<20}{gradient}"


def _special(it: Explanation) -> str:
    sentences = []
    if it.critical is not None and it.critical.cancel_mean:
        sentences.append(
            "Cancelling the mean: each bias is -E φ times the sum of its weights, plus noise of "
            "the variance σ_b² above."
        )
    if it.mirror_slope is not None:
        sentences.append(
            f"φ(u) - φ(-u) = {it.mirror_slope:g} · u exactly, so mirrored orthogonal weights "
            "[[W, -W], [-W, W]] make a stack of any depth start as an isometry."
        )
    return _wrapped(" ".join(sentences))


def _advice(it: Explanation) -> str:
    if it.advice is None:
        return ""
    avoid = f"Avoid: {it.advice.avoid}." if it.advice.avoid else ""
    lines = [f"Do: {it.advice.recommended}.", avoid, f"Because {it.advice.reason}."]
    return "\n".join(_wrapped(line) for line in lines if line)


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.6f}"


def _times(ratio: float) -> str:
    return f"×{ratio:.2g}"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, subsequent_indent="") if text else ""
