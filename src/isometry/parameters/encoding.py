"""Parameters as what JSON can hold, and back."""

from dataclasses import fields
from typing import Any

from isometry.parameters.axes import Axes, Blocks
from isometry.parameters.parameter import Parameter
from isometry.parameters.surroundings import Surroundings


def to_data(parameter: Parameter) -> dict[str, Any]:
    """A parameter as what JSON can hold; what equals the default is left out."""
    data = changed(parameter)
    if parameter.axes is not None:
        data["axes"] = changed(parameter.axes)
        if parameter.axes.blocks is not None:
            data["axes"]["blocks"] = changed(parameter.axes.blocks)
    if parameter.surroundings is not None:
        data["surroundings"] = changed(parameter.surroundings)
    return data


def from_data(data: dict[str, Any]) -> Parameter:
    """The parameter that :func:`to_data` wrote.

    Args:
        data: What JSON held.

    Returns:
        The parameter.

    Raises:
        TypeError: A field is unknown or missing.
    """
    known = {k: frozen(v) for k, v in data.items() if k not in ("axes", "surroundings")}
    axes, around = data.get("axes"), data.get("surroundings")
    return Parameter(
        **known,
        axes=None if axes is None else _axes(axes),
        surroundings=None if around is None else _surroundings(around),
    )


def _surroundings(data: dict[str, Any]) -> Surroundings:
    return Surroundings(**{key: frozen(value) for key, value in data.items()})


def _axes(data: dict[str, Any]) -> Axes:
    known = {key: frozen(value) for key, value in data.items() if key != "blocks"}
    blocks = data.get("blocks")
    return Axes(
        **known,
        blocks=None if blocks is None else Blocks(**{k: frozen(v) for k, v in blocks.items()}),
    )


def changed(record: Any) -> dict[str, Any]:
    """Fields that differ from their default; tuples become lists in JSON."""
    return {
        field.name: getattr(record, field.name)
        for field in fields(record)
        if getattr(record, field.name) != field.default
    }


def frozen(value: Any) -> Any:
    """Lists of JSON as the tuples that a record holds."""
    return tuple(frozen(item) for item in value) if isinstance(value, list | tuple) else value
