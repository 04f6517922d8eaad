"""``native``: a model's own initialization, run without memory and written down as a plan.

``recorder`` logs every write of the running code on a ``tape`` (with ``intercepts`` for functions
that do nothing without memory, and ``sites`` for who called); ``contents`` traces a tensor back
through it, with ``geometry`` for slices, ``drawing`` for random operators, ``lowering`` and
``terms`` for arithmetic on draws, and ``replay`` for what was computed; ``choices`` and ``reasons``
turn that into assignments.
"""

from isometry.frameworks.torch.native.record import native, observed

__all__ = ["native", "observed"]
