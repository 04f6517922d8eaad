"""Nets with a state, by torch's own layers, by cells, and by hand."""

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from tests.zoo.model import Model, indices, normal, together


class Tagger(nn.Module):
    """Words, a recurrent layer of torch, a head."""

    def __init__(self, layer: nn.Module, width: int) -> None:
        super().__init__()
        self.words, self.layer, self.head = nn.Embedding(30, 8), layer, nn.Linear(width, 5)

    def forward(self, ids: Tensor) -> Tensor:
        states: Tensor = self.layer(self.words(ids))[0]
        return self.head(states)


class LstmCells(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell, self.head = nn.LSTMCell(6, 8), nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        h, c = x.new_zeros(2, 8), x.new_zeros(2, 8)
        for step in x:
            h, c = self.cell(step, (h, c))
        return self.head(h)


class GruCells(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell, self.head = nn.GRUCell(6, 8), nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        h = x.new_zeros(2, 8)
        for step in x:
            h = self.cell(step, h)
        return self.head(h)


class Elman(nn.Module):
    """A recurrent net by hand: what enters, and what is remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.enter, self.keep = nn.Linear(6, 8), nn.Linear(8, 8, bias=False)
        self.head = nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        h = torch.zeros(x.shape[0], 8)
        for t in range(3):
            h = torch.tanh(self.enter(x[:, t]) + self.keep(h))
        return self.head(h)


class Translator(nn.Module):
    """Encoder, decoder, and a look back at the encoder's states (Luong et al. 2015)."""

    def __init__(self) -> None:
        super().__init__()
        self.source, self.target = nn.Embedding(30, 8), nn.Embedding(20, 8)
        self.encoder = nn.GRU(8, 8, batch_first=True)
        self.decoder = nn.GRU(8, 8, batch_first=True)
        self.merge, self.out = nn.Linear(16, 8), nn.Linear(8, 20)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        memory, state = self.encoder(self.source(source))
        states, _ = self.decoder(self.target(target), state)
        looks = torch.softmax(states @ memory.transpose(1, 2), dim=-1) @ memory
        return self.out(torch.tanh(self.merge(torch.cat([states, looks], -1))))


class ConvolutionalRecurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.layer = nn.Conv1d(4, 8, 3), nn.LSTM(8, 6)
        self.head = nn.Linear(6, 3)

    def forward(self, x: Tensor) -> Tensor:
        y = fn.relu(self.conv(x)).permute(2, 0, 1)
        states, _ = self.layer(y)
        return self.head(states[-1])


WORDS = indices(30, 2, 5)

MODELS = (
    Model(
        "rnn-tanh", lambda: Tagger(nn.RNN(8, 6, batch_first=True), 6), WORDS,
        """
        words.weight        embedding  index      recurrent         -
        layer.weight_ih_l0  recurrent  embedding  linear            -  8>6
        layer.weight_hh_l0  recurrent  recurrent  linear            -  6>6
        head.weight         linear     recurrent  output            -
        """,
    ),
    Model(
        "lstm-stacked", lambda: Tagger(nn.LSTM(8, 6, 2, batch_first=True, dropout=0.1), 6), WORDS,
        """
        words.weight           embedding  index      recurrent  -
        layer.weight_ih_l0     recurrent  embedding  recurrent  -  8>6
        layer.weight_hh_l0     recurrent  recurrent  recurrent  -  6>6
        layer.weight_ih_l1     recurrent  recurrent  linear     -  6>6
        layer.weight_hh_l1     recurrent  recurrent  linear     -  6>6
        head.weight            linear     recurrent  output     -
        """,
    ),
    Model(
        "gru-both-ways", lambda: Tagger(nn.GRU(8, 6, batch_first=True, bidirectional=True), 12),
        WORDS,
        """
        words.weight                    embedding  index      recurrent  -
        layer.weight_ih_l0(_reverse)?   recurrent  embedding  linear     -  8>6
        layer.weight_hh_l0(_reverse)?   recurrent  recurrent  linear     -  6>6
        head.weight                     linear     recurrent  output     -
        """,
    ),
    Model(
        "lstm-cells", LstmCells, normal(3, 2, 6),
        """
        cell.weight_ih  recurrent  input      recurrent  -  6>8  x2
        cell.weight_ih  recurrent  input      linear     -  6>8
        cell.weight_hh  recurrent  recurrent  recurrent  -  8>8  x2
        cell.weight_hh  recurrent  recurrent  linear     -  8>8
        head.weight     linear     recurrent  output     -
        """,
    ),
    Model(
        "gru-cells", GruCells, normal(3, 2, 6),
        """
        cell.weight_ih  recurrent  input      recurrent  -  6>8  x2
        cell.weight_ih  recurrent  input      linear     -  6>8
        cell.weight_hh  recurrent  recurrent  recurrent  -  8>8  x2
        cell.weight_hh  recurrent  recurrent  linear     -  8>8
        head.weight     linear     recurrent  output     -
        """,
    ),
    Model(
        "elman", Elman, normal(2, 3, 6),
        """
        enter.weight  linear  input     add     -  x3
        keep.weight   linear  constant  add     -
        keep.weight   linear  tanh      add     -  x2
        head.weight   linear  tanh      output  -
        """,
    ),
    Model(
        "translator", Translator, together(WORDS, indices(20, 2, 4)),
        """
        (source|target).weight          embedding  index      recurrent         -
        encoder.weight_ih_l0            recurrent  embedding  attention+recurrent  -  8>8
        encoder.weight_hh_l0            recurrent  recurrent  attention+recurrent  -  8>8
        decoder.weight_ih_l0            recurrent  embedding  attention+linear  -  8>8
        decoder.weight_hh_l0            recurrent  recurrent  attention+linear  -  8>8
        merge.weight                    linear     attention+recurrent  tanh    -
        out.weight                      linear     tanh       output            -
        """,
    ),
    Model(
        "convolution-then-lstm", ConvolutionalRecurrent, normal(2, 4, 9),
        """
        conv.weight         conv       input      relu       -
        layer.weight_ih_l0  recurrent  relu       linear     -  8>6
        layer.weight_hh_l0  recurrent  recurrent  linear     -  6>6
        head.weight         linear     recurrent  output     -
        """,
    ),
)  # fmt: skip
