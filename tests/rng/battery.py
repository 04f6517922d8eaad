"""Statistical tests of a stream of 32-bit words, most of them Knuth's or Marsaglia's.

A test reads a stream in chunks and never holds more than one. Each p-value is two-sided: a fit that
is too good counts like one that is too bad. ``python -m tests.rng.battery`` runs all tests on 1 GiB
of the library's words and prints the result as a page of Markdown.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from isometry import rng

Words = NDArray[np.uint32]
Stream = Callable[[int, int], Words]
"""From the index of a first word and a number of words to those words."""

CHUNK = 2**22
GIBIBYTE = 2**28
"""Words in 1 GiB."""
FALSE_ALARM = 1e-3
"""Chance that a perfect generator fails the battery, for one choice of keys."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One test of one stream."""

    name: str
    words: int
    p_values: tuple[float, ...]

    @property
    def smallest(self) -> float:
        """The smallest p-value, corrected for their number (Bonferroni)."""
        return min(1.0, min(self.p_values) * len(self.p_values))


def chunks(stream: Stream, count: int) -> Iterator[Words]:
    for start in range(0, count, CHUNK):
        yield stream(start, min(CHUNK, count - start))


def normal_p(score: float) -> float:
    return float(2 * stats.norm.sf(abs(score)))


def chi_square_p(found: NDArray[np.int64], expected: NDArray[np.float64] | float) -> float:
    statistic = float((((found - expected) ** 2) / expected).sum())
    law = stats.chi2(found.size - 1)
    return float(min(1.0, 2 * min(law.sf(statistic), law.cdf(statistic))))


def bits(words: Words) -> int:
    return int(np.bitwise_count(words).sum(dtype=np.int64))


def balance_p(ones: int, words: int) -> float:
    return normal_p((ones - 16 * words) / np.sqrt(8 * words))


def monobit(stream: Stream, count: int) -> list[float]:
    return [balance_p(sum(bits(words) for words in chunks(stream, count)), count)]


def runs(stream: Stream, count: int) -> list[float]:
    """Changes from each bit to the next, within words and across."""
    changes, before = 0, np.zeros(0, dtype=np.uint32)
    for words in chunks(stream, count):
        joined = np.concatenate([before, words])
        inner = (words ^ (words >> np.uint32(1))) & np.uint32(0x7FFFFFFF)
        changes += bits(inner.astype(np.uint32, copy=False))
        changes += int(((joined[:-1] & 1) ^ (joined[1:] >> 31)).sum(dtype=np.int64))
        before = words[-1:]
    trials = 32 * count - 1
    return [normal_p((changes - trials / 2) / np.sqrt(trials / 4))]


def bytes_by_place(stream: Stream, count: int) -> list[float]:
    """Frequencies of the 256 values of each of the four bytes, in each of the four lanes."""
    found = np.zeros((16, 256), dtype=np.int64)
    for words in chunks(stream, count):
        columns = words.view(np.uint8).reshape(-1, 16)
        found += np.stack([np.bincount(columns[:, i], minlength=256) for i in range(16)])
    return [chi_square_p(row, count / 4 / 256) for row in found]


def serial(stream: Stream, count: int) -> list[float]:
    """Frequencies of all 16-bit halves, and of pairs of top bytes of neighbouring words."""
    halves, pairs = np.zeros(2**16, dtype=np.int64), np.zeros(2**16, dtype=np.int64)
    for words in chunks(stream, count):
        halves += np.bincount(words.view(np.uint16), minlength=2**16)
        top = (words >> 24).reshape(-1, 2)
        pairs += np.bincount(top[:, 0] << 8 | top[:, 1], minlength=2**16)
    return [chi_square_p(halves, count / 2**15), chi_square_p(pairs, count / 2**17)]


def autocorrelation(stream: Stream, count: int) -> list[float]:
    """Bits that agree with those a few words, a block or a power of two further on."""
    lags = [1, 2, 3, 4, 5, 8, 16, 64, 256, 4096, 65536]
    ones, pairs = [0] * len(lags), [0] * len(lags)
    for words in chunks(stream, count):
        for place, lag in enumerate(lags):
            ones[place] += bits(words[:-lag] ^ words[lag:])
            pairs[place] += len(words) - lag
    return [balance_p(*both) for both in zip(ones, pairs, strict=True)]


def gaps(stream: Stream, count: int) -> list[float]:
    """Distances between words in the lowest 64th: geometric, with 400 lengths told apart."""
    longest, found = 400, np.zeros(401, dtype=np.int64)
    for words in chunks(stream, count):
        lengths = np.diff(np.flatnonzero(words < 2**26)) - 1
        found += np.bincount(np.minimum(lengths, longest), minlength=longest + 1)
    chance = np.append((63 / 64) ** np.arange(longest) / 64, (63 / 64) ** longest)
    return [chi_square_p(found, chance * found.sum())]


def hamming_pairs(stream: Stream, count: int) -> list[float]:
    """Numbers of ones in neighbouring words, jointly, where 8 to 24 of 32."""
    found = np.zeros((33, 33), dtype=np.int64)
    for words in chunks(stream, count):
        ones = np.bitwise_count(words).astype(np.int64).reshape(-1, 2)
        found += np.bincount(ones[:, 0] * 33 + ones[:, 1], minlength=33 * 33).reshape(33, 33)
    chance = stats.binom(32, 0.5).pmf(np.arange(33))
    expected = np.outer(chance, chance)[8:25, 8:25]
    middle = found[8:25, 8:25]
    return [chi_square_p(middle, expected / expected.sum() * middle.sum())]


def birthdays(stream: Stream, count: int) -> list[float]:
    """Equal spacings among 2**12 sorted words of 2**32: Poisson with mean ``n**3 / 4 m = 4``."""
    days, found = 2**12, np.zeros(16, dtype=np.int64)
    for words in chunks(stream, count):
        spacings = np.sort(np.diff(np.sort(words.reshape(-1, days), axis=1), axis=1), axis=1)
        equal = (spacings[:, 1:] == spacings[:, :-1]).sum(axis=1)
        found += np.bincount(np.minimum(equal, 15), minlength=16)
    law = stats.poisson(days**3 / 2**34)
    chance = np.append(law.pmf(np.arange(15)), law.sf(14))
    return [chi_square_p(found, chance * found.sum())]


def collisions(stream: Stream, count: int) -> list[float]:
    """Urns that stay empty when 2**20 words fall into 2**20, by high and by low bits."""
    urns = 2**20
    empty = [0, 0]
    for words in chunks(stream, count):
        for part in words.reshape(-1, urns):
            empty[0] += int((np.bincount(part >> 12, minlength=urns) == 0).sum())
            empty[1] += int((np.bincount(part & 0xFFFFF, minlength=urns) == 0).sum())
    throws, chance = count // urns, np.exp(-1 - 0.5 / urns)
    spread = np.sqrt(throws * urns * chance * (1 - 2 / np.e))
    return [normal_p((number - throws * urns * chance) / spread) for number in empty]


def ranks(stream: Stream, count: int) -> list[float]:
    """Ranks over GF(2) of 32 by 32 matrices made of successive words."""
    found = np.zeros(3, dtype=np.int64)
    for words in chunks(stream, count):
        found += np.bincount(np.minimum(32 - rank(words.reshape(-1, 32).copy()), 2), minlength=3)
    full = np.prod(1 - 2.0 ** -np.arange(1, 33))
    one_less = full * 2 * (1 - 2.0**-32)
    return [chi_square_p(found, np.array([full, one_less, 1 - full - one_less]) * found.sum())]


def rank(rows: Words) -> NDArray[np.int64]:
    """Rank of each matrix; eliminates one column of all matrices at a time."""
    total, every = np.zeros(len(rows), dtype=np.int64), np.arange(len(rows))
    for column in range(32):
        holds = (rows >> np.uint32(column) & 1).astype(bool)
        pivot, some = holds.argmax(axis=1), holds.any(axis=1)
        row = np.where(some, rows[every, pivot], np.uint32(0))
        rows ^= np.where(holds, row[:, None], np.uint32(0))
        total += some
    return total


def orders(stream: Stream, count: int) -> list[float]:
    """Orders of five successive words, all 120 equally likely."""
    found = np.zeros(5**5, dtype=np.int64)
    for words in chunks(stream, count):
        order = np.argsort(words[: len(words) // 5 * 5].reshape(-1, 5), axis=1)
        found += np.bincount(order @ 5 ** np.arange(5), minlength=5**5)
    seen = found[found > 0]
    return [chi_square_p(seen, seen.sum() / 120)] if len(seen) == 120 else [0.0]


TESTS: dict[str, tuple[Callable[[Stream, int], list[float]], int]] = {
    "balance of all bits": (monobit, 1),
    "runs of bits": (runs, 1),
    "bytes by lane and place": (bytes_by_place, 1),
    "pairs of bytes": (serial, 1),
    "autocorrelation at 11 lags": (autocorrelation, 4),
    "gaps": (gaps, 1),
    "weights of neighbours": (hamming_pairs, 1),
    "birthday spacings": (birthdays, 8),
    "empty urns": (collisions, 4),
    "ranks over GF(2)": (ranks, 16),
    "orders of five": (orders, 16),
}
"""Each test, and by how much less than the whole stream it reads."""


def key_stream(key: rng.Key) -> Stream:
    """The words of one key."""
    return lambda start, count: rng.words(key, start, count)


def braid(keys: list[rng.Key]) -> Stream:
    """Word ``i`` of every key, then word ``i + 1`` of every key, and so on."""

    def words(start: int, count: int) -> Words:
        drawn = [rng.words(key, start // len(keys), count // len(keys)) for key in keys]
        return np.ascontiguousarray(np.stack(drawn, axis=1)).reshape(-1)

    return words


def seeds(number: int) -> list[rng.Key]:
    return [rng.derive_key(seed, "model.layers.0.weight") for seed in range(number)]


def paths(number: int) -> list[rng.Key]:
    return [rng.derive_key(0, f"model.layers.{layer}.weight") for layer in range(number)]


def members(number: int) -> list[rng.Key]:
    return [rng.derive_key(0, "model.layers.0.weight", member=each) for each in range(number)]


STREAMS: dict[str, tuple[Stream, int]] = {
    "one key": (key_stream(rng.derive_key(0, "model.layers.0.weight")), 1),
    "64 neighbouring seeds, word by word": (braid(seeds(64)), 16),
    "64 neighbouring paths, word by word": (braid(paths(64)), 16),
    "64 neighbouring members, word by word": (braid(members(64)), 16),
    "1024 neighbouring paths, word by word": (braid(paths(1024)), 16),
}
"""Each stream, and by how much less than the whole it is read."""


def examined(stream: Stream, count: int) -> list[Outcome]:
    """All tests on up to ``count`` words, each of which reads one chunk at least."""
    sizes = {name: max(CHUNK, count // less) for name, (_, less) in TESTS.items()}
    return [
        Outcome(name, sizes[name], tuple(test(stream, sizes[name])))
        for name, (test, _) in TESTS.items()
    ]


def threshold(tests: int) -> float:
    """What a corrected p-value must stay above, for the false-alarm rate of all tests together."""
    return FALSE_ALARM / tests


def page(count: int) -> Iterator[str]:
    """The result on all streams as Markdown, line by line."""
    limit = threshold(len(STREAMS) * len(TESTS))
    yield HEADER.format(alarm=FALSE_ALARM, limit=limit)
    for name, (stream, less) in STREAMS.items():
        yield f"\n## {name[0].upper()}{name[1:]}\n\n| test | words | smallest p | result |"
        yield "|---|---:|---:|---|"
        for found in examined(stream, count // less):
            verdict = "pass" if found.smallest > limit else "**FAIL**"
            yield f"| {found.name} | {found.words:,} | {found.smallest:.3g} | {verdict} |"


HEADER = """# Randomness

What 1 GiB of the words that all values come from looks like to statistical tests. This page is
printed by `python -m tests.rng.battery`; `make slow` runs the same tests.

A perfect generator fails one or more of them with probability {alarm:g} for a choice of keys, so
each test must give a p-value above {limit:.2g}. P-values are two-sided and corrected for their
number within a test. On a 64th of the words the same tests reject RANDU, a linear congruential
generator modulo 2^32, and Philox with 3 rounds instead of 10."""


if __name__ == "__main__":
    for line in page(GIBIBYTE):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
