"""Names and schemes: find one by its name and options, write one to JSON, read it back."""

import ast
from collections.abc import Mapping
from difflib import get_close_matches
from math import sqrt
from types import MappingProxyType
from typing import Any

from isometry import errors
from isometry.schemes import embeddings, idinit, recurrent, variance_scaling
from isometry.schemes.computed import Computed
from isometry.schemes.constants import Constant, Ones, Zeros
from isometry.schemes.delta_orthogonal import DeltaOrthogonal
from isometry.schemes.distributions import CutNormal, Normal, Sign, TruncatedNormal, Uniform
from isometry.schemes.hadamard import Hadamard, ZerO
from isometry.schemes.identities import Dirac, Identity, TanhIdentity
from isometry.schemes.kumar import Kumar
from isometry.schemes.mirrored import Mirrored
from isometry.schemes.options import decoded, encoded, options_of, required_of
from isometry.schemes.orthogonal import Orthogonal
from isometry.schemes.patchwork import Patchwork
from isometry.schemes.rows import Padded, Rows
from isometry.schemes.scheme import Scheme
from isometry.schemes.siren import Siren
from isometry.schemes.sparse import Sparse, SparseConnections
from isometry.schemes.spectral import Spectral, SpectralOrthogonal
from isometry.schemes.values import Values
from isometry.schemes.weight_sums import WeightSums
from isometry.schemes.wrappers import Centred, Permuted, Scaled

KINDS: Mapping[str, type[Scheme]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Centred,
            recurrent.ChronoBias,
            Computed,
            Constant,
            CutNormal,
            DeltaOrthogonal,
            Dirac,
            recurrent.ForgetBias,
            recurrent.Gates,
            Hadamard,
            idinit.IDInit,
            Identity,
            embeddings.InverseWidth,
            Kumar,
            Mirrored,
            Normal,
            Orthogonal,
            Padded,
            Patchwork,
            Permuted,
            Rows,
            Scaled,
            Sign,
            Siren,
            Sparse,
            SparseConnections,
            Spectral,
            SpectralOrthogonal,
            TanhIdentity,
            TruncatedNormal,
            Uniform,
            Values,
            variance_scaling.VarianceScaling,
            WeightSums,
            ZerO,
        )
    }
)
"""Every kind of scheme by its own name."""

NAMED: Mapping[str, tuple[Scheme, str]] = MappingProxyType(
    {
        "caffe": (variance_scaling.CAFFE, "Uniform with variance 1 / fan_in, as in Caffe."),
        "geometric": (
            variance_scaling.GEOMETRIC,
            "Normal with variance 1 / sqrt(fan_in · fan_out), a compromise like Glorot's.",
        ),
        "glorot_normal": (
            variance_scaling.GLOROT_NORMAL,
            "Normal with variance 2 / (fan_in + fan_out), for linear and tanh units.",
        ),
        "glorot_uniform": (
            variance_scaling.GLOROT_UNIFORM,
            "Uniform with variance 2 / (fan_in + fan_out), for linear and tanh units.",
        ),
        "gpt": (embeddings.GPT_EMBEDDING, "Normal with std 0.02, as every weight of GPT."),
        "he_normal": (variance_scaling.HE_NORMAL, "Normal with variance 2 / fan_in, for ReLU."),
        "he_uniform": (variance_scaling.HE_UNIFORM, "Uniform with variance 2 / fan_in, for ReLU."),
        "idinit_relu": (idinit.IDInit(tau=sqrt(2.0)), "Tiled identity times sqrt(2), for ReLU."),
        "idinit_zero": (
            idinit.ZERO_BRANCH,
            "Tiled identity of ±1e-6, for the last layer of a residual branch.",
        ),
        "irnn_input": (recurrent.IRNN_INPUT, "Normal with std 0.001, for the inputs of an IRNN."),
        "irnn_recurrent": (recurrent.IRNN_RECURRENT, "Identity, for the recurrence of an IRNN."),
        "kaiming_normal": (variance_scaling.HE_NORMAL, "The same as he_normal."),
        "kaiming_uniform": (variance_scaling.HE_UNIFORM, "The same as he_uniform."),
        "lecun_normal": (
            variance_scaling.LECUN_NORMAL,
            "Normal with variance 1 / fan_in, for SELU and linear units.",
        ),
        "lecun_uniform": (
            variance_scaling.LECUN_UNIFORM,
            "Uniform with variance 1 / fan_in, for SELU and linear units.",
        ),
        "ones": (Ones(), "Every entry is 1."),
        "siren_first": (Siren(place="first"), "Uniform within 1 / fan_in, for a net of sines."),
        "small_init": (
            embeddings.SMALL_INIT,
            "Normal with std sqrt(2 / (5 · width)), for transformers.",
        ),
        "xavier_normal": (variance_scaling.GLOROT_NORMAL, "The same as glorot_normal."),
        "xavier_uniform": (variance_scaling.GLOROT_UNIFORM, "The same as glorot_uniform."),
        "zeros": (Zeros(), "Every entry is 0."),
    }
)
"""Schemes with options of their own that the field has a name for, and what they do."""


def names() -> tuple[str, ...]:
    """Every name that `scheme` knows, sorted.

    >>> "he_normal" in names()
    True
    """
    return tuple(sorted((*KINDS, *NAMED)))


def summary(name: str) -> str:
    """What the scheme of that name does, in one sentence.

    Args:
        name: One of `names`.

    Returns:
        The sentence.

    Raises:
        UnknownNameError: There is no scheme of that name.

    >>> summary("zeros")
    'Every entry is 0.'
    """
    if name in NAMED:
        return NAMED[name][1]
    return (scheme_type(name).__doc__ or "").partition("\n")[0]


def scheme_type(name: str) -> type[Scheme]:
    """The class of the scheme of that name.

    Args:
        name: One of `names`.

    Returns:
        A class of schemes, which several names may share.

    Raises:
        UnknownNameError: There is no scheme of that name.

    >>> scheme_type("he_normal").name
    'variance_scaling'
    """
    if name in NAMED:
        return type(NAMED[name][0])
    if name in KINDS:
        return KINDS[name]
    near = get_close_matches(name, names(), n=3)
    raise errors.UnknownNameError(
        f"there is no scheme {name!r}",
        needed=f"a name such as {', '.join(near)}" if near else "one of the names of schemes",
        do="correct the name; schemes.names() has all of them",
    )


def scheme(name: str, **options: Any) -> Scheme:
    """The scheme of that name with these options.

    Args:
        name: A name, or a name with options in parentheses: ``"normal(std=0.02)"``.
        **options: Fields of the scheme; those not given keep their defaults.

    Returns:
        A frozen scheme.

    Raises:
        UnknownNameError: There is no scheme of that name.
        InputError: An option is unknown, missing, or not of its type.

    >>> scheme("normal(std=0.02)") == scheme("normal", std=0.02)
    True
    >>> scheme("he_normal", fan="fan_out").fan
    'fan_out'
    """
    name, inner = _parsed(name)
    kind, given = scheme_type(name), {**inner, **options}
    known = options_of(kind)
    _refuse_unknown(name, tuple(known), given)
    preset = NAMED[name][0] if name in NAMED else None
    values = {} if preset is None else {key: getattr(preset, key) for key in known}
    for key, value in given.items():
        where = f"option {key} of scheme {name}"
        values[key] = decoded(value, known[key], from_json, where=where)
    missing = [key for key in required_of(kind) if key not in values]
    if missing:
        raise errors.InputError(
            f"scheme {name} was given no {', '.join(missing)}",
            needed=f"values for {', '.join(missing)}",
            do=f"write {name}({', '.join(f'{key}=…' for key in missing)})",
        )
    return kind(**values)


def name_of(scheme: Scheme) -> str:
    """The shortest name that gives this very scheme with no options, or else the name of its kind.

    >>> name_of(variance_scaling.HE_NORMAL), name_of(Normal(std=0.5))
    ('he_normal', 'normal')
    """
    return next((name for name, (one, _) in NAMED.items() if one == scheme), scheme.name)


def to_json(scheme: Scheme) -> dict[str, Any]:
    """A scheme as plain data, all options written out; `from_json` gives back an equal one.

    >>> to_json(Constant(1.0))
    {'scheme': 'constant', 'value': 1.0}
    """
    known = options_of(type(scheme))
    data = {key: encoded(getattr(scheme, key), hint, to_json) for key, hint in known.items()}
    return {"scheme": scheme.name, **data}


def from_json(data: Any) -> Scheme:
    """The scheme that `to_json` wrote, or one given by name alone, as ``"he_normal"``.

    Args:
        data: A table with the scheme's name and options, or a text that `scheme` reads.

    Returns:
        A scheme equal to the one that was written.

    Raises:
        UnknownNameError: There is no scheme of that name.
        InputError: The data are not those of a scheme.

    >>> from_json({"scheme": "normal", "std": 0.02})
    Normal(mean=0.0, std=0.02)
    """
    if isinstance(data, str):
        return scheme(data)
    if not isinstance(data, Mapping) or not isinstance(data.get("scheme"), str):
        raise errors.InputError(
            f"a scheme is given as {data!r}",
            needed='its name, or a table with its name under "scheme"',
            do='write "he_normal" or {"scheme": "normal", "std": 0.02}',
        )
    return scheme(data["scheme"], **{key: value for key, value in data.items() if key != "scheme"})


def references(scheme: Scheme) -> tuple[str, ...]:
    """Keys of the bibliography for a scheme and those that it is made of, sorted.

    >>> references(Scaled(Orthogonal(), factor=0.5))
    ('martens2021', 'saxe2014')
    """
    found = {*scheme.references}
    for inner in _inner(tuple(getattr(scheme, key) for key in options_of(type(scheme)))):
        found.update(references(inner))
    return tuple(sorted(found))


def _inner(value: object) -> list[Scheme]:
    if isinstance(value, Scheme):
        return [value]
    if isinstance(value, tuple):
        return [one for item in value for one in _inner(item)]
    return []


def _parsed(text: str) -> tuple[str, dict[str, Any]]:
    """A name, and the options in the parentheses after it, if any."""
    if "(" not in text:
        return text.strip(), {}
    try:
        call = ast.parse(text.strip(), mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.args:
            raise ValueError("it is not a name with options")
        given = {keyword.arg or "**": ast.literal_eval(keyword.value) for keyword in call.keywords}
    except (SyntaxError, ValueError) as error:
        raise errors.InputError(
            f"{text!r} cannot be read as a scheme",
            needed="a name, with options as name=value in parentheses",
            do='write "he_normal" or "normal(std=0.02)"',
        ) from error
    return call.func.id, given


def _refuse_unknown(name: str, known: tuple[str, ...], given: Mapping[str, Any]) -> None:
    unknown = [key for key in given if key not in known]
    if unknown:
        raise errors.InputError(
            f"scheme {name} was given {', '.join(unknown)}",
            needed=f"options among {', '.join(known)}" if known else "no options",
            do="correct the name of the option",
        )
