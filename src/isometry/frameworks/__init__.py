"""Where models live: the only code that touches a framework, one package each, loaded on demand."""
