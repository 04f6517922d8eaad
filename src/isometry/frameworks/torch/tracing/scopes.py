"""Which module runs; and a module whose inside cannot be seen, as one step."""

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from isometry.frameworks.torch.tracing import calls
from isometry.frameworks.torch.tracing.recorder import Recorder


@contextlib.contextmanager
def scopes(model: nn.Module, recorder: Recorder) -> Iterator[None]:
    """Keep the path of the running module on the recorder's tape while the body runs.

    Args:
        model: The module that runs.
        recorder: What observes it.

    Yields:
        None: The body runs here.
    """
    tape = recorder.tape
    paths = {id(module): name for name, module in model.named_modules()}

    def enter(module: nn.Module, _: Any) -> None:
        tape.scope.append(paths.get(id(module), tape.running))
        tape.blind += compiled(module)

    def leave(module: nn.Module, args: Any, kwargs: Any, output: Any) -> None:
        if compiled(module) and tape.blind == 1:  # still blind, so that this is not observed
            _opaque(recorder, module, (args, kwargs), output)
        tape.blind -= compiled(module)
        tape.scope.pop()

    register = torch.nn.modules.module
    handles = [
        register.register_module_forward_pre_hook(enter),
        register.register_module_forward_hook(leave, with_kwargs=True, always_call=True),
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
            register._global_forward_hooks_with_kwargs.pop(handle.id, None)  # torch forgets it


def compiled(module: nn.Module) -> bool:
    """Whether a module is TorchScript, which runs outside of Python."""
    return isinstance(module, torch.jit.ScriptModule)


def _opaque(recorder: Recorder, module: nn.Module, given: Any, output: Any) -> None:
    tensors = [tensor for _, tensor in calls.tensors_in(given)]
    held = list(module.parameters())
    inputs = [(f"arg{i}", recorder.step_of(t)) for i, t in enumerate(tensors)]
    inputs += [(f"held{i}", recorder.step_of(t)) for i, t in enumerate(held)]
    for _, tensor in calls.tensors_in(output):
        recorder.tape.add("torchscript", inputs, tensor)
