"""What somebody has set, or a checkpoint brought, is not touched."""

from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations

from isometry import errors, schemes
from isometry.frameworks.torch import (
    apply,
    claim,
    describe,
    fingerprint,
    initialize_missing,
    materialize,
    release,
)
from tests.frameworks.torch.models import Net, kept, planned, same, values


def test_what_was_loaded_is_not_touched() -> None:
    net = Net()
    loaded = ["emb.weight", "h.0.c_fc.weight", "h.1.gamma"]
    before = values(net)
    ledger = initialize_missing(planned(net), net, loaded, seed=3)
    after = values(net)
    assert all(torch.equal(after[name], before[name]) for name in [*loaded, "head.weight"])
    assert kept(ledger) == loaded
    assert ledger["emb.weight"].note == "loaded from a checkpoint"


def test_what_was_missing_is_as_in_a_whole_initialization() -> None:
    net, twin = Net(), Net()
    initialize_missing(planned(net), net, ["emb.weight"], seed=3)
    apply(planned(twin), twin, seed=3)
    twin.emb.weight = twin.head.weight = net.emb.weight
    assert same(values(net), values(twin))


def test_a_tied_tensor_is_loaded_under_any_of_its_names() -> None:
    net = Net()
    assert kept(initialize_missing(planned(net), net, ["head.weight"])) == ["emb.weight"]


def test_torchs_report_of_loading() -> None:
    net = Net()
    state = {name: one for name, one in net.state_dict().items() if not name.startswith("h.0")}
    report = net.load_state_dict(state, strict=False)
    ledger = initialize_missing(planned(net), net, report)
    written = [entry.path for entry in ledger if entry.status == "written"]
    # A buffer that no checkpoint holds is never reported missing.
    assert written == [
        "h.0.gamma",
        "h.0.positions",
        "h.0.norm.weight",
        "h.0.norm.bias",
        "h.0.c_fc.weight",
        "h.0.c_fc.bias",
        "h.0.c_proj.weight",
        "h.0.c_proj.bias",
    ]


def test_transformers_report_of_loading() -> None:
    net = Net()
    report = {"missing_keys": {"h.0.gamma"}, "unexpected_keys": set(), "mismatched_keys": set()}
    ledger = initialize_missing(planned(net), net, report)
    assert [entry.path for entry in ledger if entry.status == "written"] == ["h.0.gamma"]


def test_a_name_that_the_model_lacks_is_an_error() -> None:
    net = Net()
    before = values(net)
    with pytest.raises(errors.MismatchError) as caught:
        initialize_missing(planned(net), net, ["model.emb.weight", "emb.weight", "x._extra_state"])
    assert str(caught.value) == (
        "the model has no tensor of 1 of 2 names: model.emb.weight. Needed: names of the model's "
        "tensors, such as the keys of its state dict. Do: rename or drop them."
    )
    assert same(values(net), before)


def old_weight_norm() -> Any:
    with pytest.warns(FutureWarning):
        return nn.utils.weight_norm(nn.Linear(3, 5))


@pytest.mark.parametrize(
    "build",
    [
        lambda: nn.Sequential(parametrizations.weight_norm(nn.Linear(3, 5))),
        lambda: nn.Sequential(parametrizations.spectral_norm(nn.Linear(3, 5))),
        lambda: nn.Sequential(nn.utils.spectral_norm(nn.Linear(3, 5))),
        lambda: nn.Sequential(old_weight_norm()),
        lambda: nn.DataParallel(nn.Linear(3, 5)),
        lambda: torch.compile(nn.Linear(3, 5), backend="eager"),
        Net,
    ],
)
def test_the_keys_of_a_whole_state_dict_leave_nothing_missing(build: Any) -> None:
    net = build()
    state = net.state_dict()
    before = values(net)
    ledger = initialize_missing(planned(net), net, [*state, *buffers(net)])
    assert {entry.status for entry in ledger} == {"kept"}
    assert same(values(net), before)


def buffers(net: nn.Module) -> list[str]:
    return [name for name, _ in net.named_buffers() if name.endswith("inv_freq")]


class Hybrid(nn.Module):
    """Two parts with an initialization of their own each."""

    def __init__(self) -> None:
        super().__init__()
        self.mamba = Net(depth=1)
        self.body = Net(depth=1)


def test_what_an_earlier_apply_wrote_is_kept() -> None:
    net = Hybrid()
    apply(planned(net.mamba, "orthogonal"), net.mamba, seed=0)
    before, body = fingerprint(net.mamba), fingerprint(net.body)
    ledger = apply(planned(net), net, seed=0, overwrite=False)
    assert fingerprint(net.mamba) == before
    assert fingerprint(net.body) != body
    assert all(path.startswith("mamba") for path in kept(ledger))
    assert ledger["mamba.emb.weight"].note == "claimed by an earlier apply or by claim()"


def test_it_is_overwritten_unless_told_otherwise() -> None:
    net = Hybrid()
    apply(planned(net.mamba, "orthogonal"), net.mamba, seed=0)
    before = fingerprint(net.mamba)
    apply(planned(net), net, seed=0)
    assert fingerprint(net.mamba) != before


def test_a_claim_is_kept() -> None:
    net = Hybrid()
    claim(net.body)
    before = values(net.body)
    apply(planned(net), net, overwrite=False)
    assert same(values(net.body), before)


def test_a_claim_can_be_released() -> None:
    net = Hybrid()
    claim(net.body)
    release(net)
    assert kept(apply(planned(net), net, overwrite=False)) == []


def test_a_claim_survives_a_conversion_and_a_wrapper() -> None:
    net = Hybrid()
    claim(net.body)
    wrapped = nn.DataParallel(net.double())
    names = kept(apply(planned(wrapped), wrapped, overwrite=False))
    assert names == [one.path for one in describe(net) if one.path.startswith("body")]


def test_a_copy_is_not_claimed() -> None:
    net = Net()
    claim(net)
    other = Net()
    other.load_state_dict(net.state_dict())
    assert kept(apply(planned(other), other, overwrite=False)) == []


def test_materialized_tensors_are_claimed() -> None:
    with torch.device("meta"):
        net = Net()
    materialize(net, planned(net))
    assert len(kept(apply(planned(net), net, overwrite=False))) == len(describe(net))


def test_a_kept_tensor_is_not_claimed() -> None:
    net = nn.Linear(2, 2)
    plan = planned(net).replace("bias", None)
    apply(plan, net)
    again = planned(net).replace("bias", schemes.Constant(1.0))
    assert kept(apply(again, net, overwrite=False)) == ["weight"]
