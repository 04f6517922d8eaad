"""Plain stacks: where they begin, what they pass through, and what ends them."""

import pytest

from isometry.graphs.labels import parts
from isometry.graphs.stacks import stacks
from tests.graphs.building import Builder


def found(make: Builder, *outputs: int) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The paths of each stack, and the activations between them."""
    known = parts(make.graph(*outputs))
    return [
        (tuple(known.maps[step].weights[0] for step in one.steps), one.activations)
        for one in stacks(known)
    ]


def test_weights_with_activations_between_are_a_stack() -> None:
    make = Builder()
    x = make.call("relu", make.linear(make.input(2, 4), "a", 4, 4))
    x = make.call("dropout", make.call("gelu", make.linear(x, "b", 4, 4)))
    make.linear(make.linear(x, "c", 4, 4), "d", 4, 4)
    assert found(make) == [(("a", "b", "c", "d"), ("relu", "gelu", ""))]


def test_a_stack_looks_through_pooling() -> None:
    make = Builder()
    x = make.call("relu", make.linear(make.input(2, 4), "a", 4, 4))
    make.linear(make.call("max_pool1d", x), "b", 4, 4)
    assert found(make) == [(("a", "b"), ("relu",))]


@pytest.mark.parametrize("op", ["layer_norm", "softmax", "sum"])
def test_other_steps_end_a_stack(op: str) -> None:
    make = Builder()
    x = make.call(op, make.linear(make.input(2, 4), "a", 4, 4))
    make.linear(x, "b", 4, 4)
    assert found(make) == []


def test_a_second_reader_ends_a_stack() -> None:
    make = Builder()
    x = make.call("relu", make.linear(make.input(2, 4), "a", 4, 4))
    make.call("add", make.linear(x, "b", 4, 4), make.linear(x, "c", 4, 4))
    assert found(make) == []


def test_a_value_that_is_returned_ends_a_stack() -> None:
    make = Builder()
    x = make.call("relu", make.linear(make.input(2, 4), "a", 4, 4))
    y = make.linear(x, "b", 4, 4)
    assert found(make, x, y) == []


def test_a_value_that_is_normalised_beside_ends_a_stack() -> None:
    make = Builder()
    a = make.linear(make.input(2, 4), "a", 4, 4)
    y = make.linear(make.call("relu", a), "b", 4, 4)
    assert found(make, make.call("layer_norm", a), y) == []


def test_two_activations_in_a_row_end_a_stack() -> None:
    make = Builder()
    x = make.call("max_pool1d", make.call("tanh", make.linear(make.input(2, 4), "a", 4, 4)))
    make.linear(make.call("relu", x), "b", 4, 4)
    assert found(make) == []


def test_a_table_begins_no_stack() -> None:
    make = Builder()
    table = make.parameter("table", 8, 4)
    ids = make.input(2)
    x = make._add("embedding", {"input": ids, "weight": table}, (2, 4))
    make.linear(make.call("relu", x), "b", 4, 4)
    assert found(make) == []


def test_a_branch_is_a_stack_of_its_own() -> None:
    make = Builder()
    x = make.linear(make.input(2, 4), "in", 4, 4)
    y = make.linear(make.call("relu", make.linear(x, "a", 4, 4)), "b", 4, 4)
    make.linear(make.call("add", x, y), "out", 4, 4)
    assert found(make) == [(("a", "b"), ("relu",))]
