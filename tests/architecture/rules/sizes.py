"""Small pages: how long a file and a function body may be."""

import ast

FILE_LINES = 350
BODY_LINES = 25

type_of_function = ast.FunctionDef | ast.AsyncFunctionDef


def long_file(text: str, *, limit: int = FILE_LINES) -> list[str]:
    """The length of a file, where it is over the limit."""
    lines = len(text.splitlines())
    return [f"{lines} lines, at most {limit}"] if lines > limit else []


def long_functions(text: str, *, limit: int = BODY_LINES) -> list[str]:
    """The functions whose body, without its docstring, is over the limit."""
    lines = text.splitlines()
    functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, type_of_function))
    sizes = ((node, _body_lines(node, lines)) for node in functions)
    return [f"{node.name}: {size} lines, at most {limit}" for node, size in sizes if size > limit]


def _body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]) -> int:
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    if not body:
        return 0
    written = (line.strip() for line in lines[body[0].lineno - 1 : body[-1].end_lineno])
    return sum(1 for line in written if line and not line.startswith("#"))
