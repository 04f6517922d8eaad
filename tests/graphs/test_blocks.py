"""What weights do in their blocks: the truth about the zoo by hand, then small graphs."""

import re

import pytest

from isometry import graphs
from isometry.frameworks import torch as frameworks
from isometry.parameters import Axes, Parameter, Surroundings
from tests.graphs.building import Builder
from tests.zoo import ZOO

TRUTH = {
    "gpt2": """
        .*c_attn.weight      query+key+value   2 before
        .*attn.c_proj.weight attention-output  2 before
        .*c_fc.weight        up                2 before
        .*mlp.c_proj.weight  down              2 before
        .*wte.weight         head              0 -
    """,
    "llama": """
        .*q_proj.weight     query             2 before
        .*k_proj.weight     key               2 before
        .*v_proj.weight     value             2 before
        .*o_proj.weight     attention-output  2 before
        .*gate_proj.weight  gate              2 before
        .*up_proj.weight    up                2 before
        .*down_proj.weight  down              2 before
        lm_head.weight      head              0 -
    """,
    "bert": """
        .*self.query.weight              query             2 after
        .*self.key.weight                key               2 after
        .*self.value.weight              value             2 after
        .*attention.output.dense.weight  attention-output  2 after
        .*intermediate.dense.weight      up                2 after
        .*layer...output.dense.weight    down              2 after
    """,
    "t5": """
        .*SelfAttention.q.weight    query             2 before
        .*SelfAttention.k.weight    key               2 before
        .*SelfAttention.v.weight    value             2 before
        .*SelfAttention.o.weight    attention-output  2 before
        .*EncDecAttention.q.weight  query             2 before cross
        .*EncDecAttention.k.weight  key               2 before cross
        .*EncDecAttention.v.weight  value             2 before cross
        .*EncDecAttention.o.weight  attention-output  2 before cross
        .*wi.weight                 up                2 before
        .*wo.weight                 down              2 before
        shared.weight               head              0 -
    """,
    "bart": """
        .*self_attn.q_proj.weight       query             2 after
        .*self_attn.k_proj.weight       key               2 after
        .*self_attn.v_proj.weight       value             2 after
        .*self_attn.out_proj.weight     attention-output  2 after
        .*encoder_attn.q_proj.weight    query             2 after cross
        .*encoder_attn.k_proj.weight    key               2 after cross
        .*encoder_attn.v_proj.weight    value             2 after cross
        .*encoder_attn.out_proj.weight  attention-output  2 after cross
        .*fc1.weight                    up                2 after
        .*fc2.weight                    down              2 after
        model.shared.weight             head              0 -
    """,
    "vit": """
        .*q_proj.weight   query             2 before
        .*k_proj.weight   key               2 before
        .*v_proj.weight   value             2 before
        .*o_proj.weight   attention-output  2 before
        .*fc1.weight      up                2 before
        .*fc2.weight      down              2 before
    """,
    "mixtral": """
        .*q_proj.weight        query             2 before
        .*k_proj.weight        key               2 before
        .*v_proj.weight        value             2 before
        .*o_proj.weight        attention-output  2 before
        .*mlp.gate.weight      -                 2 before
        .*experts.gate_up_proj gate+up           2 before
        .*experts.down_proj    down              2 before
        lm_head.weight         head              0 -
    """,
    "codegen": """
        .*qkv_proj.weight  query+value+key   2 before
        .*out_proj.weight  attention-output  2 before
        .*fc_in.weight     up                2 before
        .*fc_out.weight    down              2 before
        lm_head.weight     head              0 -
    """,
    "olmo2": """
        .*q_proj.weight     query             2 inside
        .*k_proj.weight     key               2 inside
        .*v_proj.weight     value             2 inside
        .*o_proj.weight     attention-output  2 inside
        .*gate_proj.weight  gate              2 inside
        .*up_proj.weight    up                2 inside
        .*down_proj.weight  down              2 inside
        lm_head.weight      head              0 -
    """,
    "transformer": """
        .*self_attn.in_proj_weight        query+key+value   2 after
        .*self_attn.out_proj.weight       attention-output  2 after
        .*multihead_attn.in_proj_weight   query+key+value   2 after cross
        .*multihead_attn.out_proj.weight  attention-output  2 after cross
        .*linear1.weight                  up                2 after
        .*linear2.weight                  down              2 after
    """,
    "attention-by-hand": """
        q.weight  query             0 - cross
        k.weight  key               0 - cross
        v.weight  value             0 - cross
        o.weight  attention-output  0 - cross
    """,
    "perceiver": """
        cross.q.weight  query             0 - cross
        cross.k.weight  key               0 - cross
        cross.v.weight  value             0 - cross
        cross.o.weight  attention-output  0 - cross
        own.q.weight    query             2 before
        own.k.weight    key               2 before
        own.v.weight    value             2 before
        own.o.weight    attention-output  2 before
        head.weight     head              0 -
    """,
    "linear-attention": """
        [qkvo].weight  -  2 before
    """,
    "mlp-glu": """
        0.weight  up+gate  0 -
        2.weight  down     0 -
    """,
    "resnet-bottleneck": """
        .*(one|two|three).0.weight  -     3 inside
        6.weight                    head  0 -
    """,
    "resnet-preactivation": """
        .*conv..weight  -     2 before
        6.weight        head  0 -
    """,
    "skip-init": """
        up..*    up    2 -
        down..*  down  2 -
        gains..  -     2 -
        out.*    head  0 -
    """,
    "squeeze-excitation": """
        ..(conv.0|squeeze|excite).weight  -     3 inside
        6.weight                          head  0 -
    """,
    "highway": "out.weight head 0 -",
    "wavenet": """
        (filters|gates|streams)..*.weight  -     2 -
        end2.weight                        head  0 -
    """,
}
"""Path, parts, height, where the norm is, and whether attention is to another stream."""


def surrounded(name: str) -> tuple[Parameter, ...]:
    """The tensors of a model of the zoo, with what its graph shows."""
    model = next(one for one in ZOO if one.name == name)
    net = model.build()
    return graphs.surrounded(frameworks.describe(net), frameworks.graph(net, model.example()))


def told(around: Surroundings) -> str:
    """One row of the truth, without its path."""
    cross = "cross" if around.cross else ""
    parts = "+".join(around.parts) or "-"
    return " ".join(f"{parts} {around.height} {around.normed or '-'} {cross}".split())


def true_row(name: str, path: str) -> str:
    """What the truth says of one path; nothing where it names no row."""
    lines = (line.split(maxsplit=1) for line in TRUTH[name].strip().splitlines())
    found = (row for pattern, row in lines if re.fullmatch(pattern, path))
    return " ".join(next(found, "- 0 -").split())


@pytest.mark.parametrize("name", TRUTH)
def test_the_zoo(name: str) -> None:
    found = {
        one.path: told(one.surroundings)
        for one in surrounded(name)
        if one.surroundings is not None and one.role != "bias"
    }
    assert found == {path: true_row(name, path) for path in found}
    assert len(found) > len(TRUTH[name].strip().splitlines()) - 2


@pytest.mark.parametrize(
    ("name", "path", "sizes"),
    [
        ("gpt2", "transformer.h.0.attn.c_attn.weight", (32, 32, 32)),
        ("gptbigcode", "transformer.h.0.attn.c_attn.weight", (32, 8, 8)),
        ("phi3", "model.layers.0.self_attn.qkv_proj.weight", (32, 16, 16)),
        ("phi3", "model.layers.0.mlp.gate_up_proj.weight", (48, 48)),
        ("encoder-norm-last", "layers.0.self_attn.in_proj_weight", (16, 16, 16)),
        ("gated-convolution", "convs.0.weight", (8, 8)),
        ("bloom", "transformer.h.0.self_attention.query_key_value.weight", ()),
        ("gptneox", "gpt_neox.layers.0.attention.query_key_value.weight", ()),
        ("llama", "model.layers.0.mlp.up_proj.weight", ()),
    ],
)
def test_the_lengths_of_packed_blocks(name: str, path: str, sizes: tuple[int, ...]) -> None:
    """Heads that lie between each other (BLOOM, NeoX) have no blocks in a row."""
    (one,) = [one for one in surrounded(name) if one.path == path]
    assert one.surroundings is not None
    assert one.surroundings.sizes == sizes


def test_streams_are_numbered() -> None:
    streams = {
        one.path.split(".")[0]: one.surroundings.stream
        for one in surrounded("t5")
        if one.surroundings is not None and one.surroundings.stream
    }
    assert streams == {"encoder": 1, "decoder": 2}


def parts_of(make: Builder, *paths: str) -> list[tuple[str, ...]]:
    """The parts of some weights of a small graph."""
    dense = Axes(outputs=(0,), inputs=(1,))
    bare = [Parameter(path, (4, 4), role="weight", axes=dense) for path in paths]
    around = [one.surroundings for one in graphs.surrounded(bare, make.graph())]
    return [() if one is None else one.parts for one in around]


def by_hand(make: Builder, *, dim: int, swap: bool = False) -> None:
    """Attention whose scores are ``a bᵀ``, with a softmax along ``dim``."""
    x = make.input(2, 3, 4)
    a, b, v = (make.linear(x, name, 4, 4) for name in "abv")
    scores = make.call("matmul", a, make.call("transpose", b, shape=(2, 4, 3)), shape=(2, 3, 3))
    shares = make.call("softmax", make.call("mul", scores, make.constant()), dim=dim)
    pair = (v, shares) if swap else (shares, v)
    make.linear(make.call("matmul", *pair, shape=(2, 3, 4)), "o", 4, 4)


@pytest.mark.parametrize(
    ("dim", "first", "second"), [(-1, "query", "key"), (-2, "key", "query"), (2, "query", "key")]
)
def test_the_softmax_says_which_side_asks(dim: int, first: str, second: str) -> None:
    make = Builder()
    by_hand(make, dim=dim)
    assert parts_of(make, *"abvo") == [(first,), (second,), ("value",), ("attention-output",)]


@pytest.mark.parametrize(
    ("equation", "first"),
    [("bqd,bkd->bqk", "query"), ("bkd,bqd->bqk", "key"), ("...qd,...kd->...qk", "query")],
)
def test_an_einsum_says_it_by_its_letters(equation: str, first: str) -> None:
    make = Builder()
    x = make.input(2, 3, 4)
    a, b, v = (make.linear(x, name, 4, 4) for name in "abv")
    scores = make.call("einsum", a, b, shape=(2, 3, 3), equation=equation)
    make.call("matmul", make.call("softmax", scores, dim=-1), v, shape=(2, 3, 4))
    assert parts_of(make, "a") == [(first,)]


def test_a_softmax_over_a_map_is_no_attention() -> None:
    make = Builder()
    x = make.input(2, 3, 4)
    shares = make.call("softmax", make.linear(x, "router", 4, 4), dim=-1)
    make.call("matmul", shares, make.linear(x, "v", 4, 4), shape=(2, 3, 4))
    assert parts_of(make, "router", "v") == [(), ()]


def test_a_gate_of_something_else_is_no_unit() -> None:
    """Both sides of a gated unit read the same; a squeezed gate does not."""
    make = Builder()
    x, y = make.input(2, 4), make.input(2, 4)
    gate = make.call("sigmoid", make.linear(y, "gate", 4, 4))
    make.linear(make.call("mul", make.linear(x, "up", 4, 4), gate), "down", 4, 4)
    assert parts_of(make, "gate", "up", "down") == [(), (), ("head",)]


def test_a_result_that_is_returned_and_used_is_no_head() -> None:
    make = Builder()
    x = make.linear(make.input(2, 4), "a", 4, 4)
    y = make.call("softmax", make.linear(make.call("relu", x), "b", 4, 4), dim=-1)
    graph = make.graph(x, y)
    dense = [Parameter(path, (4, 4), role="weight") for path in "ab"]
    around = [one.surroundings for one in graphs.surrounded(dense, graph)]
    assert [one.parts for one in around if one is not None] == [(), ("head",)]
