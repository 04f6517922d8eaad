"""From a tensor of the recorded model to its assignment."""

from torch import Tensor

from isometry import errors, plans, schemes
from isometry.frameworks.torch.native import reasons
from isometry.frameworks.torch.native.choices import Choice, recorded
from isometry.frameworks.torch.native.contents import Tracer
from isometry.frameworks.torch.native.tape import Tape
from isometry.parameters import Parameter

__all__ = ["Assigning"]

_AFTER_ALL = 1 << 62


class Assigning:
    """Assignments from one tape."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._tracer = Tracer(tape)
        self._choice = Choice(self._tracer.replay)

    def assignment(self, parameter: Parameter, tensor: Tensor) -> plans.Assignment | str:
        """The assignment, or the clause that says why there is none."""
        try:
            scheme, reason = self._decided(parameter, tensor)
            scheme.draw(parameter)
            made = plans.Assignment(parameter, scheme, reason, "native")
            is_exact = isinstance(scheme, schemes.Constant | schemes.Values)
            if not is_exact and not plans.is_floating(plans.dtype_of(parameter)):
                made.check()
        except (errors.UncoveredError, errors.InputError) as problem:
            clause = str(problem).rstrip(".")
            return f"{parameter.path} {clause.removeprefix(f'{parameter.path}: ')}"
        return made

    def _decided(self, parameter: Parameter, tensor: Tensor) -> tuple[schemes.Scheme, str]:
        if not tensor.numel():
            return schemes.Constant(0.0), "it has no entries"
        if not self._tape.knows(tensor):
            if tensor.is_meta:
                raise errors.UncoveredError("is never written")
            note = self._tape.notes.get(tensor.untyped_storage()._cdata)
            return recorded(tensor), reasons.noted(note)
        ref = self._tape.ref(tensor)
        content = self._tracer.content(ref, _AFTER_ALL)
        trail = reasons.trail(self._tracer.replay, ref, _AFTER_ALL)
        return self._choice.scheme(content, parameter), reasons.reason(trail)
