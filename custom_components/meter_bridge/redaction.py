"""Redact whatever identifies a bridge or its owner, in keys, values and texts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
import re
from typing import Any

import orjson

REDACTED = "**REDACTED**"
# The length of the shortest part of an id that still identifies the device, and of the
# shortest word that is looked for.
_PART = 6
_SHORTEST = 3
# Splits a key into its words: wifiIp, sta_ip, WiFi-SSID.
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# A hardware address or a UUID, and a word long enough for a token: both are redacted
# even if nobody knows them. No pattern may backtrack: a bridge can send very long
# words.
_ADDRESS = re.compile(
    r"\b(?:[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5,7}"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b",
    re.IGNORECASE,
)
_LONG_WORD = re.compile(r"[0-9a-z_-]{24,}(?:\.[0-9a-z_-]+)*", re.IGNORECASE)
# A token mixes letters and digits over at least so many characters; a key such as
# register_10_apparent_power does not.
_MIXED = 8
_SEPARATORS = re.compile(r"[_-]")
# Parts of fewer different characters, such as 000000, are in every number.
_LEAST_VARIETY = 3
# Nothing that a bridge of ours says is nested deeper.
_DEEPEST = 32
# A name that shares this many characters with an id, or has this many digits, was
# given by the factory rather than by the owner.
_NAME_PART = 4


def _spelt(text: str) -> tuple[str, list[int]]:
    """Return the letters and digits in lower case, and the place of each in the text.

    So 02:5A:C3, 02-5a-c3 and 025AC3 compare as equal.
    """
    places = [place for place, letter in enumerate(text) if letter.isalnum()]
    return "".join(text[place].lower()[0] for place in places), places


def _parts(text: str, size: int = _PART) -> set[str]:
    """Return every part of this size of a text, spelt alike."""
    spelt, _ = _spelt(text)
    return {spelt[at : at + size] for at in range(len(spelt) - size + 1)}


def _identifies(number: str) -> bool:
    """Tell whether an id identifies anything: it has digits, and signs that differ."""
    return any(map(str.isdigit, number)) and len(set(_spelt(number)[0])) > 1


def _varies(part: str) -> bool:
    """Tell whether a part of a number has enough different characters to identify."""
    return len(set(part)) >= _LEAST_VARIETY


def is_identifying(name: str, ids: Iterable[str]) -> bool:
    """Tell whether a device's name identifies it, rather than being its owner's choice.

    An entry must not get such a title: titles appear in logs and in entity ids.
    """
    parts = _parts(name, _NAME_PART)
    return sum(letter.isdigit() for letter in name) >= _NAME_PART or any(
        parts & _parts(each, _NAME_PART) for each in ids
    )


def _without_token(match: re.Match[str]) -> str:
    """Return a long word unless it is a token."""
    word = match[0].partition(".")[0]
    return REDACTED if any(map(_is_mixed, _SEPARATORS.split(word))) else match[0]


def _is_mixed(part: str) -> bool:
    """Tell whether a part of a word mixes letters and digits as tokens do."""
    return (
        len(part) >= _MIXED
        and any(map(str.isdigit, part))
        and any(map(str.isalpha, part))
    )


class Redactor:
    """Turn any data into plain JSON data without secrets.

    The value of a key is redacted if the key, or one of its words, is one of `keys`.
    Where one of them has a dot, it is a key and the one above it, and the value is
    redacted only if it has the digits of a number that identifies. Every part of one of
    the `ids` is redacted unless it is also part of a `public` word; an id without
    digits, or of one digit alone, is ignored. `words` are redacted only as whole words.
    """

    def __init__(
        self,
        *,
        keys: Iterable[str],
        ids: Iterable[str],
        words: Iterable[str],
        public: Iterable[str],
    ) -> None:
        """Keep the keys, ids and words to redact."""
        ids = [each for each in ids if _identifies(each)]
        self.keys = set(keys)
        self._parts = {part for each in ids for part in _parts(each)}
        self._parts -= {part for each in public for part in _parts(each)}
        self._parts = {part for part in self._parts if _varies(part)}
        self._numbers = {_spelt(each)[0] for each in ids}
        known = self._numbers | {_spelt(each)[0] for each in words}
        self._words = {word for word in known if len(word) >= _SHORTEST}

    def plain(self, value: object, depth: int = 0, above: str = "") -> object:
        """Return a value as JSON can hold it, redacted.

        `above` is its key. What is nested too deeply is redacted as a whole.
        """
        return REDACTED if depth > _DEEPEST else self._plain(value, depth + 1, above)

    def _plain(self, value: object, depth: int, above: str) -> object:
        """Return a value as JSON can hold it, whose parts are this deep."""
        plain: object
        match value:
            case Enum():
                plain = self.plain(value.value, depth, above)
            case None | bool():
                plain = value
            case int() | float():
                plain = REDACTED if str(value) in self._numbers else value
            case str():
                plain = self._nested(value, depth, above)
            case datetime():
                plain = value.isoformat()
            case Mapping():
                plain = self._mapping(value, depth, above)
            case list() | tuple():
                plain = [self.plain(each, depth) for each in value]
            case set() | frozenset():
                plain = sorted((self.plain(each, depth) for each in value), key=str)
            case _ if is_dataclass(value):
                plain = self._mapping(
                    {each.name: getattr(value, each.name) for each in fields(value)},
                    depth,
                    above,
                )
            case _:
                plain = self.text(repr(value))
        return plain

    def _mapping(
        self, mapping: Mapping[object, object], depth: int, above: str
    ) -> dict[str, object]:
        """Redact by key; then look into the keys and the values."""
        return {
            name: REDACTED
            if self._is_secret(key, value, above)
            else self.plain(value, depth, key)
            for name, key, value in self.named(mapping)
        }

    def named[T](self, mapping: Mapping[Any, T]) -> Iterator[tuple[str, str, T]]:
        """Yield the redacted name of each key, the key and its value.

        Names that became equal are numbered.
        """
        taken: set[str] = set()
        again: dict[str, int] = {}
        for key, value in mapping.items():
            name = text = self.text(str(key))
            while name in taken:
                again[text] = again.get(text, 0) + 1
                name = f"{text}*{again[text]}"
            taken.add(name)
            yield name, str(key), value

    def _is_secret(self, key: str, value: object, above: str) -> bool:
        """Tell whether a key makes its value secret; empty ones and bools never are."""
        if value in (None, "") or isinstance(value, bool):
            return False
        if f"{above}.{key}" in self.keys:
            return sum(map(str.isdigit, str(value))) >= _PART
        words = (key, *(word.lower() for word in _WORDS.findall(key)))
        return not self.keys.isdisjoint(words)

    def _nested(self, text: str, depth: int, above: str) -> object:
        """Look into a text, also into JSON in it.

        Broken JSON is redacted as a whole, since its keys cannot be read.
        """
        if not text.lstrip().startswith(("{", "[")):
            return self.text(text)
        try:
            return self.plain(orjson.loads(text), depth, above)
        except orjson.JSONDecodeError:
            return REDACTED

    def text(self, text: str) -> str:
        """Redact every secret in a text."""
        text = _LONG_WORD.sub(_without_token, _ADDRESS.sub(REDACTED, text))
        spelt, places = _spelt(text)
        secret: set[int] = set()
        for at in range(len(spelt) - _PART + 1):
            if spelt[at : at + _PART] in self._parts:
                secret.update(range(places[at], places[at + _PART - 1] + 1))
        for word in self._words:
            at = spelt.find(word)
            while at >= 0:
                end = at + len(word)
                is_long = word in self._numbers and len(word) > _PART
                if is_long or _is_whole(text, places[at], places[end - 1]):
                    secret.update(range(places[at], places[end - 1] + 1))
                at = spelt.find(word, at + 1)
        if not secret:
            return text
        return "".join(
            letter
            if place not in secret
            else (REDACTED if place - 1 not in secret else "")
            for place, letter in enumerate(text)
        )


def _is_whole(text: str, first: int, last: int) -> bool:
    """Tell whether this is a whole word, not a part of a longer one."""
    before, after = text[max(0, first - 1) : first], text[last + 1 : last + 2]
    return not (before.isalnum() or after.isalnum())
