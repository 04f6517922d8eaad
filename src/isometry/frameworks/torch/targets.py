"""Factories of torch models: transformers configs, and builds on the meta device."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn

from isometry import errors

Build = Callable[[], Any]


def on_meta(factory: Build) -> nn.Module:
    """The model that ``factory`` builds, on the meta device, so without memory for its weights.

    Args:
        factory: Called once, without arguments.

    Returns:
        The model; its parameters have shapes and no values.

    Raises:
        ModelError: The factory raises, or returns something that is no module.
    """
    do = "call it in Python inside `with torch.device('meta'):` and mend what it reports"
    with torch.device("meta"):
        return _called(factory, "building it on the meta device", do)


def built(factory: Build, seed: int) -> nn.Module:
    """The model that ``factory`` builds, with the values that its own code gives it.

    Args:
        factory: Called once, without arguments.
        seed: Of torch's generator meanwhile; afterwards that is as it was.

    Returns:
        The model.

    Raises:
        ModelError: The factory raises, or returns something that is no module.
    """
    with torch.random.fork_rng(devices=()):
        torch.default_generator.manual_seed(seed)
        return _called(factory, "building it", "call it in Python and mend what it reports")


def _called(factory: Build, doing: str, do: str) -> nn.Module:
    name = getattr(factory, "__name__", str(factory))
    try:
        model = factory()
    except Exception as cause:
        raise errors.ModelError(
            f"{doing} raised {type(cause).__name__}: {cause}",
            needed="a function of no arguments that builds the model",
            do=do,
            path=name,
        ) from cause
    if isinstance(model, nn.Module):
        return model
    raise errors.ModelError(
        f"the factory returned {type(model).__name__!r}",
        needed="a torch.nn.Module",
        do="return the model",
        path=name,
    )


def transformers_factory(config: Path) -> Callable[[], nn.Module]:
    """The function that builds the transformers model that a ``config.json`` describes.

    The class is the first of the config's ``architectures`` where there is one, else the base model
    of its ``model_type``.

    Args:
        config: The file.

    Returns:
        A function of no arguments; what it builds is initialized as transformers does.

    Raises:
        FileError: The file cannot be read as JSON.
        ModelError: transformers does not know the config.
        MissingDependencyError: transformers is not installed.
    """
    fields = _read(config)
    try:
        import transformers
    except ImportError as cause:
        raise errors.MissingDependencyError(
            "transformers is not installed",
            needed="it, to build models from their configs",
            do="pip install transformers",
            path=str(config),
        ) from cause
    return _factory(transformers, fields, config)


def _factory(transformers: Any, fields: dict[str, Any], path: Path) -> Callable[[], nn.Module]:
    options = {key: value for key, value in fields.items() if key != "model_type"}
    try:
        config = transformers.AutoConfig.for_model(fields["model_type"], **options)
        name = (config.architectures or [""])[0]
        chosen = getattr(transformers, name) if name else None
    except (AttributeError, KeyError, TypeError, ValueError) as cause:
        raise errors.ModelError(
            f"transformers cannot use this config ({cause})",
            needed="a model_type, and architectures, that this version of transformers knows",
            do="compare with the output of `model.config.to_json_string()`",
            path=str(path),
        ) from cause
    build = transformers.AutoModel.from_config if chosen is None else chosen

    def factory() -> nn.Module:
        with _default_dtype(config.dtype):
            return cast("nn.Module", build(config))

    return factory


@contextmanager
def _default_dtype(dtype: torch.dtype | None) -> Iterator[None]:
    """The dtype that a config asks for, as the default while its model is built."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype or before)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def _read(path: Path) -> dict[str, Any]:
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise errors.FileError(
            f"it cannot be read as JSON ({cause})",
            needed="the config.json of a transformers model",
            do="check the path, relative to this folder",
            path=str(path),
        ) from cause
    if isinstance(fields, dict):
        return fields
    raise errors.FileError(
        f"it holds a {type(fields).__name__}",
        needed="a JSON object",
        do="pass the config.json of a transformers model",
        path=str(path),
    )


def tensor(shape: tuple[int, ...], dtype: str) -> torch.Tensor:
    """An input of that shape: normal numbers, or zeros for a dtype of whole numbers.

    Args:
        shape: Its lengths.
        dtype: Torch's name of its dtype.

    Returns:
        On the CPU; the same numbers every time.

    Raises:
        InputError: Torch has no such dtype.
    """
    kind = getattr(torch, dtype, None)
    if not isinstance(kind, torch.dtype):
        raise errors.InputError(
            f"torch has no dtype {dtype!r}",
            needed="float32, int64, bool or another of torch's",
            do="correct the spelling",
        )
    if not kind.is_floating_point:
        return torch.zeros(shape, dtype=kind)
    return torch.randn(shape, generator=torch.Generator().manual_seed(0)).to(kind)
