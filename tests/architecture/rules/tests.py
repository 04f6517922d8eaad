"""A test runs the same lines every time: no branch, no loop around what it asserts."""

import ast

LOOPS = (ast.For, ast.While, ast.AsyncFor)


def branches(text: str) -> list[str]:
    """The tests that hold an ``if`` statement."""
    return [test.name for test in _tests(text) if _holds(test, (ast.If,))]


def asserting_loops(text: str) -> list[str]:
    """The tests in which a loop holds an ``assert``."""
    return [
        test.name
        for test in _tests(text)
        if any(_holds(loop, (ast.Assert,)) for loop in ast.walk(test) if isinstance(loop, LOOPS))
    ]


def _tests(text: str) -> list[ast.FunctionDef]:
    nodes = ast.walk(ast.parse(text))
    return [n for n in nodes if isinstance(n, ast.FunctionDef) and n.name.startswith("test")]


def _holds(node: ast.AST, kinds: tuple[type[ast.AST], ...]) -> bool:
    return any(isinstance(child, kinds) for child in ast.walk(node))
