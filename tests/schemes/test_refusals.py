"""What schemes refuse: numbers when they are made, tensors before anything is drawn."""

from collections.abc import Callable
from math import inf, nan

import numpy as np
import pytest

from isometry import errors, schemes
from isometry.parameters import Axes, Parameter
from isometry.schemes import Scheme
from tests.schemes.shapes import bare, bias, conv, dense, gate_bias, recurrent, table

NUMBER = "Needed: a finite number"
POSITIVE = f"{NUMBER} above 0"
NOT_NEGATIVE = f"{NUMBER} of at least 0"


@pytest.mark.parametrize("value", [nan, inf, -inf])
@pytest.mark.parametrize(
    ("make", "name", "needed"),
    [
        (schemes.Constant, "value", NUMBER),
        (schemes.Identity, "gain", NUMBER),
        (schemes.Dirac, "gain", NUMBER),
        (lambda value: schemes.IDInit(tau=value), "tau", NUMBER),
        (lambda value: schemes.Normal(mean=value), "mean", NUMBER),
        (lambda value: schemes.Normal(std=value), "std", NOT_NEGATIVE),
        (lambda value: schemes.Uniform(low=value, high=1.0), "low", NUMBER),
        (lambda value: schemes.Uniform(low=0.0, high=value), "high", NUMBER),
        (lambda value: schemes.TruncatedNormal(std=value), "std", POSITIVE),
        (lambda value: schemes.CutNormal(cut=value), "cut", POSITIVE),
        (schemes.Sign, "magnitude", POSITIVE),
        (schemes.VarianceScaling, "gain", NOT_NEGATIVE),
        (schemes.Orthogonal, "gain", NOT_NEGATIVE),
        (schemes.DeltaOrthogonal, "gain", NOT_NEGATIVE),
        (lambda value: schemes.Mirrored(gain=value), "gain", NOT_NEGATIVE),
        (schemes.Hadamard, "gain", NOT_NEGATIVE),
        (schemes.Spectral, "gain", NOT_NEGATIVE),
        (schemes.SpectralOrthogonal, "gain", NOT_NEGATIVE),
        (schemes.InverseWidth, "gain", NOT_NEGATIVE),
        (schemes.TanhIdentity, "std", NOT_NEGATIVE),
        (lambda value: schemes.Sparse(0.5, std=value), "std", NOT_NEGATIVE),
        (lambda value: schemes.SparseConnections(std=value), "std", NOT_NEGATIVE),
        (schemes.Siren, "w0", POSITIVE),
        (schemes.ForgetBias, "value", NUMBER),
        (schemes.ChronoBias, "longest", NUMBER),
        (lambda value: schemes.Scaled(schemes.Zeros(), value), "factor", POSITIVE),
        (lambda value: schemes.Rows(schemes.Zeros(), (0,), value), "value", NUMBER),
    ],
)
def test_a_number_that_is_not_finite_is_refused(
    make: Callable[[float], Scheme], name: str, needed: str, value: float
) -> None:
    with pytest.raises(errors.InputError) as caught:
        make(value)
    assert str(caught.value) == f"{name} is {value}. {needed}. Do: pass another {name}."


@pytest.mark.parametrize(
    ("make", "name", "needed"),
    [
        (schemes.VarianceScaling, "gain", NOT_NEGATIVE),
        (lambda value: schemes.Normal(std=value), "std", NOT_NEGATIVE),
        (lambda value: schemes.CutNormal(std=value), "std", POSITIVE),
        (lambda value: schemes.Scaled(schemes.Zeros(), value), "factor", POSITIVE),
        (lambda value: schemes.Permuted(schemes.Zeros(), int(value)), "axis", NOT_NEGATIVE),
        (lambda value: schemes.t_fixup_embedding(int(value)), "layers", POSITIVE),
    ],
)
def test_a_negative_number_is_refused(
    make: Callable[[float], Scheme], name: str, needed: str
) -> None:
    with pytest.raises(errors.InputError) as caught:
        make(-1)
    assert str(caught.value) == f"{name} is -1. {needed}. Do: pass another {name}."


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(
            lambda: schemes.Uniform(1.0, 0.0),
            "low is 1.0 and high is 0.0. Needed: low of at most high. Do: exchange them.",
            id="uniform",
        ),
        pytest.param(
            lambda: schemes.TruncatedNormal(0.0, 1.0, 2.0, 1.0),
            "low is 2.0 and high is 1.0. Needed: low below high. Do: give absolute bounds, such "
            "as low=-2 * std and high=2 * std.",
            id="truncated normal",
        ),
        pytest.param(
            lambda: schemes.Sparse(1.5),
            "sparsity is 1.5. Needed: a share of zeros from 0 to 1. Do: pass sparsity=0.9 for "
            "one weight in ten.",
            id="sparse",
        ),
        pytest.param(
            lambda: schemes.ChronoBias(2.0),
            "longest is 2.0. Needed: a length above 2 steps. Do: pass the longest dependency of "
            "the data, in steps.",
            id="chrono",
        ),
        pytest.param(
            lambda: schemes.Kumar("relu_squared"),
            "relu_squared is flat at 0. Needed: an activation with a slope at 0. Do: use "
            "variance_scaling with the forward gain of this activation.",
            id="kumar",
        ),
        pytest.param(
            lambda: schemes.VarianceScaling(fan="fan_inn"),  # type: ignore[arg-type] # a typo on purpose
            "fan is 'fan_inn'. Needed: one of fan_avg, fan_geo, fan_in, fan_out. Do: pass "
            "fan='fan_avg' or another of them.",
            id="fan",
        ),
        pytest.param(
            lambda: schemes.Values("float32", (3,), schemes.Values.of(np.zeros(2)).data),
            "16 bytes are recorded for shape (3,) of float32. Needed: 12 bytes. Do: record the "
            "array again with Values.of.",
            id="values of another size",
        ),
        pytest.param(
            lambda: schemes.Values("float32", (3,), "???"),
            "recorded data cannot be read: Only base64 data is allowed. Needed: base64 of zlib "
            "of the entries' bytes. Do: record the array again with Values.of.",
            id="values that are no base64",
        ),
        pytest.param(
            lambda: schemes.Values("float33", (3,), schemes.Values.of(np.zeros(2)).data),
            "recorded values have dtype 'float33'. Needed: the name of a NumPy or ml_dtypes "
            "dtype. Do: record the array again with Values.of.",
            id="values of an unknown dtype",
        ),
    ],
)
def test_options_that_contradict_each_other_are_refused(
    make: Callable[[], Scheme], message: str
) -> None:
    with pytest.raises(errors.InputError) as caught:
        make()
    assert str(caught.value) == message


NEED_AXES = {
    "centred": schemes.Centred(schemes.Normal()),
    "delta_orthogonal": schemes.DeltaOrthogonal(),
    "dirac": schemes.Dirac(),
    "hadamard": schemes.Hadamard(),
    "identity": schemes.Identity(),
    "idinit": schemes.IDInit(),
    "inverse_width": schemes.InverseWidth(),
    "kumar": schemes.Kumar(),
    "mirrored": schemes.Mirrored(),
    "orthogonal": schemes.Orthogonal(),
    "siren": schemes.Siren(),
    "sparse": schemes.Sparse(0.5),
    "sparse_connections": schemes.SparseConnections(),
    "spectral": schemes.Spectral(),
    "spectral_orthogonal": schemes.SpectralOrthogonal(),
    "tanh_identity": schemes.TanhIdentity(),
    "variance_scaling": schemes.HE_NORMAL,
    "zero_init": schemes.ZerO(),
}


@pytest.mark.parametrize("parameter", [bare(4, 4), bias(4)], ids=["no axes", "no inputs"])
@pytest.mark.parametrize("name", NEED_AXES)
def test_a_tensor_of_unknown_meaning_is_refused_with_its_path(
    name: str, parameter: Parameter
) -> None:
    with pytest.raises(errors.ShapeError) as caught:
        NEED_AXES[name].draw(parameter)
    assert str(caught.value) == (
        f"{parameter.path}: {name} was asked to fill shape {parameter.shape}, no axis of which is "
        "known to run over inputs. Needed: a weight that maps inputs to outputs. Do: state its "
        "axes, or choose a scheme with a std of its own, such as normal(std=0.02)."
    )


@pytest.mark.parametrize("name", NEED_AXES)
def test_no_moments_are_stated_of_a_tensor_of_unknown_meaning(name: str) -> None:
    with pytest.raises(errors.ShapeError, match=r"^free: "):
        NEED_AXES[name].moments(bare(4, 4))


READ = Parameter("query", (4,), axes=Axes(inputs=(0,)))


@pytest.mark.parametrize(
    ("scheme", "parameter", "message"),
    [
        pytest.param(
            schemes.Orthogonal(),
            READ,
            "query: orthogonal was asked to fill shape (4,), which has no axis of outputs. "
            "Needed: a weight with inputs and outputs. Do: state its axes, or choose another "
            "scheme.",
            id="no outputs",
        ),
        pytest.param(
            schemes.Orthogonal(convention="torch"),
            bias(4),
            "fc.bias: orthogonal was asked to fill shape (4,). Needed: at least two axes. Do: "
            "choose a scheme for vectors.",
            id="orthogonal vector",
        ),
        pytest.param(
            schemes.Identity(),
            conv(4, 4, 3),
            "conv.weight: identity was asked to fill shape (4, 4, 3), which has kernel axes "
            "(2,). Needed: a weight without a kernel. Do: use dirac, the identity of a "
            "convolution.",
            id="identity of a kernel",
        ),
        pytest.param(
            schemes.SpectralOrthogonal(),
            table(4, 4),
            "emb.weight: spectral_orthogonal was asked to fill a table that is looked up. "
            "Needed: a weight that sums over its inputs. Do: use spectral.",
            id="spectral table",
        ),
        pytest.param(
            schemes.Rows(schemes.Normal(), (4,)),
            table(4, 4),
            "emb.weight: rows was asked to fill row 4 of shape (4, 4). Needed: a row that the "
            "tensor has. Do: count rows from 0, or from -1 at the end.",
            id="row outside",
        ),
        pytest.param(
            schemes.Rows(schemes.Normal(), (0,)),
            bare(),
            "free: rows was asked to fill row 0 of shape (). Needed: a row that the tensor has. "
            "Do: count rows from 0, or from -1 at the end.",
            id="row of a scalar",
        ),
        pytest.param(
            schemes.Gates(schemes.Normal()),
            dense(4, 4),
            "fc.weight: gates was asked to fill a tensor whose blocks are not known. Needed: "
            "packed blocks, such as gates. Do: name the blocks in its axes, or choose a scheme "
            "for the whole tensor.",
            id="no blocks",
        ),
        pytest.param(
            schemes.ForgetBias(gate="z"),
            gate_bias(4),
            "lstm.bias: forget_bias was asked to fill a tensor whose blocks are i, f, g, o. "
            "Needed: blocks named z. Do: name the blocks in its axes, or choose a scheme for the "
            "whole tensor.",
            id="no such gate",
        ),
        pytest.param(
            schemes.ForgetBias(),
            bare(4),
            "free: forget_bias was asked to fill a tensor whose blocks are not known. Needed: "
            "blocks named f. Do: name the blocks in its axes, or choose a scheme for the whole "
            "tensor.",
            id="gate of nothing known",
        ),
        pytest.param(
            schemes.Values.of(np.zeros(3)),
            bare(4),
            "free: values of shape (3,) were recorded, and the tensor has (4,). Needed: the "
            "shape that was recorded. Do: record the values again from the model as it is now.",
            id="values of another shape",
        ),
        pytest.param(
            schemes.Permuted(schemes.Normal(), axis=1),
            bare(4),
            "free: permuted was asked to reorder axis 1 of shape (4,). Needed: an axis of the "
            "tensor. Do: count axes from 0.",
            id="axis outside",
        ),
    ],
)
def test_a_tensor_that_cannot_be_filled_is_refused(
    scheme: Scheme, parameter: Parameter, message: str
) -> None:
    with pytest.raises(errors.ShapeError) as caught:
        scheme.draw(parameter)
    assert str(caught.value) == message


def test_chrono_biases_are_for_biases() -> None:
    with pytest.raises(errors.ShapeError) as caught:
        schemes.ChronoBias(100).draw(recurrent(4))
    assert str(caught.value) == (
        "lstm.weight_hh: chrono_bias was asked to fill shape (16, 4). Needed: a bias, which has "
        "one axis. Do: choose it for biases only."
    )
