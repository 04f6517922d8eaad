import pytest

from isometry import theory

EXACT = {
    "gelu": 1.0,
    "gelu_tanh": 1.0,
    "hardswish": 1.0,
    "leaky_relu(0.2)": 1.2,
    "linear": 2.0,
    "logsigmoid": 1.0,
    "quick_gelu": 1.0,
    "relu": 1.0,
    "silu": 1.0,
    "softplus": 1.0,
}


@pytest.mark.parametrize(("name", "slope"), EXACT.items())
def test_mirrored_pairs_add_up_to_a_line(name: str, slope: float) -> None:
    assert theory.mirror_slope(name) == slope


@pytest.mark.parametrize("name", ["mish", "tanh", "elu", "selu", "relu6", "abs", "sigmoid"])
def test_others_do_not(name: str) -> None:
    assert theory.mirror_slope(name) is None
