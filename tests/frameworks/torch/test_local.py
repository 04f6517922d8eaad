"""A shard holds what the whole tensor would hold there, with the whole's fans."""

import pytest
import torch

from isometry import errors, schemes
from isometry.frameworks.torch import fill_local

SHAPE = (64, 1024)


def filled(scheme: schemes.Scheme | str = "xavier_normal", path: str = "w") -> torch.Tensor:
    return fill_local(torch.empty(SHAPE), scheme, shape=SHAPE, offset=(0, 0), path=path)


@pytest.mark.parametrize("scheme", ["xavier_normal", "he_uniform", "orthogonal"])
@pytest.mark.parametrize("ranks", [1, 2, 4, 8])
def test_shards_join_to_the_whole(scheme: str, ranks: int) -> None:
    width = SHAPE[1] // ranks
    shards = [
        fill_local(
            torch.empty(SHAPE[0], width), scheme, shape=SHAPE, offset=(0, rank * width), path="w"
        )
        for rank in range(ranks)
    ]
    assert torch.equal(torch.cat(shards, dim=1), filled(scheme))


def test_the_std_is_the_wholes() -> None:
    shard = fill_local(torch.empty(64, 128), "xavier_normal", shape=SHAPE, offset=(0, 0), path="w")
    assert shard.std().item() == pytest.approx((2 / (64 + 1024)) ** 0.5, rel=0.03)


def test_the_fan_of_the_shard_would_be_seen() -> None:
    alone = fill_local(
        torch.empty(64, 128), "xavier_normal", shape=(64, 128), offset=(0, 0), path="w"
    )
    assert alone.std().item() > 1.5 * (2 / (64 + 1024)) ** 0.5


def test_a_flat_shard() -> None:
    flat = fill_local(torch.empty(1000), "xavier_normal", shape=SHAPE, offset=5000, path="w")
    assert torch.equal(flat, filled().flatten()[5000:6000])


def test_a_strided_low_precision_shard() -> None:
    shard = torch.empty(10, 6, dtype=torch.bfloat16).t()
    fill_local(shard, "xavier_normal", shape=SHAPE, offset=(3, 7), path="w")
    assert torch.equal(shard, filled()[3:9, 7:17].bfloat16())


def test_shards_and_layers_differ() -> None:
    whole = filled()
    assert not torch.equal(whole[:32], whole[32:])
    assert not torch.equal(whole, filled(path="v"))
    assert torch.linalg.matrix_rank(whole) == 64


def test_a_shard_outside_is_refused() -> None:
    with pytest.raises(errors.ShapeError):
        fill_local(torch.empty(64, 2), "xavier_normal", shape=SHAPE, offset=(0, 1023), path="w")


def test_a_shard_without_memory_is_refused() -> None:
    meta = torch.empty(64, 2, device="meta")
    with pytest.raises(errors.UnsupportedTensorError) as caught:
        fill_local(meta, "xavier_normal", shape=SHAPE, offset=(0, 0), path="w")
    assert str(caught.value) == (
        "w: it is on the meta device and has no memory. Needed: a tensor whose memory can be "
        "written. Do: call materialize(model, plan)."
    )
