"""The rules, one subject a file."""

__all__: list[str] = []
