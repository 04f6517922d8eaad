"""What each operation does to a signal: one row an operation, grouped by family.

The names are those of the calls that a model makes, in their shortest form: a method, a function
and an operator of the same meaning share one. An operation that has no row is ``unknown``; the
graph names it.
"""

from isometry.graphs.node import Family

WEIGHTS = frozenset(
    """
    bilinear conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d embedding
    embedding_bag gru gru_cell linear lstm lstm_cell rnn_relu rnn_relu_cell rnn_tanh
    rnn_tanh_cell
    """.split()
)
"""Calls that take their weight in a slot of its own."""

CONTRACTIONS = frozenset(
    """
    addbmm addmm addmv baddbmm bmm dot einsum grouped_mm matmul mm mv outer tensordot vdot
    """.split()
)
"""Products of two tensors: a weight's map where one side comes from parameters only."""

ATTENTION = frozenset("flex_attention scaled_dot_product_attention".split())

ACTIVATIONS = frozenset(
    """
    abs acos arctan celu clamp cos cosh elu erf exp expm1 gelu hardshrink hardsigmoid hardswish
    hardtanh leaky_relu log log1p logsigmoid maximum minimum mish pow prelu reciprocal relu
    relu6 rrelu rsqrt selu sigmoid sign silu sin sinh softplus softshrink softsign sqrt square
    tanh tanhshrink threshold
    """.split()
)

NORMS = frozenset(
    """
    batch_norm group_norm instance_norm layer_norm local_response_norm normalize rms_norm
    """.split()
)

SOFTMAX = frozenset("gumbel_softmax log_softmax softmax softmin".split())

ADDITIONS = frozenset("add rsub sub".split())

PRODUCTS = frozenset("addcmul div lerp mul neg".split())

POOLING = frozenset(
    """
    adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d
    adaptive_max_pool2d adaptive_max_pool3d avg_pool1d avg_pool2d avg_pool3d lp_pool1d lp_pool2d
    max_pool1d max_pool2d max_pool3d
    """.split()
)

REDUCTIONS = frozenset(
    """
    amax amin argmax argmin cumprod cumsum logsumexp max mean median min norm prod std sum var
    vector_norm
    """.split()
)

CONCATENATIONS = frozenset("cat concat dstack hstack stack vstack".split())

MASKS = frozenset("masked_fill masked_scatter tril triu where".split())

GATES = frozenset("glu".split())
"""Calls that multiply one half of their input by a function of the other."""

DROPOUTS = frozenset(
    """
    alpha_dropout dropout dropout1d dropout2d dropout3d feature_alpha_dropout
    """.split()
)

WRITES = frozenset(
    """
    copy fill index_add index_copy index_put scatter scatter_add setitem zero
    """.split()
)

VIEWS = frozenset(
    """
    as_strided atleast_2d broadcast_to chunk clone complex contiguous detach expand expand_as
    flatten flip fold gather getitem imag index_select interpolate movedim narrow pad permute
    pixel_shuffle pixel_unshuffle real repeat repeat_interleave reshape reshape_as roll select
    split split_with_sizes squeeze swapaxes swapdims t take_along_dim tensor_split tile to topk
    transpose type_as unbind unflatten unfold unsafe_chunk unsqueeze view view_as
    view_as_complex view_as_real
    """.split()
)

CONSTANTS = frozenset(
    """
    empty_like full_like new_empty new_full new_ones new_tensor new_zeros ones_like rand_like
    randint_like randn_like zeros_like
    """.split()
)
"""Calls that take a tensor for its shape only."""

ROWS: tuple[tuple[Family, frozenset[str]], ...] = (
    ("constant", CONSTANTS),
    ("weight", WEIGHTS),
    ("contraction", CONTRACTIONS),
    ("attention", ATTENTION),
    ("activation", ACTIVATIONS),
    ("norm", NORMS),
    ("softmax", SOFTMAX),
    ("add", ADDITIONS),
    ("scale", PRODUCTS),
    ("pooling", POOLING),
    ("reduction", REDUCTIONS),
    ("concatenation", CONCATENATIONS),
    ("mask", MASKS),
    ("dropout", DROPOUTS),
    ("gate", GATES),
    ("write", WRITES),
    ("view", VIEWS),
)

FAMILY: dict[str, Family] = {name: family for family, names in ROWS for name in names}
"""Family of every operation that has a rule."""

CASTS = frozenset("clone contiguous detach to type_as".split())
"""Views that change neither value nor place."""

ALIASES = {
    "H": "t",
    "T": "t",
    "_log_softmax": "log_softmax",
    "_softmax": "softmax",
    "absolute": "abs",
    "adaptive_max_pool1d_with_indices": "adaptive_max_pool1d",
    "adaptive_max_pool2d_with_indices": "adaptive_max_pool2d",
    "arccos": "acos",
    "atan": "arctan",
    "clamp_max": "clamp",
    "clamp_min": "clamp",
    "clip": "clamp",
    "concat": "cat",
    "concatenate": "cat",
    "divide": "div",
    "true_divide": "div",
    "truediv": "div",
    "rdiv": "div",
    "rtruediv": "div",
    "itruediv": "div",
    "float": "to",
    "half": "to",
    "bfloat16": "to",
    "double": "to",
    "cpu": "to",
    "cuda": "to",
    "iadd": "add",
    "radd": "add",
    "isub": "sub",
    "imul": "mul",
    "rmul": "mul",
    "multiply": "mul",
    "mH": "transpose",
    "mT": "transpose",
    "negative": "neg",
    "subtract": "sub",
    "rmatmul": "matmul",
    "_grouped_mm": "grouped_mm",
    "max_pool1d_with_indices": "max_pool1d",
    "max_pool2d_with_indices": "max_pool2d",
    "max_pool3d_with_indices": "max_pool3d",
    "linalg_norm": "norm",
    "linalg_vector_norm": "norm",
    "log_sigmoid": "logsigmoid",
    "rpow": "pow",
    "special_erf": "erf",
    "t_copy": "t",
    "ravel": "flatten",
    "swish": "silu",
    "unsafe_split": "split",
}
"""Other names of the same operations."""


def canonical(name: str) -> str:
    """The name an operation goes by: no dunder, no trailing underscore, no alias.

    >>> canonical("__iadd__"), canonical("relu_"), canonical("swish")
    ('add', 'relu', 'silu')
    """
    bare = name.strip("_") if name.startswith("__") else name.rstrip("_")
    return ALIASES.get(bare, bare)


def family(op: str) -> Family:
    """What an operation does to a signal, ``unknown`` where no row says."""
    return FAMILY.get(op, "unknown")
