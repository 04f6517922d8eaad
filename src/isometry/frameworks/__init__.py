"""Where models live: the only code that touches a framework, one package each, loaded on demand."""

from isometry.frameworks.found import Framework, framework_of

__all__ = ["Framework", "framework_of"]
