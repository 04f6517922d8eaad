"""Every kind of torch layer is recorded with the distributions that its own code gives it."""

from collections.abc import Callable

import pytest
from torch import nn

from isometry import plans
from isometry.frameworks.torch.native import native
from tests.frameworks.torch.native import parity

LAYERS: dict[str, Callable[[], nn.Module]] = {
    "adaptive softmax": lambda: nn.AdaptiveLogSoftmaxWithLoss(16, 100, [10, 50]),
    "batch norm": lambda: nn.BatchNorm2d(6),
    "bilinear": lambda: nn.Bilinear(4, 5, 6),
    "conv1d": lambda: nn.Conv1d(4, 6, 3),
    "conv2d grouped": lambda: nn.Conv2d(4, 6, 3, groups=2),
    "conv3d": lambda: nn.Conv3d(2, 4, 3),
    "conv transpose1d": lambda: nn.ConvTranspose1d(4, 6, 3),
    "conv transpose2d": lambda: nn.ConvTranspose2d(4, 6, 3, stride=2),
    "conv transpose3d": lambda: nn.ConvTranspose3d(2, 2, 2),
    "embedding": lambda: nn.Embedding(20, 8),
    "embedding padded": lambda: nn.Embedding(20, 8, padding_idx=-1),
    "embedding bag": lambda: nn.EmbeddingBag(20, 8, padding_idx=0, mode="sum"),
    "group norm": lambda: nn.GroupNorm(2, 6),
    "gru": lambda: nn.GRU(4, 6, 2),
    "instance norm": lambda: nn.InstanceNorm2d(6, affine=True, track_running_stats=True),
    "layer norm": lambda: nn.LayerNorm(6),
    "linear": lambda: nn.Linear(8, 5),
    "lstm": lambda: nn.LSTM(4, 6, 2, proj_size=3, bidirectional=True),
    "lstm cell": lambda: nn.LSTMCell(4, 6),
    "attention": lambda: nn.MultiheadAttention(16, 4, add_bias_kv=True),
    "attention of other widths": lambda: nn.MultiheadAttention(16, 4, kdim=8, vdim=12),
    "prelu": lambda: nn.PReLU(4),
    "rms norm": lambda: nn.RMSNorm(6),
    "rnn": lambda: nn.RNN(4, 6),
    "sync batch norm": lambda: nn.SyncBatchNorm(4),
    "transformer": lambda: nn.Transformer(16, 4, 2, 2, 32, batch_first=True),
    "spectral norm": lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(5, 6)),
    "weight norm": lambda: nn.utils.parametrizations.weight_norm(nn.Conv1d(4, 6, 3)),
    "bfloat16": lambda: nn.Linear(64, 64).bfloat16(),
}


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_starts_as_its_own_code_starts_it(name: str) -> None:
    found = parity.verdicts(native(LAYERS[name]), LAYERS[name], seeds=6)
    assert [verdict for verdict in found if verdict.problem] == []


@pytest.mark.parametrize("name", LAYERS)
def test_a_built_layer_is_recorded_like_its_factory(name: str) -> None:
    built, made = native(LAYERS[name]()), native(LAYERS[name])
    assert {a.parameter.path: a.scheme for a in built} == {a.parameter.path: a.scheme for a in made}


@pytest.mark.parametrize("name", LAYERS)
def test_a_recorded_plan_survives_json(name: str) -> None:
    plan = native(LAYERS[name])
    assert plans.Plan.from_json(plan.to_json()) == plan


@pytest.mark.filterwarnings("ignore:.*weight_norm. is deprecated:FutureWarning")
def test_the_older_weight_norm_is_recorded_as_the_weight_that_it_norms() -> None:
    plan = native(lambda: nn.utils.weight_norm(nn.Linear(4, 6)))
    assert plan["weight"].scheme == native(lambda: nn.Linear(4, 6))["weight"].scheme
