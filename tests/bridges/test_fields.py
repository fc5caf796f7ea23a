"""Validators of the fields of actions."""

from collections.abc import Callable
from contextlib import suppress

import orjson
from probatio import Invalid, Optional, Schema
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.fields import (
    ascii_line,
    exactly_true,
    mail_address,
    one_line,
    paragraphs,
    some,
    ssid,
    whole_number,
)


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (exactly_true, True),
        (whole_number(), 0),
        (whole_number(least=-1, most=1), -1),
        (one_line(), "Küche, 1. Stock"),
        (paragraphs(longest=9), "a\r\n\tb"),
        (one_line(shortest=0), ""),
        (ascii_line(), "a b~!"),
        (ascii_line(shortest=0), ""),
        (ssid, "ü" * 16),
        (mail_address, "me@example.com"),
        (some(whole_number()), [1, 2]),
    ],
)
def test_fit(check: Callable[[object], object], value: object) -> None:
    """What fits is returned unchanged."""
    assert check(value) == value
    assert type(check(value)) is type(value)


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (exactly_true, 1),
        (exactly_true, 1.0),
        (exactly_true, "true"),
        (exactly_true, False),
        (whole_number(), True),
        (whole_number(), 1.0),
        (whole_number(), "1"),
        (whole_number(), -1),
        (whole_number(most=5), 6),
        (whole_number(), 1 << 31),
        (paragraphs(longest=3), ""),
        (paragraphs(longest=3), "abcd"),
        (paragraphs(longest=3), "a\0b"),
        (paragraphs(longest=3), "\ud800"),
        (one_line(), ""),
        (one_line(), 5),
        (one_line(longest=3), "abcd"),
        (one_line(), "a\r\nb"),
        (one_line(), "a\0b"),
        (one_line(), "a\u2028b"),
        (one_line(), "a\u202eb"),
        (ascii_line(), "pässword"),
        (ascii_line(but='"'), 'a"b'),
        (ssid, ""),
        (ssid, "x" * 33),
        (ssid, "ü" * 17),
        (ssid, "\ud800"),
        (mail_address, "nobody"),
        (mail_address, "me@example.com\r\nBcc: you@example.com"),
        (some(whole_number()), []),
        (some(whole_number()), 1),
        (some(whole_number()), [True]),
    ],
)
def test_unfit(check: Callable[[object], object], value: object) -> None:
    """What a device could read as anything else is refused."""
    with pytest.raises(Invalid):
        Schema(check)(value)


# Only an automation, or the command line, can type some of these.
HOSTILE: tuple[object, ...] = (
    *(
        2**31,
        2**64,
        -(2**63) - 1,
        10**30,
        1e308,
        float("nan"),
        float("inf"),
        True,
        None,
    ),
    *("\ud800", "a\x00b", "a\x1bb", "\u202e", "١٢", "1e400", "x" * 100_000, b"bytes"),
    *([], [[]], [None], [2**64], ["\ud800"], {}, {"a": 1}, "mqtt://\ud800", "a/\ud800"),
)
# Where these are no files, an action says so.
FILES = {"file", "folder"}


@pytest.mark.parametrize(
    ("key", "action", "field"),
    [
        (key, action.key, str(field))
        for key, bridge in BRIDGES.items()
        for action in bridge.actions
        for field in action.fields
        if str(field) not in FILES
    ],
)
def test_what_is_accepted_can_be_sent(key: str, action: str, field: str) -> None:
    """No field takes what has no place in a request, or a control character."""
    (fields,) = (each.fields for each in BRIDGES[key].actions if each.key == action)
    (check,) = (each for name, each in fields.items() if str(name) == field)
    schema = Schema({Optional(field): check})
    for value in HOSTILE:
        with suppress(Invalid):
            assert b"\\u00" not in orjson.dumps(schema({field: value}))
