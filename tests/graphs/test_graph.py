import pytest
from hypothesis import given
from hypothesis import strategies as st

from isometry import graphs
from isometry.graphs import operations
from tests.graphs.building import Builder

SCALARS = st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5))
ATTRIBUTES = st.one_of(st.none(), SCALARS, st.lists(SCALARS, max_size=3).map(tuple))
NAMES = st.text(max_size=8)


@st.composite
def made(draw: st.DrawFn) -> graphs.Graph:
    """Any graph: every input is an earlier step."""
    nodes = []
    for index in range(draw(st.integers(0, 5))):
        inputs = draw(st.lists(st.integers(0, index - 1), max_size=3)) if index else []
        node = graphs.Node(
            index,
            draw(NAMES),
            draw(st.sampled_from(graphs.FAMILIES)),
            tuple(inputs),
            tuple(draw(NAMES) for _ in inputs),
            tuple(draw(st.lists(st.integers(0, 9), max_size=3))),
            draw(NAMES),
            draw(NAMES),
            tuple(sorted(draw(st.dictionaries(NAMES, ATTRIBUTES, max_size=2)).items())),
            draw(st.booleans()),
        )
        nodes.append(node)
    texts = st.lists(NAMES, max_size=2).map(tuple)
    return graphs.Graph(tuple(nodes), tuple(range(len(nodes))), draw(texts), draw(texts))


@given(made())
def test_json_gives_an_equal_graph(graph: graphs.Graph) -> None:
    assert graphs.from_json(graph.to_json()) == graph


def test_parents_come_in_the_order_of_arguments() -> None:
    make = Builder()
    a, b = make.input(2), make.input(2)
    make.call("sub", b, a)
    graph = make.graph()
    assert [node.index for node in graph.parents(graph.nodes[-1])] == [b, a]


def test_a_graph_is_as_long_as_its_steps() -> None:
    make = Builder()
    make.call("relu", make.input(2))
    assert len(make.graph()) == len(list(make.graph())) == 2


@pytest.mark.parametrize(
    ("called", "name"),
    [("relu_", "relu"), ("__iadd__", "add"), ("__matmul__", "matmul"), ("concat", "cat")],
)
def test_other_names_of_an_operation_are_one(called: str, name: str) -> None:
    assert operations.canonical(called) == name


def test_an_operation_has_one_family() -> None:
    names = [name for _, row in operations.ROWS for name in row]
    assert len(names) == len(set(names))


def test_what_has_no_row_is_unknown() -> None:
    assert operations.family("fft_of_something") == "unknown"
