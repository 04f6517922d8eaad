"""Names with parameters: reading ``"leaky_relu(a=0.2)"``."""

import ast
from dataclasses import dataclass

from isometry.errors import InputError


@dataclass(frozen=True, slots=True)
class Spelling:
    """A name taken apart.

    Attributes:
        name: The normal form of what stands before the parentheses.
        positional: Values given without a name.
        named: Values given by name.
    """

    name: str
    positional: tuple[float, ...] = ()
    named: tuple[tuple[str, float], ...] = ()


def normalised(name: str) -> str:
    """Lower case, with underscores for hyphens and spaces.

    >>> normalised(" Leaky-ReLU ")
    'leaky_relu'
    """
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def spelling(text: str) -> Spelling:
    """The parts of a name such as ``"elu(alpha=1)"`` or ``"elu(1)"``.

    Args:
        text: The name as written.

    Returns:
        Its parts, the name in normal form.

    Raises:
        InputError: The part in parentheses is not a list of numbers.

    >>> spelling("leaky_relu(a=0.2)")
    Spelling(name='leaky_relu', positional=(), named=(('a', 0.2),))
    """
    name, parenthesis, rest = text.partition("(")
    if not parenthesis:
        return Spelling(normalised(name))
    try:
        call = ast.parse(f"f({rest.strip()}", mode="eval").body
        if not isinstance(call, ast.Call):
            raise ValueError(rest)
        positional = tuple(_number(node) for node in call.args)
        named = tuple((str(pair.arg), _number(pair.value)) for pair in call.keywords)
    except (SyntaxError, ValueError, TypeError) as error:
        raise InputError(
            f"{text!r} cannot be read",
            needed="a name, or a name with numbers in parentheses",
            do='write "relu" or "leaky_relu(a=0.2)"',
        ) from error
    return Spelling(normalised(name), positional, named)


def _number(node: ast.expr) -> float:
    return float(ast.literal_eval(node))
