"""A package says what lives there and lists its public names, sorted as ruff sorts them."""

import ast


def bare_package(text: str) -> list[str]:
    """What is missing from the text of an ``__init__.py``."""
    tree = ast.parse(text)
    missing = [] if ast.get_docstring(tree) else ["no docstring"]
    names = _listed(tree)
    if names is None:
        return [*missing, "no __all__"]
    return missing + ([] if names == sorted(set(names), key=_place) else ["__all__ is not sorted and unique"])


def _place(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest: the order that ruff's RUF022 keeps."""
    kind = 0 if name.isupper() else 1 if name[0].isupper() else 2
    return kind, name


def _listed(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            value: list[str] = ast.literal_eval(ast.unparse(node.value))  # type: ignore[attr-defined]  # an Assign, as its targets show
            return list(value)
    return None
