"""Redact whatever identifies a bridge or its owner, in keys, values and texts."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
import re

import orjson

REDACTED = "**REDACTED**"
# The length of the shortest part of an id that still identifies the device, and of the
# shortest word that is looked for.
_PART = 6
_SHORTEST = 3
# Splits a key into its words: wifiIp, sta_ip, WiFi-SSID.
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# A hardware address, or a word that is long enough for a token: redacted also where it
# is not a known one. It must match in one go: a bridge can send very long words.
_ADDRESS_OR_WORD = re.compile(
    r"\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5,7}\b|[0-9a-z_-]{24,}(?:\.[0-9a-z_-]+)*",
    re.IGNORECASE,
)
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


def is_identifying(name: str, ids: Iterable[str]) -> bool:
    """Tell whether a device's name identifies it, rather than being its owner's choice.

    An entry must not get such a title: titles appear in logs and in entity ids.
    """
    parts = _parts(name, _NAME_PART)
    return sum(letter.isdigit() for letter in name) >= _NAME_PART or any(
        parts & _parts(each, _NAME_PART) for each in ids
    )


def _without_token(match: re.Match[str]) -> str:
    """Return a long word unless it is an address or has letters and digits."""
    found = match[0]
    word = found.partition(".")[0]
    is_plain = not (any(map(str.isdigit, word)) and any(map(str.isalpha, word)))
    return found if is_plain else REDACTED


class Redactor:
    """Turn any data into plain JSON data without secrets.

    The value of a key is redacted if the key, or one of its words, is one of `keys`.
    Every part of one of the `ids` is redacted unless it is also part of a `public`
    word; an id without digits is ignored. `words` are redacted only as whole words.
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
        ids = [each for each in ids if any(letter.isdigit() for letter in each)]
        self.keys = set(keys)
        self._parts = {part for each in ids for part in _parts(each)}
        self._parts -= {part for each in public for part in _parts(each)}
        self._numbers = {_spelt(each)[0] for each in ids}
        known = self._numbers | {_spelt(each)[0] for each in words}
        self._words = {word for word in known if len(word) >= _SHORTEST}

    def plain(self, value: object, depth: int = 0) -> object:
        """Return a value as JSON can hold it, redacted.

        What is nested too deeply is redacted as a whole.
        """
        return REDACTED if depth > _DEEPEST else self._plain(value, depth + 1)

    def _plain(self, value: object, depth: int) -> object:
        """Return a value as JSON can hold it, whose parts are this deep."""
        plain: object
        match value:
            case Enum():
                plain = self.plain(value.value, depth)
            case None | bool():
                plain = value
            case int() | float():
                plain = REDACTED if str(value) in self._numbers else value
            case str():
                plain = self._nested(value, depth)
            case datetime():
                plain = value.isoformat()
            case Mapping():
                plain = self._mapping(value, depth)
            case list() | tuple():
                plain = [self.plain(each, depth) for each in value]
            case set() | frozenset():
                plain = sorted((self.plain(each, depth) for each in value), key=str)
            case _ if is_dataclass(value):
                plain = self._mapping(
                    {each.name: getattr(value, each.name) for each in fields(value)},
                    depth,
                )
            case _:
                plain = self.text(repr(value))
        return plain

    def _mapping(
        self, mapping: Mapping[object, object], depth: int
    ) -> dict[str, object]:
        """Redact by key; then look into the keys and the values."""
        plain: dict[str, object] = {}
        again: dict[str, int] = {}
        for key, value in mapping.items():
            name = text = self.text(str(key))
            while name in plain:
                again[text] = again.get(text, 0) + 1
                name = f"{text}*{again[text]}"
            plain[name] = (
                REDACTED
                if self._is_secret(str(key), value)
                else self.plain(value, depth)
            )
        return plain

    def _is_secret(self, key: str, value: object) -> bool:
        """Tell whether a key makes its value secret; empty ones and bools never are."""
        return not (value in (None, "") or isinstance(value, bool)) and (
            not self.keys.isdisjoint(
                (key, *(word.lower() for word in _WORDS.findall(key)))
            )
        )

    def _nested(self, text: str, depth: int) -> object:
        """Look into a text, also into JSON in it.

        Broken JSON is redacted as a whole, since its keys cannot be read.
        """
        if not text.lstrip().startswith(("{", "[")):
            return self.text(text)
        try:
            return self.plain(orjson.loads(text), depth)
        except orjson.JSONDecodeError:
            return REDACTED

    def text(self, text: str) -> str:
        """Redact every secret in a text."""
        text = _ADDRESS_OR_WORD.sub(_without_token, text)
        spelt, places = _spelt(text)
        secret: set[int] = set()
        for at in range(len(spelt) - _PART + 1):
            if spelt[at : at + _PART] in self._parts:
                secret.update(range(places[at], places[at + _PART - 1] + 1))
        for word in self._words:
            at = spelt.find(word)
            while at >= 0:
                end = at + len(word)
                if _is_whole(text, places[at], places[end - 1]):
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
