"""Test that a device's words are short, and plain text, before anybody reads them."""

import time

import pytest

from custom_components.meter_bridge.bridges.errors import BridgeRefusedError
from custom_components.meter_bridge.bridges.words import printable, words


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Solar_east 2+", "Solar_east 2+"),
        ("Grid*", "Grid*"),
        ("Küche, 1. OG (links)", "Küche, 1. OG (links)"),
        ("two\r\nlines\x1b[31m\0", "two lines 31m"),
        ("![x](http://a.example/p.png)", "! x (http a.example/p.png)"),
        ("see WWW.a.example", "see a.example"),
        ("me@a.example", "me a.example"),
        ("boiler@cellar", "boiler@cellar"),
        ("**bold** _slanted_ `code`", "bold** slanted_ code"),
        ("<img src=x>|cell|", "img src=x cell"),
        ("\u202eright to left", "right to left"),
        ("\u3164\u2800\u115f", ""),
        ("Cel\ufe0flar\u200b 2", "Cellar 2"),
        ("e\u0301tage हिन्दी ไฟฟ้า", "e\u0301tage हिन्दी ไฟฟ้า"),
        ("Z" + "\u0301\u0302\u0303" * 50, "Z\u0301\u0302"),
        ("## - Cellar - #2", "Cellar - #2"),
        ("  ", ""),
        ("x" * 5000, "x" * 64),
    ],
)
def test_they_may_be_shown(said: str, shown: str) -> None:
    """Letters stay; markup, links, line breaks and what is too long do not."""
    assert words(said) == shown


@pytest.mark.parametrize("unit", ["@", "_", "*", "# ", "x@", "www.", "a_", "\n"])
def test_long_ones_take_no_time(unit: str) -> None:
    """However much was sent, only so much of it is looked at."""
    start = time.thread_time()
    words(unit * 1_000_000)
    assert time.thread_time() - start < 0.1


def test_a_state_stays_as_it_is_but_for_control_characters() -> None:
    """A state is shown as text, not as Markdown."""
    assert printable("<My> *Wi-Fi*") == "<My> *Wi-Fi*"
    assert printable("two\nlines\x07") == "two lines "


def test_the_reason_of_a_refusal_is_plain() -> None:
    """A device's own reason reaches both its owner and the log."""
    error = BridgeRefusedError("no\nroom [here](http://a.example)")
    assert str(error) == "no room here (http a.example)"
