"""A net that dies at a high rate lives with its start kept up."""

from isometry.calibrations import Clip, Revive
from tools import dying

PARTS = (Revive(every=20), Clip(limit=0.02))


def test_a_rate_that_kills_the_plain_net_trains_the_kept_one() -> None:
    plain = dying.run(dying.Setting("sgd", 0.3, (), 0))
    kept = dying.run(dying.Setting("sgd", 0.3, PARTS, 0))
    assert plain.accuracy[-1] < 0.2
    assert plain.idle[-1] > 0.5
    assert kept.accuracy[-1] > 0.9
    assert kept.idle[-1] < 0.05


def test_a_rate_that_suits_the_plain_net_suits_the_kept_one() -> None:
    kept = dying.run(dying.Setting("sgd", 0.03, PARTS, 0))
    assert kept.accuracy[-1] > 0.9
