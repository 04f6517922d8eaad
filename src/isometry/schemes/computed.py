"""Entries that are computed from draws by a small program, as some models do."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, prod, sqrt
from typing import Any, ClassVar

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from isometry import errors, rng
from isometry.parameters import Parameter
from isometry.schemes.constants import Constant
from isometry.schemes.distributions import Normal, TruncatedNormal, Uniform
from isometry.schemes.draws import Draw, Elementwise, Whole
from isometry.schemes.mixtures import of_values
from isometry.schemes.scheme import Moments, Scheme

Array = NDArray[float64]

OWN = (-1,)
"""The shape of a source that has one draw for every entry of the tensor."""

_NODES = 1 << 16
"""Quadrature nodes over all sources together."""


def _special(name: str) -> Callable[..., Any]:
    """A function of ``scipy.special``, which takes longer to load than all of this package."""

    def function(*operands: Any) -> Any:
        from scipy import special  # noqa: PLC0415 - loaded by the few programs that need it

        return getattr(special, name)(*operands)

    return function


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": np.abs,
    "acos": np.arccos,
    "add": np.add,
    "asin": np.arcsin,
    "atan": np.arctan,
    "atan2": np.arctan2,
    "ceil": np.ceil,
    "clip": np.clip,
    "cos": np.cos,
    "div": np.divide,
    "eq": np.equal,
    "erf": _special("erf"),
    "erfc": _special("erfc"),
    "erfinv": _special("erfinv"),
    "exp": np.exp,
    "exp2": np.exp2,
    "expm1": np.expm1,
    "floor": np.floor,
    "ge": np.greater_equal,
    "gt": np.greater,
    "le": np.less_equal,
    "log": np.log,
    "log10": np.log10,
    "log1p": np.log1p,
    "log2": np.log2,
    "logit": _special("logit"),
    "lt": np.less,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "mul": np.multiply,
    "ne": np.not_equal,
    "neg": np.negative,
    "pow": np.power,
    "reciprocal": np.reciprocal,
    "remainder": np.remainder,
    "round": np.round,
    "rsqrt": lambda x: 1.0 / np.sqrt(x),
    "sigmoid": _special("expit"),
    "sign": np.sign,
    "sin": np.sin,
    "sqrt": np.sqrt,
    "square": np.square,
    "sub": np.subtract,
    "tan": np.tan,
    "tanh": np.tanh,
    "trunc": np.trunc,
    "where": np.where,
}
_REDUCTIONS: dict[str, Callable[..., Any]] = {
    "max": np.max,
    "mean": np.mean,
    "min": np.min,
    "sum": np.sum,
}

Step = tuple[str | float, ...]
"""The name of a function, then its operands: ``"$k"`` is value ``k``, a number is itself."""


@dataclass(frozen=True, slots=True)
class Computed(Scheme):
    """Entries are the last value of a program whose first values are draws.

    Values ``$0``, ``$1``, … are the sources in order, then the results of the steps. A reduction
    (``sum``, ``mean``, ``max``, ``min``) takes a value, 1 or 0 for keeping its axes, and the axes;
    no axes are all. The last value is broadcast to the tensor. Arithmetic is float64, rounded once;
    with functions other than the four operations and the square root it is equal on all machines
    to rounding, not bit for bit.

    Source ``k`` takes words of its own, after those of the sources before it.

    Attributes:
        sources: The law of each draw, or recorded values.
        shapes: How many entries each source has, and in which arrangement; ``(-1,)`` is the
            tensor's own shape.
        program: The steps.

    Raises:
        InputError: The program uses a function or a value that it does not have.

    A log-uniform step size, as state-space models start with:

    >>> step = Computed((Uniform(-3.0, -1.0),), ((-1,),), (("exp", "$0"),))
    >>> step.formula
    'exp(uniform(-3.0, -1.0))'
    >>> round(step.moments(Parameter("dt", (8,))).mean, 6)  # (e^-1 - e^-3) / 2
    0.159046
    """

    name: ClassVar[str] = "computed"

    sources: tuple[Scheme, ...]
    shapes: tuple[tuple[int, ...], ...]
    program: tuple[Step, ...]

    def __post_init__(self) -> None:
        if len(self.sources) != len(self.shapes):
            raise errors.InputError(
                f"{len(self.sources)} sources have {len(self.shapes)} shapes",
                needed="one shape a source",
                do="give (-1,) for the tensor's own shape",
            )
        for place, (function, *operands) in enumerate(self.program):
            _check(str(function), operands, known=len(self.sources) + place)

    @property
    def formula(self) -> str:
        """The program as one expression."""
        texts = [_source_text(source) for source in self.sources]
        for function, *operands in self.program:
            listed = (texts[_place(o)] if isinstance(o, str) else repr(o) for o in operands)
            texts.append(f"{function}({', '.join(listed)})")
        return texts[-1]

    def draw(self, parameter: Parameter) -> Draw:
        """All entries together."""
        for source, shape in zip(self.sources, self._sizes(parameter), strict=True):
            source.draw(_stand_in(shape))
        return Whole(lambda key: self._values(key, parameter))

    def moments(self, parameter: Parameter) -> Moments:
        """By quadrature over the sources' quantiles; of fixed samples where entries mix."""
        if self._is_elementwise:
            return of_values(self._run(_grid(self.sources)))
        copies = max(1, _NODES // max(parameter.size, 1))
        keys = [rng.derive_key(0, "moments", member=copy) for copy in range(min(copies, 64))]
        return of_values(np.stack([self._values(key, parameter) for key in keys]))

    @property
    def _is_elementwise(self) -> bool:
        own = all(shape == OWN for shape in self.shapes)
        mixing = any(step[0] in _REDUCTIONS for step in self.program)
        laws = all(isinstance(s, Uniform | Normal | TruncatedNormal) for s in self.sources)
        return own and laws and not mixing

    def _sizes(self, parameter: Parameter) -> list[tuple[int, ...]]:
        return [parameter.shape if shape == OWN else shape for shape in self.shapes]

    def _values(self, key: rng.Key, parameter: Parameter) -> Array:
        values: list[Array] = []
        start = 0
        for source, shape in zip(self.sources, self._sizes(parameter), strict=True):
            values.append(_drawn(source, shape, key, start))
            start += prod(shape)
        result = np.broadcast_to(self._run(values), parameter.shape).astype(float64)
        if not np.isfinite(result).all():
            raise errors.InputError(
                f"{self.formula} gave a value that is not finite",
                needed="finite values",
                do="check the program at the ends of its sources' ranges",
                path=parameter.path,
            )
        return result

    def _run(self, values: list[Array]) -> Array:
        results = list(values)
        for function, *operands in self.program:
            listed = [results[_place(o)] if isinstance(o, str) else o for o in operands]
            results.append(np.asarray(_applied(str(function), listed)))
        return results[-1]


def _applied(function: str, operands: list[Any]) -> Any:
    if function not in _REDUCTIONS:
        return _FUNCTIONS[function](*operands)
    value, keep, *axes = operands
    axis = tuple(int(a) for a in axes) or None
    return _REDUCTIONS[function](value, axis=axis, keepdims=bool(keep))


def _drawn(source: Scheme, shape: tuple[int, ...], key: rng.Key, start: int) -> Array:
    draw = source.draw(_stand_in(shape))
    if isinstance(draw, Elementwise):
        drawn = rng.draw(key, draw.law, start, prod(shape))
        return drawn.astype(float64).reshape(shape)
    if isinstance(draw, Whole):
        return np.asarray(draw.compute(key), dtype=float64).reshape(shape)
    raise errors.InputError(
        f"source {source.name} is drawn in pieces", needed="one law", do="use one source a piece"
    )


def _grid(sources: tuple[Scheme, ...]) -> list[Array]:
    """Equally likely nodes: midpoints of one source's quantiles, a Kronecker lattice of several."""
    places = np.arange(_NODES) + 0.5
    steps = [1.0 / _NODES] + [sqrt(prime) % 1.0 for prime in (2, 3, 5, 7, 11, 13, 17, 19)]
    nodes = [np.asarray((places * step) % 1.0, float64) for step in steps]
    return [_quantiles(source, p) for source, p in zip(sources, nodes, strict=False)]


def _quantiles(source: Scheme, p: Array) -> Array:
    if isinstance(source, Uniform):
        return source.low + (source.high - source.low) * p
    assert isinstance(source, Normal | TruncatedNormal)
    low, high = 0.0, 1.0
    if isinstance(source, TruncatedNormal):
        bounds = ((bound - source.mean) / source.std for bound in (source.low, source.high))
        low, high = (float(_special("ndtr")(bound)) for bound in bounds)
    quantiles: Array = source.mean + source.std * _special("ndtri")(low + (high - low) * p)
    return quantiles


def _source_text(source: Scheme) -> str:
    match source:
        case Constant(value):
            return repr(value)
        case Uniform(low, high):
            return f"uniform({low!r}, {high!r})"
        case Normal(mean, std):
            return f"normal({mean!r}, {std!r})"
        case TruncatedNormal(mean, std, low, high):
            return f"truncated_normal({mean!r}, {std!r}, {low!r}, {high!r})"
    return source.name


def _stand_in(shape: tuple[int, ...]) -> Parameter:
    return Parameter("source", shape)


def _place(operand: str) -> int:
    return int(operand.removeprefix("$"))


def _check(function: str, operands: list[str | float], *, known: int) -> None:
    if function not in _FUNCTIONS and function not in _REDUCTIONS:
        raise errors.InputError(
            f"the program uses {function!r}",
            needed=f"one of {', '.join(sorted((*_FUNCTIONS, *_REDUCTIONS)))}",
            do="write the step with these",
        )
    for operand in operands:
        if isinstance(operand, str) and not 0 <= _place(operand) < known:
            raise errors.InputError(
                f"step {function} takes {operand} when there are {known} values",
                needed="a value that was made before",
                do="put the steps in order",
            )
        if not isinstance(operand, str) and not isfinite(operand):
            raise errors.InputError(
                f"step {function} takes {operand}", needed="a finite number", do="check the program"
            )
