"""What people read of a bridge: its words, and the diagnostics that owners publish."""

import re

import orjson

from custom_components.meter_bridge.bridges.wire import parse_json
from custom_components.meter_bridge.bridges.words import printable, words
from custom_components.meter_bridge.redaction import Redactor
from tests.kinds import KINDS
from tests.support.decoding import Decode

LARGEST_SHOWN = 1 << 16
"""Larger answers are redacted in a thread of their own, too, and take as long."""
_MARKUP = re.compile(r"[\[\]<>`~\\|]|://|\bwww\.|\*\w|(?<!\w)_", re.IGNORECASE)
_LONGEST = 64
_KEYS = {"password", "token", "serial", "sn", "key", "ssid"}


def read_words(said: bytes) -> None:
    """Check that words are short and plain, whatever was said."""
    text = said.decode(errors="replace")
    shown = words(text)
    assert len(shown) <= _LONGEST
    assert shown.isprintable()
    assert not _MARKUP.search(shown)
    assert printable(text).isprintable()


def diagnostics() -> Decode:
    """Return a function that redacts an answer, and checks that no id is left."""
    ids = [kind.unique_id.removeprefix(f"{key}_") for key, kind in KINDS.items()]
    redactor = Redactor(keys=_KEYS, ids=ids, words=["correct horse"], public=())

    def redact(body: bytes) -> None:
        plain = orjson.dumps(redactor.plain(parse_json(body))).decode()
        assert not any(each in plain for each in ids)

    return redact
