"""The gradients of a cross-entropy against autograd, for labels that know nothing of the model."""

import math
from functools import cache

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import isometry as iso
from isometry import graphs, plans
from isometry.plans.forecast import backward, forward, moments_of
from isometry.plans.forecast.backward_loss import Loss
from tests.plans.forecast import backpropagating
from tests.plans.forecast.nets import Net, noise, words

transformers = pytest.importorskip("transformers")

SEEDS = 48


def entropy(outputs: list[Tensor], seed: int) -> Tensor:
    """The mean cross-entropy of random labels, over ``log C``."""
    logits = outputs[0].flatten(0, -2)
    classes = logits.shape[-1]
    generator = torch.Generator().manual_seed(seed + 77)
    labels = torch.randint(classes, logits.shape[:1], generator=generator)
    return functional.cross_entropy(logits, labels) / math.log(classes)


def perceptron() -> nn.Module:
    return nn.Sequential(
        nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 128), nn.Tanh(), nn.Linear(128, 10)
    )


def convolutional() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 64, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(64, 64, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(64, 10),
    )


class Language(nn.Module):
    """GPT-2 without its records: logits alone."""

    def __init__(self) -> None:
        super().__init__()
        config = transformers.GPT2Config(
            vocab_size=100,
            n_positions=16,
            n_embd=128,
            n_layer=2,
            n_head=4,
            use_cache=False,
            bos_token_id=None,
            eos_token_id=None,
        )
        self.body = transformers.GPT2LMHeadModel(config)

    def forward(self, ids: Tensor) -> Tensor:
        logits: Tensor = self.body(ids).logits
        return logits


NETS = (
    Net("perceptron", perceptron, noise(32, 128), 0.08),
    Net("convolutional", convolutional, noise(8, 3, 8, 8), 0.08),
    Net("language", Language, words(4, 12), 0.1),
)


@cache
def seen(net: Net) -> tuple[plans.Plan, backpropagating.Seen]:
    plan = iso.plan(net.build())
    return plan, backpropagating.seen(net.build(), net.example, plan, SEEDS, loss=entropy)


def worst(net: Net, loss: Loss) -> float:
    """The largest relative error of the gradients of maps and weights."""
    plan, real = seen(net)
    weights = moments_of(plan)
    known = backward(real.graph, forward(real.graph, weights), weights, loss=loss)
    at = {node.path: node.index for node in real.graph if node.family == "parameter"}
    maps = [use.map for use in graphs.read(real.graph).uses]
    outputs = [(known[one.step], real.step(one.step)) for one in maps]
    entries = [(known[at[one.weights[0]]], real.weight(one.weights[0])) for one in maps]
    pairs = ((math.sqrt(k.square), backpropagating.rms(q)) for k, q in (*outputs, *entries))
    return max(abs(made / found - 1) for made, found in pairs)


@pytest.mark.parametrize("net", NETS, ids=lambda net: net.name)
def test_cross_entropy_meets_autograd(net: Net) -> None:
    assert worst(net, "cross-entropy") < net.within


@pytest.mark.parametrize("net", NETS, ids=lambda net: net.name)
def test_a_cotangent_is_no_cross_entropy(net: Net) -> None:
    assert worst(net, "cotangent") > 1
