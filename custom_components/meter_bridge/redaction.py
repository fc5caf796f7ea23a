"""Leaving out what tells whose bridge this is, wherever it stands."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
import re

import orjson

REDACTED = "**REDACTED**"
# The shortest part of an id that still tells something, and the shortest word that is
# looked for at all.
_PART = 6
_SHORTEST = 3
# The words that a key consists of: wifiIp, sta_ip, WiFi-SSID.
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# What is an address of the hardware or a token, whoever it belongs to.
_TELLING = re.compile(
    r"\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5,7}\b"
    r"|(?=[0-9a-z_-]*[0-9])(?=[0-9_-]*[a-z])[0-9a-z_-]{24,}(?:\.[0-9a-z_-]+)*",
    re.IGNORECASE,
)
# A name with a shorter part of an id, or with so many digits, is a factory's.
_NAME_PART = 4


def _spelt(text: str) -> tuple[str, list[int]]:
    """Return letters and digits, in lower case, and where each of them stands.

    A device writes one address as 02:5A:C3, 02-5a-c3 and 025AC3.
    """
    places = [place for place, letter in enumerate(text) if letter.isalnum()]
    return "".join(text[place].lower()[0] for place in places), places


def _parts(text: str, size: int = _PART) -> set[str]:
    """Return every part of a text that is just long enough to tell something."""
    spelt, _ = _spelt(text)
    return {spelt[at : at + size] for at in range(len(spelt) - size + 1)}


def is_telling(name: str, ids: Iterable[str]) -> bool:
    """Tell whether a device's name is one of its ids, rather than its owner's word.

    What an entry is called stands in logs and in entity ids.
    """
    parts = _parts(name, _NAME_PART)
    return sum(letter.isdigit() for letter in name) >= _NAME_PART or any(
        parts & _parts(each, _NAME_PART) for each in ids
    )


class Redactor:
    """Turn anything into plain data without what is secret.

    `keys` are those whose values are left out, also where it is one word of a key. Of
    `ids`, which have digits, no part stays anywhere but what is `public`; `words` are
    left out as a whole.
    """

    def __init__(
        self,
        *,
        keys: Iterable[str],
        ids: Iterable[str],
        words: Iterable[str],
        public: Iterable[str],
    ) -> None:
        """Know what is secret."""
        ids = [each for each in ids if any(letter.isdigit() for letter in each)]
        self.keys = set(keys)
        self._parts = {part for each in ids for part in _parts(each)}
        self._parts -= {part for each in public for part in _parts(each)}
        self._numbers = {_spelt(each)[0] for each in ids}
        known = self._numbers | {_spelt(each)[0] for each in words}
        self._words = {word for word in known if len(word) >= _SHORTEST}

    def plain(self, value: object) -> object:
        """Return what JSON can hold."""
        plain: object
        match value:
            case Enum():
                plain = self.plain(value.value)
            case None | bool():
                plain = value
            case int() | float():
                plain = REDACTED if str(value) in self._numbers else value
            case str():
                plain = self._nested(value)
            case datetime():
                plain = value.isoformat()
            case Mapping():
                plain = self._mapping(value)
            case list() | tuple():
                plain = [self.plain(each) for each in value]
            case set() | frozenset():
                plain = sorted((self.plain(each) for each in value), key=str)
            case _ if is_dataclass(value):
                plain = self._mapping(
                    {each.name: getattr(value, each.name) for each in fields(value)}
                )
            case _:
                plain = self._text(repr(value))
        return plain

    def _mapping(self, mapping: Mapping[object, object]) -> dict[str, object]:
        """Leave out by key, then look into keys and values."""
        plain: dict[str, object] = {}
        for key, value in mapping.items():
            name = self._text(str(key))
            while name in plain:
                name += "*"
            plain[name] = (
                REDACTED if self._is_secret(str(key), value) else self.plain(value)
            )
        return plain

    def _is_secret(self, key: str, value: object) -> bool:
        """Tell whether a key says that its value is secret; yes and no never are."""
        return not (value in (None, "") or isinstance(value, bool)) and (
            not self.keys.isdisjoint(
                (key, *(word.lower() for word in _WORDS.findall(key)))
            )
        )

    def _nested(self, text: str) -> object:
        """Look into JSON that is a text; where it is broken nobody knows its keys."""
        if not text.lstrip().startswith(("{", "[")):
            return self._text(text)
        try:
            return self.plain(orjson.loads(text))
        except orjson.JSONDecodeError:
            return REDACTED

    def _text(self, text: str) -> str:
        """Replace every place in a text where something secret stands."""
        text = _TELLING.sub(REDACTED, text)
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
    """Tell whether a word is not merely a part of another one."""
    before, after = text[:first][-1:], text[last + 1 :][:1]
    return not (before.isalnum() or after.isalnum())
