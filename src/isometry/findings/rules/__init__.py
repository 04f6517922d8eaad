"""The rules, one subject a file."""

__all__ = []
