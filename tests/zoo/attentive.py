"""Attention by hand and by torch's own layers."""

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from tests.zoo.model import Model, indices, normal, together


class Head(nn.Module):
    """Attention written out, all of it."""

    def __init__(self, width: int = 16, heads: int = 2) -> None:
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.o = (nn.Linear(width, width, bias=False) for _ in range(4))

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        q, k, v = (self._apart(t) for t in (self.q(x), self.k(y), self.v(y)))
        scores = torch.matmul(q, k.transpose(-2, -1)) / q.shape[-1] ** 0.5
        mixed = torch.matmul(fn.dropout(scores.softmax(-1), 0.1, self.training), v)
        return self.o(mixed.transpose(1, 2).flatten(2))

    def _apart(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)


class Rms(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return self.gain * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6))


class Llama(nn.Module):
    """RMS norms, rotary positions, gated feed-forward; all by hand (Touvron et al. 2023)."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(30, 16)
        self.norms = nn.ModuleList(Rms(16) for _ in range(5))
        self.q, self.k, self.v, self.o = (
            nn.ModuleList(nn.Linear(16, 16, bias=False) for _ in range(2)) for _ in range(4)
        )
        self.gate, self.up = (
            nn.ModuleList(nn.Linear(16, 24, bias=False) for _ in range(2)) for _ in range(2)
        )
        self.down = nn.ModuleList(nn.Linear(24, 16, bias=False) for _ in range(2))
        self.head = nn.Linear(16, 30, bias=False)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.words(ids)
        for i in range(2):
            y = self.norms[2 * i](x)
            q, k = _turned(self.q[i](y)), _turned(self.k[i](y))
            x = x + self.o[i](fn.scaled_dot_product_attention(q, k, self.v[i](y), is_causal=True))
            y = self.norms[2 * i + 1](x)
            x = x + self.down[i](fn.silu(self.gate[i](y)) * self.up[i](y))
        return self.head(self.norms[4](x))


def _turned(x: Tensor) -> Tensor:
    angles = torch.outer(torch.arange(x.shape[1]), torch.ones(x.shape[2]))
    half = x.shape[-1] // 2
    return x * angles.cos() + torch.cat([-x[..., half:], x[..., :half]], -1) * angles.sin()


class Gpt(nn.Module):
    """Norm first, one matrix for queries, keys and values, a tied head (Radford et al. 2019)."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(30, 16), nn.Embedding(8, 16)
        self.norms = nn.ModuleList(nn.LayerNorm(16) for _ in range(5))
        self.qkv = nn.ModuleList(nn.Linear(16, 48) for _ in range(2))
        self.o = nn.ModuleList(nn.Linear(16, 16) for _ in range(2))
        self.up = nn.ModuleList(nn.Linear(16, 64) for _ in range(2))
        self.down = nn.ModuleList(nn.Linear(64, 16) for _ in range(2))
        self.head = nn.Linear(16, 30, bias=False)
        self.head.weight = self.words.weight

    def forward(self, ids: Tensor) -> Tensor:
        x = self.words(ids) + self.places(torch.arange(ids.shape[1]))
        for i in range(2):
            q, k, v = self.qkv[i](self.norms[2 * i](x)).chunk(3, dim=-1)
            x = x + self.o[i](fn.scaled_dot_product_attention(q, k, v, is_causal=True))
            y = self.up[i](self.norms[2 * i + 1](x))
            y = 0.5 * y * (1 + torch.tanh(0.7978845608 * (y + 0.044715 * y**3)))
            x = x + self.down[i](y)
        return self.head(self.norms[4](x))


class VisionTransformer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.patch = nn.Conv2d(3, 16, 4, 4)
        self.first, self.places = (
            nn.Parameter(torch.zeros(1, 1, 16)),
            nn.Parameter(torch.zeros(17, 16)),
        )
        layer = nn.TransformerEncoderLayer(
            16, 2, 32, activation="gelu", batch_first=True, norm_first=True
        )
        self.body = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.norm, self.head = nn.LayerNorm(16), nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.first.expand(x.shape[0], -1, -1), x], 1) + self.places
        return self.head(self.norm(self.body(x))[:, 0])


class Perceiver(nn.Module):
    """Learned questions to a long input (Jaegle et al. 2021)."""

    def __init__(self) -> None:
        super().__init__()
        self.latents = nn.Parameter(torch.randn(4, 16))
        self.enter, self.cross, self.own = nn.Linear(5, 16), Head(), Head()
        self.norms = nn.ModuleList(nn.LayerNorm(16) for _ in range(3))
        self.head = nn.Linear(16, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.enter(x)
        z = self.latents.expand(x.shape[0], -1, -1)
        z = self.cross(z, x)
        y = self.norms[1](z)
        z = z + self.own(y, y)
        return self.head(self.norms[2](z).mean(1))


class LinearAttention(nn.Module):
    """Attention without softmax: keys and values meet first (Katharopoulos et al. 2020)."""

    def __init__(self) -> None:
        super().__init__()
        self.q, self.k, self.v, self.o = (nn.Linear(16, 16, bias=False) for _ in range(4))
        self.norm = nn.LayerNorm(16)

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(x)
        q, k = fn.elu(self.q(y)) + 1, fn.elu(self.k(y)) + 1
        return x + self.o(
            torch.einsum("bqd,bde->bqe", q, torch.einsum("bkd,bke->bde", k, self.v(y)))
        )


class Parallel(nn.Module):
    """Attention and feed-forward beside each other, in one sum (Wang and Komatsuzaki 2021)."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(30, 16)
        self.norms = nn.ModuleList(nn.LayerNorm(16) for _ in range(3))
        self.heads = nn.ModuleList(Head() for _ in range(2))
        self.up = nn.ModuleList(nn.Linear(16, 32) for _ in range(2))
        self.down = nn.ModuleList(nn.Linear(32, 16) for _ in range(2))
        self.head = nn.Linear(16, 30)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.words(ids)
        for i in range(2):
            y = self.norms[i](x)
            x = self.heads[i](y, y) + self.down[i](fn.gelu(self.up[i](y))) + x
        return self.head(self.norms[2](x))


class Bag(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words, self.out = nn.EmbeddingBag(30, 8, mode="mean"), nn.Linear(8, 3)

    def forward(self, ids: Tensor) -> Tensor:
        return self.out(self.words(ids))


class TwoTowers(nn.Module):
    """Users and things, met by a product (Covington et al. 2016)."""

    def __init__(self) -> None:
        super().__init__()
        self.users, self.things = nn.Embedding(30, 8), nn.Embedding(20, 8)
        self.user, self.thing = nn.Linear(8, 8), nn.Linear(8, 8)

    def forward(self, users: Tensor, things: Tensor) -> Tensor:
        a = fn.normalize(self.user(self.users(users)), dim=-1)
        return a @ fn.normalize(self.thing(self.things(things)), dim=-1).T


def _encoder(*, first: bool) -> nn.Module:
    layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True, norm_first=first)
    return nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)


WORDS = indices(30, 2, 6)

MODELS = (
    Model(
        "attention-by-hand", Head, together(normal(2, 5, 16), normal(2, 7, 16, seed=1)),
        """
        [qkv].weight  linear  input      attention  -
        o.weight      linear  attention  output     -
        """,
    ),
    Model(
        "attention-of-torch", lambda: nn.MultiheadAttention(16, 2, batch_first=True),
        together(*(normal(2, 5, 16, seed=seed) for seed in range(3))),
        """
        in_proj_weight   linear  input      attention  -  16>16  x3
        out_proj.weight  linear  attention  output     -
        """,
    ),
    Model(
        "encoder-norm-last", lambda: _encoder(first=False), normal(2, 5, 16),
        """
        layers.0.self_attn.in_proj_weight    linear  input      attention  B1/4  16>48
        layers.1.self_attn.in_proj_weight    linear  norm       attention  B3/4  16>48
        layers.\\d.self_attn.out_proj.weight linear  attention  join       T
        layers.\\d.linear1.weight            linear  norm       relu       B
        layers.\\d.linear2.weight            linear  relu       join       T
        """,
        (4,),
    ),
    Model(
        "encoder-norm-first", lambda: _encoder(first=True), normal(2, 5, 16),
        """
        layers.\\d.self_attn.in_proj_weight  linear  norm       attention  B     16>48
        layers.\\d.self_attn.out_proj.weight linear  attention  join       T
        layers.\\d.linear1.weight            linear  norm       relu       B
        layers.\\d.linear2.weight            linear  relu       join       T
        """,
        (4,),
    ),
    Model(
        "transformer", lambda: nn.Transformer(16, 2, 2, 2, 32, batch_first=True),
        together(normal(2, 5, 16), normal(2, 4, 16, seed=1)),
        """
        (en|de)coder.layers.0.self_attn.in_proj_weight  linear  input  attention  B  16>48
        (en|de)coder.layers.1.self_attn.in_proj_weight  linear  norm   attention  B  16>48
        decoder.layers.\\d.multihead_attn.in_proj_weight  linear  norm  attention  B  16>16
        decoder.layers.\\d.multihead_attn.in_proj_weight  linear  norm  attention  B  16>32
        .*_attn.out_proj.weight                         linear  attention  join   T
        .*.linear1.weight                               linear  norm   relu       B
        .*.linear2.weight                               linear  relu   join       T
        """,
        (4, 6),
    ),
    Model(
        "llama-by-hand", Llama, WORDS,
        """
        words.weight       embedding  index      join+norm  -
        [qkv].\\d.weight   linear     norm       attention  B
        o.\\d.weight       linear     attention  join       T
        gate.\\d.weight    linear     norm       silu       B
        up.\\d.weight      linear     norm       gate       B
        down.\\d.weight    linear     gate       join       T
        head.weight        linear     norm       output     -
        """,
        (4,),
    ),
    Model(
        "gpt-by-hand", Gpt, WORDS,
        """
        words.weight     embedding  index      add        -
        places.weight    embedding  index      add        -
        qkv.\\d.weight   linear     norm       attention  B
        o.\\d.weight     linear     attention  join       T
        up.\\d.weight    linear     norm       gelu_tanh  B
        down.\\d.weight  linear     gelu_tanh  join       T
        words.weight     linear     norm       output     -
        """,
        (4,),
    ),
    Model(
        "vision-transformer", VisionTransformer, normal(2, 3, 16, 16),
        """
        patch.weight                              conv    input      join+norm  -
        body.layers.\\d.self_attn.in_proj_weight  linear  norm       attention  B  16>48
        body.layers.\\d.self_attn.out_proj.weight linear  attention  join       T
        body.layers.\\d.linear1.weight            linear  norm       gelu       B
        body.layers.\\d.linear2.weight            linear  gelu       join       T
        head.weight                               linear  norm       output     -
        """,
        (4,),
    ),
    Model(
        "perceiver", Perceiver, normal(2, 9, 5),
        """
        enter.weight       linear  input      linear      -
        cross.q.weight     linear  parameter  attention   -
        cross.[kv].weight  linear  linear     attention   -
        cross.o.weight     linear  attention  join+norm   -
        own.[qkv].weight   linear  norm       attention   B1/1
        own.o.weight       linear  attention  join        T1/1
        head.weight        linear  reduction  output      -
        """,
        (1,),
    ),
    Model(
        "linear-attention", LinearAttention, normal(2, 7, 16),
        """
        [qk].weight  linear  norm       elu        B1/1
        v.weight     linear  norm       attention  B1/1
        o.weight     linear  attention  join       T1/1
        """,
        (1,),
    ),
    Model(
        "parallel-branches", Parallel, WORDS,
        """
        words.weight             embedding  index      join+norm  -
        heads.\\d.[qkv].weight   linear     norm       attention  B
        heads.\\d.o.weight       linear     attention  add        T
        up.\\d.weight            linear     norm       gelu       B
        down.\\d.weight          linear     gelu       add        T
        head.weight              linear     norm       output     -
        """,
        (2,),
    ),
    Model(
        "bag-of-words", Bag, indices(30, 4, 6),
        """
        words.weight  embedding  index      linear  -
        out.weight    linear     embedding  output  -
        """,
    ),
    Model(
        "two-towers", TwoTowers, together(indices(30, 4), indices(20, 4)),
        """
        (users|things).weight  embedding  index      linear     -
        (user|thing).weight    linear     embedding  norm       -
        """,
    ),
)  # fmt: skip
