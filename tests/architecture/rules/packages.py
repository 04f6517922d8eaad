"""A package says what lives there and lists its public names, sorted as ruff sorts them."""

import ast


def bare_package(text: str) -> list[str]:
    """What is missing from the text of an ``__init__.py``."""
    tree = ast.parse(text)
    missing = [] if ast.get_docstring(tree) else ["no docstring"]
    names = _listed(tree)
    if names is None:
        return [*missing, "no __all__"]
    unsorted = names != sorted(set(names), key=_place)
    return missing + ["__all__ is not sorted and unique"] * unsorted


def _place(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest: the order that ruff's RUF022 keeps."""
    kind = 0 if name.isupper() else 1 if name[0].isupper() else 2
    return kind, name


def _listed(tree: ast.Module) -> list[str] | None:
    assigned = (node for node in tree.body if isinstance(node, ast.Assign))
    found = (node.value for node in assigned if "__all__" in map(ast.unparse, node.targets))
    value = next(found, None)
    return None if value is None else [str(name) for name in ast.literal_eval(value)]
