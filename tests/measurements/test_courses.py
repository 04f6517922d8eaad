"""Which layers are compared with each other."""

import math

import torch
from torch import Tensor, nn

import isometry as iso
from isometry.measurements import Course, Measurement, trend

X = torch.randn(8, 16, generator=torch.Generator().manual_seed(0))


def measured(model: nn.Module) -> Measurement:
    return iso.diagnose(model, X).measurement


def plain(depth: int) -> list[nn.Module]:
    return [part for _ in range(depth) for part in (nn.Linear(16, 16), nn.Tanh())]


def course(*stds: float) -> Course:
    nothing = tuple(math.nan for _ in stds)
    return Course("plain", tuple(range(len(stds))), (), stds, nothing, nothing, 0.1)


def test_what_the_model_returns_is_not_compared() -> None:
    found = measured(nn.Sequential(*plain(4), nn.Linear(16, 3)))
    assert [one.paths for one in found.courses] == [
        ("0.weight", "2.weight", "4.weight", "6.weight")
    ]


def test_a_norm_between_makes_a_normed_course() -> None:
    parts = [nn.Linear(16, 16), nn.LayerNorm(16), *plain(3), nn.Linear(16, 3)]
    assert [one.kind for one in measured(nn.Sequential(*parts)).courses] == ["normed"]


class Forked(nn.Module):
    """Six layers; the second one's output is added to the last one's."""

    def __init__(self) -> None:
        super().__init__()
        self.before, self.after = nn.Sequential(*plain(2)), nn.Sequential(*plain(4))
        self.head = nn.Linear(32, 3)

    def forward(self, x: Tensor) -> Tensor:
        kept = self.before(x)
        out: Tensor = self.head(torch.cat([kept, self.after(kept)], 1))
        return out


def test_gradients_are_compared_where_nothing_else_is_read() -> None:
    found = measured(Forked()).courses[0]
    assert len(found) == 6
    assert [math.isfinite(one) for one in found.deltas] == [False, False, True, True, True, True]
    assert all(map(math.isfinite, found.stds))


class Blocks(nn.Module):
    """A stream with branches of three layers each."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([nn.Sequential(*plain(3)) for _ in range(4)])

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = x + block(x)
        return x


def test_a_stream_is_compared_and_not_what_is_inside_its_branches() -> None:
    found = measured(Blocks())
    assert [(one.kind, len(one)) for one in found.courses] == [("stream", 4)]


def test_a_trend_is_the_slope_of_the_logarithm() -> None:
    found = trend((1.0, 0.1, 0.01, 0.001))
    assert math.isclose(found.slope, -1.0)
    assert math.isclose(found.total, -3.0)


def test_exact_zeros_have_no_size() -> None:
    assert trend((1.0, 0.1, 0.01, 0.0)).total == trend((1.0, 0.1, 0.01)).total
    assert trend((1.0, 0.0, 0.0, 1.0)).slope == 0.0


def test_a_course_falls_silent_where_zeros_go_on() -> None:
    assert course(1.0, 0.0, 0.0).silent == 1
    assert course(1.0, 1.0, 0.0).silent is None
