"""Malformed answers and events, made from good ones."""

from collections.abc import Callable
from functools import partial
import json
import re

from tests.support.mishaps import Change
from tests.support.simulator import Json

_BOGUS = 987_654
_NESTED = re.compile(r"\s*\{")
# Ids are compared by letters and digits only, without separators.
_SEPARATORS = re.compile(r"[^0-9a-z]")
_OTHER_DIGITS = str.maketrans("0123456789abcdefABCDEF", "1234567890bcdefaBCDEFA")

HTML = b"<!doctype html><title>Router</title><h1>Welcome</h1>"
DEEP = b"[" * 100_000 + b"]" * 100_000
MEBIBYTE = 1 << 20

type Leaf = Callable[[Json], Json]


def rework(change: Leaf) -> Change:
    """Change every leaf of a JSON body, also inside JSON in a string."""

    def reworked(body: bytes) -> bytes:
        try:
            value = json.loads(body)
        except ValueError:
            return body
        return json.dumps(_walk(value, change)).encode()

    return reworked


def _walk(value: Json, change: Leaf) -> Json:
    """Return a copy of a value with changed leaves."""
    if isinstance(value, dict):
        return {key: _walk(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_walk(inner, change) for inner in value]
    if isinstance(value, str) and _NESTED.match(value):
        return json.dumps(_walk(json.loads(value), change))
    return change(value)


def _is_number(value: Json) -> bool:
    """Tell whether a value is a number; a boolean is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _instead_of_numbers(other: Callable[[Json], Json]) -> Change:
    """Replace every number by something else."""
    return rework(lambda leaf: other(leaf) if _is_number(leaf) else leaf)


numbers_as_text = _instead_of_numbers(json.dumps)
nan = _instead_of_numbers(lambda _: float("nan"))
infinity = _instead_of_numbers(lambda _: float("inf"))
nulls = rework(lambda _: None)


def half(body: bytes) -> bytes:
    """Cut a body in half."""
    return body[: len(body) // 2]


def twice(body: bytes) -> bytes:
    """Send every key with a number twice, first with a wrong number."""
    return _dumped_twice(json.loads(body)).encode()


def _dumped_twice(value: Json) -> str:
    """Return JSON in which each number has a wrong one under the same key before it."""
    if isinstance(value, dict):
        members = []
        for key, inner in value.items():
            if _is_number(inner):
                members.append(f"{json.dumps(key)}: {_BOGUS}")
            members.append(f"{json.dumps(key)}: {_dumped_twice(inner)}")
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_dumped_twice, value)) + "]"
    if isinstance(value, str) and _NESTED.match(value):
        return json.dumps(_dumped_twice(json.loads(value)))
    return json.dumps(value)


def of_another(ids: frozenset[str]) -> Change:
    """Replace all ids of the device by those of another."""
    known = {_bare(each) for each in ids}

    def renamed(leaf: Json) -> Json:
        if isinstance(leaf, str) and _bare(leaf) in known:
            return leaf.translate(_OTHER_DIGITS)
        return leaf

    return rework(renamed)


def _bare(text: str) -> str:
    """Return an id without separators."""
    return _SEPARATORS.sub("", text.lower())


def in_events(change: Change) -> Change:
    """Change the JSON inside a message of a stream, if it has any."""

    def changed(message: bytes) -> bytes:
        start, end = message.find(b"{"), message.rfind(b"}") + 1
        if start < 0:
            return message
        return message[:start] + change(message[start:end]) + message[end:]

    return changed


def as_event(data: bytes, message: bytes) -> bytes:
    """Replace the data of a message of a stream."""
    return in_events(lambda _: data)(message)


html, deep = partial(as_event, HTML), partial(as_event, DEEP)
large = partial(as_event, b'{"a": "' + b"x" * MEBIBYTE + b'"}')
empty = partial(as_event, b"")
