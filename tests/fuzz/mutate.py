"""Make malformed inputs of valid ones; many are valid enough to be decoded further."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2
from random import Random
import re

_TOKEN = re.compile(
    rb'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|[A-Za-z_]+|\s+|.', re.DOTALL
)
_NUMBER = re.compile(rb"-?[0-9][0-9.eE+-]*")
_OPENING, _CLOSING = {b"{", b"["}, {b"}", b"]"}
_PUNCTUATION = _OPENING | _CLOSING | {b":", b","}
_DIGITS = re.compile(rb"[0-9]+")
_ODD: tuple[bytes, ...] = (
    *(b"null", b"true", b"false", b"0", b"-0", b"-0.0", b"-1", b"1e-320", b"1e308"),
    *(b"999999999999999", b"1000000000000000", b"4294967295", b"281474976710655"),
    *(b"9223372036854775807", b"9223372036854775808", b"-9223372036854775808"),
    *(b"18446744073709551615", b"18446744073709551616", b"9" * 300, b"0." + b"1" * 400),
    *(b'""', b'" "', b'"null"', b'"nan"', b'"Infinity"', b'"1_000"', b'"1e400"'),
    *(b'"0"', b'"-1"', b'"1e5"', b'"7fffffff"', b'"ffffff"', b'"' + b"9" * 5000 + b'"'),
    *(b'"+-.eE"', b'"' + b"-" * 300 + b'"', b'"\\u0000"', b'"\\n"', b'"a.b.c"'),
    *(b'"http://["', b'"//[1]:x/"', b'"/ http://a:99999"'),
    *('"٣"'.encode(), '"\uff11\uff12"'.encode(), '"é\u202e😀"'.encode()),
    *(b'"0001-01-01T00:00:00+23:59"', b'"9999-12-31T23:59:59-23:59"', b'"24:00"'),
    *(b'"2026-06-01T10:00:00.123456789Z"', b'"2026-W23-1T10"', b'"20260601"'),
    *(b"[]", b"{}", b"[[1]]", b'{"": null}', b'{"total":{"total":1}}', b'[null,1,"1"]'),
    *(b"[" * 500 + b"]" * 500, b'{"a":' * 500 + b"1" + b"}" * 500),
)  # fmt: skip
# Tokens that make invalid JSON, or another event.
_BROKEN: tuple[bytes, ...] = (
    *(b"", b"NaN", b"Infinity", b"-Infinity", b"undefined", b"0x10", b"1e999", b"'a'"),
    *(b"-1e999", b'"\xff\xfe"', b'"\\ud800"', b"[" * 5000, b"9" * 400, b"\x00", b"01"),
    *(b"\n", b"\r", b"\r\n", b"\n\n", b"data:", b"event: live\n", b": \n"),
    b"\xef\xbb\xbf",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Seed:
    """A valid input in tokens; `spans` are its values, including objects and lists."""

    whole: bytes
    tokens: list[bytes]
    keys: list[int]
    spans: list[tuple[int, int]]


def _seed(whole: bytes) -> _Seed:
    """Split a valid input into tokens."""
    tokens = _TOKEN.findall(whole)
    keys, spans, opened = [], [], list[int]()
    for place, token in enumerate(tokens):
        if token in _OPENING:
            opened.append(place)
        elif token in _CLOSING and opened:
            spans.append((opened.pop(), place + 1))
        elif b":" in tokens[place + 1 : place + 2]:
            keys.append(place)
        elif token not in _PUNCTUATION and not token.isspace():
            spans.append((place, place + 1))
    return _Seed(whole, tokens, keys, spans or [(0, len(tokens))])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Growth:
    """How a value grows: by copies, with numbers or keys, or by filler bytes."""

    opening: bytes = b""
    closing: bytes = b""
    between: bytes = b""
    fill: bytes = b""
    numbers: bool = False
    names: bool = False


_GROWTHS = (
    _Growth(),
    _Growth(between=b"\n"),
    _Growth(between=b","),
    _Growth(between=b",", numbers=True),
    _Growth(opening=b"[", between=b",", closing=b"]"),
    _Growth(opening=b"[", between=b",", closing=b"]", numbers=True),
    _Growth(opening=b"{", between=b",", closing=b"}", names=True),
    _Growth(opening=b"{", between=b",", closing=b"}", names=True, numbers=True),
    _Growth(opening=b"[1", fill=b",{}", closing=b"]"),
    _Growth(opening=b"[1", fill=b",[1]", closing=b"]"),
    _Growth(fill=b"["),
    _Growth(fill=b"9"),
    _Growth(fill=b"\n"),
    *(
        _Growth(opening=b'"', fill=fill, closing=b'"')
        for fill in (b"9", b" ", b":", b".", b"-", b"a", "é".encode(), b"\\u0000")
    ),
)


class Mutator:
    """Makes malformed inputs without end, always the same ones for the same seeds."""

    def __init__(
        self, seeds: Sequence[bytes], random: Random, largest: int = 1 << 20
    ) -> None:
        """Use these valid inputs, and return at most `largest` bytes at once."""
        self._largest = largest
        # Longer inputs are chosen more often.
        self._seeds = [
            seed for whole in seeds for seed in [_seed(whole)] * (1 + len(whole) // 300)
        ]
        self._random = random.random
        self._bytes = random.randbytes

    def next(self) -> bytes:
        """Return the next input."""
        seed, way = self._pick(self._seeds), self._random()
        if way < 0.001:
            return self._grown(seed)
        if way < 0.80:
            return self._with_other_values(seed)
        if way < 0.87:
            return self._rearranged(seed)
        if way < 0.97:
            return self._damaged(seed)
        if way < 0.98:
            return seed.whole
        return self._bytes(self._below(64))

    def _below(self, number: int) -> int:
        """Return a random number from 0 to below this one."""
        return int(self._random() * number)

    def _pick[T](self, choices: Sequence[T]) -> T:
        """Return a random choice."""
        return choices[int(self._random() * len(choices))]

    def _with_other_values(self, seed: _Seed) -> bytes:
        """Replace some values, from the last to the first, and sometimes a key."""
        tokens = seed.tokens.copy()
        if seed.keys and self._random() < 0.2:
            other = self._pick(self._seeds)
            key = self._pick(other.keys) if other.keys else 0
            tokens[self._pick(seed.keys)] = other.tokens[key]
        spans = sorted(
            (self._pick(seed.spans) for _ in range(1 + self._below(4))), reverse=True
        )
        for start, end in spans:
            tokens[start:end] = [self._other_value(seed.tokens[start:end])]
        return b"".join(tokens)

    def _other_value(self, value: list[bytes]) -> bytes:
        """Return a replacement for a value."""
        way = self._random()
        if way < 0.45:
            return self._pick(_ODD)
        if way < 0.48:
            return self._pick(_BROKEN)
        if way < 0.7:
            other = self._pick(self._seeds)
            start, end = self._pick(other.spans)
            return b"".join(other.tokens[start:end])
        whole = b"".join(value)
        if way < 0.75:
            return b"[" + whole + b"]"
        if not _NUMBER.fullmatch(whole):
            return b'"%b"' % whole.strip(b'"')[: self._below(20)].replace(b'"', b"")
        return self._pick(
            (
                b'"%b"' % whole,
                b"-" + whole,
                whole + b"e3",
                whole + b"0" * self._below(20),
                whole + b".5",
                b"%d" % self._below(1 << self._below(70)),
            )
        )

    def _rearranged(self, seed: _Seed) -> bytes:
        """Move, repeat (also keys) or drop some tokens in a row."""
        tokens = seed.tokens
        start, end = sorted((self._below(len(tokens)), self._below(len(tokens))))
        run = tokens[start : min(end, start + 40)]
        place = self._below(len(tokens))
        kept = tokens if self._random() < 0.5 else tokens[:start] + tokens[end:]
        return b"".join([*kept[:place], *run, *kept[place:]])

    def _damaged(self, seed: _Seed) -> bytes:
        """Change, cut or join bytes."""
        whole, way = bytearray(seed.whole), self._random()
        if way < 0.3:
            return bytes(whole[: self._below(len(whole))])
        if way < 0.6:
            other = self._pick(self._seeds).whole
            return (
                bytes(whole[: self._below(len(whole))])
                + other[self._below(len(other)) :]
            )
        for _ in range(1 + self._below(8)):
            whole[self._below(len(whole))] = self._below(256)
        return bytes(whole)

    def _grown(self, seed: _Seed) -> bytes:
        """Make one value, or the whole input, extremely long."""
        size = int(2 ** (8 + self._random() * (log2(self._largest) - 8)))
        start, end = (
            self._pick(seed.spans) if self._random() < 0.8 else (0, len(seed.tokens))
        )
        value = b"".join(seed.tokens[start:end])
        count = 1 + size // (len(value) + 8)
        way = self._pick(_GROWTHS)
        if way.numbers:
            copies = [_DIGITS.sub(b"%d" % it, value, count=1) for it in range(count)]
        else:
            copies = [value] * count
        if way.names:
            copies = [b'"%d":%b' % each for each in enumerate(copies)]
        inside = way.between.join(copies)
        if way.fill:
            inside = way.fill * (size // len(way.fill))
        whole = b"".join(
            [*seed.tokens[:start], way.opening, inside, way.closing, *seed.tokens[end:]]
        )
        return whole[: self._largest]
