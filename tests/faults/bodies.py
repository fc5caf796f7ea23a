"""Answers and events as no bridge should send them, made from true ones."""

from collections.abc import Callable
from functools import partial
import json
import re

from tests.support.mishaps import Change
from tests.support.simulator import Json

_BOGUS = 987_654
_NESTED = re.compile(r"\s*\{")
# Letters and digits alone, as an id is compared whatever stands between them.
_SEPARATORS = re.compile(r"[^0-9a-z]")
_OTHER_DIGITS = str.maketrans("0123456789abcdefABCDEF", "1234567890bcdefaBCDEFA")

HTML = b"<!doctype html><title>Router</title><h1>Welcome</h1>"
DEEP = b"[" * 100_000 + b"]" * 100_000
MEBIBYTE = 1 << 20

type Leaf = Callable[[Json], Json]


def rework(change: Leaf) -> Change:
    """Change every leaf of a JSON body, also of JSON that is a string within it."""

    def reworked(body: bytes) -> bytes:
        try:
            value = json.loads(body)
        except ValueError:
            return body
        return json.dumps(_walk(value, change)).encode()

    return reworked


def _walk(value: Json, change: Leaf) -> Json:
    """Copy a value with its leaves changed."""
    if isinstance(value, dict):
        return {key: _walk(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_walk(inner, change) for inner in value]
    if isinstance(value, str) and _NESTED.match(value):
        return json.dumps(_walk(json.loads(value), change))
    return change(value)


def _is_number(value: Json) -> bool:
    """Tell a number, which a boolean is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _instead_of_numbers(other: Callable[[Json], Json]) -> Change:
    """Put something else in the place of each number."""
    return rework(lambda leaf: other(leaf) if _is_number(leaf) else leaf)


numbers_as_text = _instead_of_numbers(json.dumps)
nan = _instead_of_numbers(lambda _: float("nan"))
infinity = _instead_of_numbers(lambda _: float("inf"))
nulls = rework(lambda _: None)


def half(body: bytes) -> bytes:
    """Cut a body in the middle."""
    return body[: len(body) // 2]


def twice(body: bytes) -> bytes:
    """Send each key with a number twice, first with a number that is not true."""
    return _dumped_twice(json.loads(body)).encode()


def _dumped_twice(value: Json) -> str:
    """Write JSON whose numbers are announced by wrong ones."""
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
    """Let answers come from another device: whatever is one of its ids is another."""
    known = {_bare(each) for each in ids}

    def renamed(leaf: Json) -> Json:
        if isinstance(leaf, str) and _bare(leaf) in known:
            return leaf.translate(_OTHER_DIGITS)
        return leaf

    return rework(renamed)


def _bare(text: str) -> str:
    """Return an id without what separates its parts."""
    return _SEPARATORS.sub("", text.lower())


def in_events(change: Change) -> Change:
    """Change the JSON within a message of a stream, where there is any."""

    def changed(message: bytes) -> bytes:
        start, end = message.find(b"{"), message.rfind(b"}") + 1
        if start < 0:
            return message
        return message[:start] + change(message[start:end]) + message[end:]

    return changed


def as_event(data: bytes, message: bytes) -> bytes:
    """Put other data into a message of a stream."""
    return in_events(lambda _: data)(message)


html, deep = partial(as_event, HTML), partial(as_event, DEEP)
large = partial(as_event, b'{"a": "' + b"x" * MEBIBYTE + b'"}')
empty = partial(as_event, b"")
