"""Test that values are read from JSON exactly, or not at all."""

from datetime import UTC, datetime
from decimal import Decimal
from random import Random
import sys

import pytest

from custom_components.meter_bridge.bridges.wire import (
    MOST_ENTRIES,
    difference,
    entries,
    flag,
    moment,
    number,
    section,
    shift,
    text,
    whole,
)

NO_NUMBERS: list[object] = [
    None,
    True,
    False,
    [],
    [1],
    {},
    {"value": 1},
    b"1",
    float("nan"),
    float("inf"),
    float("-inf"),
    1e15,
    -1e15,
    10**15,
    10**400,
    -(10**400),
    "",
    " ",
    "-",
    ".",
    "e",
    "--1",
    "1-",
    "1.2.3",
    "1,5",
    "12 W",
    "0x10",
    "1_000",
    "1_0.5",
    "nan",
    "NaN",
    "inf",
    "-Infinity",
    "1e400",
    "1e15",
    "\u0663",
    "\uff11",
    "\u00b2",
    "\x001",
    "null",
    "true",
    "---",
    "1" * 16,
    "1" * 400,
    # Longer than Python's limit for conversion.
    "9" * (sys.get_int_max_str_digits() + 1),
    "0" * (sys.get_int_max_str_digits() + 1),
    "0." + "1" * 100,
    "1" + " " * 100,
]


@pytest.mark.parametrize("sent", NO_NUMBERS, ids=lambda sent: repr(sent)[:20])
def test_what_is_no_number_is_none(sent: object) -> None:
    """Wrong types and extreme numbers give None, without an error."""
    assert number(sent) is None
    assert whole(sent) is None


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (0, "0"),
        (0.0, "0.0"),
        (-5, "-5"),
        (321, "321"),
        (11743.027, "11743.027"),
        (10**15 - 1, "999999999999999"),
        ("0", "0"),
        ("-0", "0"),
        ("+7", "7"),
        ("007", "7"),
        (" 5 ", "5"),
        ("5\n", "5"),
        ("0.0", "0.0"),
        ("-321.5", "-321.5"),
        ("11743.027", "11743.027"),
        ("1.", "1.0"),
        (".5", "0.5"),
        ("1e3", "1000.0"),
        ("1E-3", "0.001"),
        ("999999999999999", "999999999999999"),
    ],
)
def test_a_number_keeps_its_digits(sent: object, expected: str) -> None:
    """A number, also in a text, keeps the digits as sent; zero is a number."""
    assert str(number(sent)) == expected


@pytest.mark.parametrize(
    ("sent", "places", "expected"),
    [
        (11743.027, 3, 11743027),
        ("11743.027", 3, 11743027),
        (5, -2, 0.05),
        (10**12 - 1, 3, 10**15 - 1000),
        (10**12, 3, None),
        (-(10**9), 6, None),
        (10**15, -3, None),
    ],
)
def test_a_number_is_small_enough_in_any_unit(
    sent: object, places: int, expected: float | None
) -> None:
    """A number that is too large in another unit gives None, too."""
    assert number(sent, places) == expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ([1, None], [1, None]),
        ([], []),
        ([0] * 5000, [0] * MOST_ENTRIES),
        (None, []),
        ({"0": 1}, []),
        ("text", []),
    ],
    ids=["list", "empty", "endless", "none", "object", "text"],
)
def test_no_list_is_endless(sent: object, expected: list[object]) -> None:
    """Lists are cut to a plausible length."""
    assert entries(sent) == expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [(3, 3), (3.0, 3), ("3", 3), ("3.0", 3), (-0.0, 0), (3.5, None), ("3.5", None)],
)
def test_a_whole_number_has_no_decimals(sent: object, expected: int | None) -> None:
    """A whole number is an int; a number with decimals gives None."""
    assert whole(sent) == expected
    assert not isinstance(whole(sent), float)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("word", "word"),
        ("  two words\n", "two words"),
        ("", None),
        (" \t", None),
        (None, None),
        (5, None),
        (["word"], None),
        ("a" * 5000, None),
        (" " * 5000 + "a", None),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_text_says_something(sent: object, expected: str | None) -> None:
    """Blank text, and everything but text, gives None."""
    assert text(sent) == expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [(True, True), (False, False), (1, None), (0, None), ("true", None), (None, None)],
)
def test_a_flag_is_a_boolean(sent: object, expected: bool | None) -> None:  # noqa: FBT001
    """Only true and false are flags."""
    assert flag(sent) is expected


@pytest.mark.parametrize(
    "path", [("a",), ("a", "b", "c", "d"), ("list",), ("list", "0"), ("null", "a")]
)
def test_a_missing_section_is_empty(path: tuple[str, ...]) -> None:
    """A path that does not lead to an object gives an empty object."""
    assert section({"a": 5, "list": [{}], "null": None}, *path) == {}


def test_a_section_is_found() -> None:
    """A path of keys gives the object at its end."""
    sent = {"a": {"b": {"c": 1}}}
    assert section(sent, "a", "b") == {"c": 1}
    assert section(sent) == sent


@pytest.mark.parametrize("sent", [None, 5, "word", [], [{"a": {}}]])
def test_a_section_of_no_object_is_empty(sent: object) -> None:
    """Any other value instead of an object gives an empty object."""
    assert section(sent) == {}
    assert section(sent, "a") == {}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("2026-10-25T02:30:00Z", datetime(2026, 10, 25, 2, 30, tzinfo=UTC)),
        ("2026-10-25T02:30:00+02:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25T02:30:00.5-01:00", datetime(2026, 10, 25, 3, 30, 0, 500_000, UTC)),
    ],
)
def test_a_moment_is_told_in_utc(sent: str, expected: datetime) -> None:
    """A time with its offset is the same moment in UTC."""
    found = moment(sent)
    assert found == expected
    assert found is not None
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "sent",
    [
        None,
        1_700_000_000,
        "",
        "now",
        "2026-10-25",
        "2026-10-25T02:30:00",
        "2026-02-30T00:00:00Z",
        "2026-10-25T02:30:00+25:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "\x00\x00",
    ],
)
def test_what_is_no_moment_is_none(sent: object) -> None:
    """A time without offset, or out of range, gives None."""
    assert moment(sent) is None


def test_the_point_moves_as_on_paper() -> None:
    """Energy is converted from kWh to Wh and back with the digits as sent."""
    assert str(shift(11743.027, 3)) == "11743027"
    assert str(shift(11743027, -3)) == "11743.027"
    assert str(shift(0.29, 3)) == "290"
    assert str(shift(0.0001, 3)) == "0.1"
    assert str(shift(-4.35, 2)) == "-435"


@pytest.mark.parametrize("value", [0, 0.0, -5, 11743.027, 5e-324])
def test_no_shift_changes_nothing(value: float) -> None:
    """A number moved by no place is the same, and of the same type."""
    assert repr(shift(value, 0)) == repr(value)


def test_every_register_survives_there_and_back() -> None:
    """Any number of up to 15 digits is moved by three places and back exactly."""
    random = Random(16_7_0)  # noqa: S311
    for _ in range(20_000):
        digits, decimals = random.randint(1, 15), random.randint(0, 9)
        paper = Decimal(random.randrange(-(10**digits), 10**digits)).scaleb(-decimals)
        value = float(str(paper))
        for places in (3, -3):
            there = shift(value, places)
            assert Decimal(str(there)) == paper.scaleb(places)
            back = shift(there, -places)
            assert Decimal(str(back)) == paper
            assert back == value


@pytest.mark.parametrize("value", [sys.float_info.max, 5e-324, -1e300, 10**400])
@pytest.mark.parametrize("places", [3, -3, 6])
def test_any_number_can_be_shifted(value: float, places: int) -> None:
    """Even the largest and smallest numbers can be moved, and keep their sign."""
    assert (shift(value, places) >= 0) is (value >= 0)


@pytest.mark.parametrize(
    ("value", "other", "expected"),
    [
        (0.3, 0.1, "0.2"),
        (500, 179, "321"),
        (0, 321, "-321"),
        (1.1, 1.1, "0.0"),
        (0, 0.5, "-0.5"),
        (999999999999999, 0.5, "999999999999998.5"),
    ],
)
def test_a_difference_is_taken_as_on_paper(
    value: float, other: float, expected: str
) -> None:
    """A difference has no more digits than were sent; ints stay ints."""
    assert str(difference(value, other)) == expected
