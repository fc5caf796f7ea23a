"""Validators of the fields of actions."""

from collections.abc import Callable

from probatio import Invalid, Schema
import pytest

from custom_components.meter_bridge.bridges.fields import (
    ascii_line,
    exactly_true,
    mail_address,
    one_line,
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
