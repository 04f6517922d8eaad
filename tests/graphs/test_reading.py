"""What is read off graphs small enough to be seen through."""

import pytest

from isometry import graphs
from tests.graphs.building import Builder


def sides(reading: graphs.Reading, path: str) -> tuple[str, str, str]:
    """Before, after and residual of the only use of a weight."""
    (use,) = reading.of(path)
    return "+".join(use.before), "+".join(use.after), use.residual


def residual(make: Builder, x: int, name: str, *, bends: bool = True) -> int:
    """``x + second(relu(first(x)))``."""
    y = make.linear(x, f"{name}.first", 4, 8)
    y = make.call("relu", y) if bends else y
    return make.call("add", x, make.linear(y, f"{name}.second", 8, 4))


def test_two_blocks_share_a_stream() -> None:
    make = Builder()
    x = residual(make, make.input(2, 4), "a")
    residual(make, x, "b")
    reading = graphs.read(make.graph())
    assert [(join.place, join.depth) for join in reading.joins] == [(1, 2), (2, 2)]
    assert sides(reading, "a.first") == ("input", "relu", "B")
    assert sides(reading, "b.second") == ("relu", "join", "T")


def test_a_norm_by_hand_leaves_a_stream_the_same() -> None:
    make = Builder()
    x = residual(make, make.input(2, 4), "a")
    power = make.call("mean", make.call("square", x), shape=(2, 1))
    residual(make, make.call("mul", x, make.call("rsqrt", power)), "b")
    reading = graphs.read(make.graph())
    assert [(join.place, join.depth) for join in reading.joins] == [(1, 2), (2, 2)]
    assert sides(reading, "b.first") == ("norm", "relu", "B")


def test_a_product_of_three_signals_is_a_gate() -> None:
    make = Builder()
    x, y, z = (make.input(2, 4) for _ in range(3))
    make.call("addcmul", make.linear(x, "a", 4, 4), y, z)
    assert sides(graphs.read(make.graph()), "a")[1] == "gate"


def test_a_weight_between_blocks_starts_a_new_stream() -> None:
    make = Builder()
    x = residual(make, make.input(2, 4), "a")
    residual(make, make.call("relu", make.linear(x, "between", 4, 4)), "b")
    reading = graphs.read(make.graph())
    assert [(join.place, join.depth) for join in reading.joins] == [(1, 1), (1, 1)]
    assert sides(reading, "between") == ("join", "relu", "-")


def test_a_sum_of_two_maps_of_one_value_is_no_join() -> None:
    make = Builder()
    x = make.input(2, 4)
    make.call("add", make.linear(x, "a", 4, 4), make.linear(x, "b", 4, 4))
    reading = graphs.read(make.graph())
    assert reading.joins == ()
    assert sides(reading, "a") == ("input", "add", "-")


def test_a_projected_stream_is_a_shortcut() -> None:
    make = Builder()
    x = make.input(2, 4)
    y = make.linear(make.call("relu", make.linear(x, "a", 4, 8)), "b", 8, 6)
    make.call("add", make.linear(x, "s", 4, 6), y)
    reading = graphs.read(make.graph())
    assert [sides(reading, path)[2] for path in "abs"] == ["B", "T", "S"]


def test_a_sum_with_a_branch_of_something_else_is_no_join() -> None:
    make = Builder()
    x, z = make.input(2, 4), make.input(2, 4)
    make.call("add", x, make.linear(z, "a", 4, 4))
    assert graphs.read(make.graph()).joins == ()


def test_one_moment_of_a_sequence_is_not_the_sequence() -> None:
    make = Builder()
    x = make.input(2, 3, 4)
    first, second = (make.call("getitem", x, shape=(2, 4), index=(":", t)) for t in (0, 1))
    h = make.call("tanh", make.linear(first, "enter", 4, 4))
    make.call("add", second, make.linear(h, "keep", 4, 4))
    assert graphs.read(make.graph()).joins == ()


@pytest.mark.parametrize("centred", [True, False])
def test_a_norm_by_hand_is_a_norm(centred: bool) -> None:
    make = Builder()
    x = make.linear(make.input(2, 4), "a", 4, 8)
    y = make.call("sub", x, make.call("mean", x, shape=(2, 1))) if centred else x
    power = make.call("mean", make.call("square", y), shape=(2, 1))
    y = make.call("mul", y, make.call("rsqrt", power))
    make.linear(y, "b", 8, 4)
    reading = graphs.read(make.graph())
    assert sides(reading, "a")[1] == "norm"
    assert sides(reading, "b")[0] == "norm"


def test_what_a_norm_shares_with_others_is_not_taken_in() -> None:
    make = Builder()
    x = make.call("mul", make.linear(make.input(2, 4), "a", 4, 4), make.constant())
    power = make.call("mean", make.call("square", x), shape=(2, 1))
    y = make.call("mul", x, make.call("rsqrt", power))
    make.call("add", x, make.linear(y, "b", 4, 4))
    reading = graphs.read(make.graph())
    assert sides(reading, "a") == ("input", "join+norm", "-")
    assert sides(reading, "b") == ("norm", "join", "T")


def test_a_product_with_a_stranger_is_a_gate_and_no_norm() -> None:
    make = Builder()
    x, z = make.input(2, 4), make.input(2, 4)
    y = make.linear(x, "a", 4, 4)
    power = make.call("mean", make.call("square", z), shape=(2, 1))
    make.call("mul", y, make.call("rsqrt", power))
    assert sides(graphs.read(make.graph()), "a")[1] == "gate"


@pytest.mark.parametrize(
    ("ops", "name"),
    [
        (("sigmoid",), "sigmoid"),
        (("relu", "square"), "relu_squared"),
        (("neg", "exp"), "exp"),
        (("exp", "tanh", "cos"), "composite"),
    ],
)
def test_an_elementwise_region_has_one_name(ops: tuple[str, ...], name: str) -> None:
    make = Builder()
    x = make.linear(make.input(2, 4), "a", 4, 4)
    for op in ops:
        x = make.call(op, x)
    assert sides(graphs.read(make.graph()), "a")[1] == name


def test_a_value_times_its_own_sigmoid_is_silu() -> None:
    make = Builder()
    x = make.linear(make.input(2, 4), "a", 4, 4)
    make.call("mul", x, make.call("sigmoid", x))
    assert sides(graphs.read(make.graph()), "a")[1] == "silu"


def test_a_weight_that_leads_nowhere_has_no_follower() -> None:
    make = Builder()
    x = make.input(2, 4)
    make.linear(x, "dead", 4, 4)
    make.linear(x, "used", 4, 4)
    assert sides(graphs.read(make.graph()), "dead") == ("input", "", "-")


def test_a_product_of_signals_has_no_weight() -> None:
    make = Builder()
    make.call("matmul", make.input(2, 4), make.input(4, 2), shape=(2, 2))
    assert graphs.read(make.graph()).uses == ()


def test_a_linear_map_by_a_signal_has_no_weight() -> None:
    make = Builder()
    z = make.linear(make.input(8, 3), "hyper", 3, 4)
    x = make.input(2, 4)
    node = graphs.Node(len(make.nodes), "linear", "weight", (x, z), ("input", "weight"), (2, 8))
    make.nodes.append(node)
    reading = graphs.read(make.graph())
    assert [use.map.weights for use in reading.uses] == [("hyper",)]
    assert sides(reading, "hyper") == ("input", "contraction", "-")
