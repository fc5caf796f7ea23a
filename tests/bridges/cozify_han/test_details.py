"""What a reader says of itself, and how its fuse is loaded."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from custom_components.meter_bridge.bridges.cozify_han.details import (
    Details,
    Health,
    Link,
    Settings,
    State,
    parse_health,
    parse_meter_make,
    parse_settings,
    parse_state,
)
from custom_components.meter_bridge.bridges.fuse import (
    MARGIN,
    MARGIN_OF,
    OVERLOAD_OF,
    Fuse,
)
from custom_components.meter_bridge.bridges.uptime import StartTime

NOW = datetime(2026, 6, 1, 12, 0, 0, 250_000, tzinfo=UTC)
ODD: list[object] = [
    None,
    [],
    {},
    "",
    7,
    True,
    {"m": 7, "e": [], "w": "", "ethIp": None},
]


def test_state() -> None:
    """Older firmware has fewer words; `online` stays the cloud's."""
    message = {
        "version": "1.0.1.3",
        "channel": "release",
        "state": "REGISTERED",
        "online": False,
        "ethIp": "0.0.0.0",  # noqa: S104
        "wifiIp": "192.0.2.51",
    }
    old = State(
        firmware="1.0.1.3",
        channel="release",
        state="REGISTERED",
        online=False,
        ethernet=False,
        wifi=True,
    )
    assert parse_state(message) == old
    new = parse_state({**message, "rebootPending": True, "rebootReason": "OTA_UPDATE"})
    assert (new.reboot_pending, new.reboot_reason) == (True, "OTA_UPDATE")


SETTINGS = Settings(
    fuse=25,
    fuse_setting=25,
    fixed_price=7.34,
    uses_spot_price=False,
    ethernet=Link(enabled=True, mode="dhcp"),
    wifi=Link(enabled=False, mode="static"),
)


def test_settings() -> None:
    """Fuse, prices and links are read, also where a number is text."""
    sent = {
        "s": False,
        "p": 7.34,
        "m": {"f": "25"},
        "e": {"e": True, "n": {"m": "dhcp"}},
        "w": {"e": False, "p": "***", "n": {"m": "static"}},
    }
    assert parse_settings(sent, Settings()) == SETTINGS


@pytest.mark.parametrize(
    ("part", "settings"),
    [
        ({"type": "HAN_CONFIGURATION_MESSAGE"}, SETTINGS),
        ({"p": 8.1}, replace(SETTINGS, fixed_price=8.1)),
        ({"p": None, "m": {"t": 5}, "e": None}, replace(SETTINGS, fixed_price=None)),
        (
            {"m": {"f": 0}, "s": True},
            replace(SETTINGS, fuse=None, fuse_setting=0, uses_spot_price=True),
        ),
        (
            {"w": {"e": True}, "e": {"n": {"m": "static"}}},
            replace(
                SETTINGS,
                ethernet=Link(enabled=True, mode="static"),
                wifi=Link(enabled=True, mode="static"),
            ),
        ),
    ],
)
def test_a_part_of_the_settings(part: object, settings: Settings) -> None:
    """What a message does not mention stays as it was."""
    assert parse_settings(part, SETTINGS) == settings


@pytest.mark.parametrize("fuse", [0, -1, None, "none", [], True])
def test_a_fuse_of_nothing_is_none(fuse: object) -> None:
    """A rating that was never entered is not one of 0 A."""
    assert parse_settings({"m": {"f": fuse}}, Settings()).fuse is None


def test_health() -> None:
    """Uptime becomes the moment of the last restart, in whole seconds."""
    sent = {
        "free_heap_size": 182144,
        "cpu_reset_reason": "RST_POWERON",
        "uptime_ms": 3_600_000,
    }
    assert parse_health(sent, StartTime(), NOW) == Health(
        free_heap=182144,
        last_restart=datetime(2026, 6, 1, 11, tzinfo=UTC),
        reset_reason="RST_POWERON",
    )


@pytest.mark.parametrize("uptime", [None, -1, 1e13, 1e14, "x", [], True])
def test_an_uptime_that_cannot_be_is_none(uptime: object) -> None:
    """A reader does not run since before there were readers."""
    assert parse_health({"uptime_ms": uptime}, StartTime(), NOW) == Health()


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_odd_messages_say_nothing(odd: object) -> None:
    """What is no object, or has odd things in it, leaves everything unknown."""
    assert parse_state(odd) == State()
    assert parse_settings(odd, Settings()) == Settings()
    assert parse_health(odd, StartTime(), NOW) == Health()
    assert parse_meter_make(odd) == (None, None)


@pytest.mark.parametrize(
    ("enabled", "address", "is_up"),
    [
        (True, "192.0.2.50", True),
        (True, "0.0.0.0", False),  # noqa: S104
        (True, "", False),
        (True, "fd00::1", True),
        (True, "::", False),
        (True, None, None),
        (False, "192.0.2.50", False),
        (False, None, False),
        (None, "192.0.2.50", True),
        (None, None, None),
    ],
)
def test_a_link_is_enabled_and_has_an_address(
    *, enabled: bool | None, address: str | None, is_up: bool | None
) -> None:
    """Enabled alone is no link, and what is not known is not guessed."""
    details = Details(
        state=parse_state({"ethIp": address, "wifiIp": address}),
        settings=parse_settings({"e": {"e": enabled}, "w": {"e": enabled}}, Settings()),
    )
    assert (details.ethernet, details.wifi) == (is_up, is_up)


def _currents(**by_phase: float) -> dict[str, float]:
    """Return currents (A) by their codes."""
    codes = {"l1": "31.7.0", "l2": "51.7.0", "l3": "71.7.0"}
    return {codes[phase]: current for phase, current in by_phase.items()}


def test_overload_ends_clearly_below_the_rating() -> None:
    """Above the rating a phase is overloaded, and so until it is below 95 % of it."""
    fuse = Fuse()
    told = [
        fuse.judge(25, _currents(l2=current))["fuse_overload_phase_2"]
        for current in (25, 25.01, 25, 24, 23.75, 23.74, 24.9, 25.0, 26)
    ]
    assert told == [False, True, True, True, True, False, False, False, True]


def test_phases_are_judged_one_by_one() -> None:
    """An overload of one phase says nothing of another, and survives a gap."""
    fuse = Fuse()
    assert fuse.judge(25, _currents(l1=30, l3=1.1)) == {
        "fuse_margin": -5,
        "fuse_margin_phase_1": -5,
        "fuse_overload_phase_1": True,
        "fuse_margin_phase_3": 23.9,
        "fuse_overload_phase_3": False,
    }
    assert fuse.judge(25, {}) == {}
    assert fuse.judge(None, _currents(l1=30)) == {}
    assert fuse.judge(25, _currents(l1=24.5))["fuse_overload_phase_1"] is True


def test_a_current_that_no_fuse_lets_pass() -> None:
    """A current that cannot be leaves the margin of its phase missing."""
    fuse = Fuse()
    currents = {"31.7.0": 8316.0, "51.7.0": -501.0, "71.7.0": 30.0}
    assert fuse.judge(25, currents) == {
        f"{MARGIN_OF}_3": -5,
        f"{OVERLOAD_OF}_3": True,
        MARGIN: -5,
    }


def test_margins_are_exact_and_the_direction_does_not_matter() -> None:
    """25 A less 18.39 A are 6.61 A, also while it flows out of the house."""
    loads = Fuse().judge(25, _currents(l1=-18.39))
    assert str(loads["fuse_margin_phase_1"]) == "6.61"
    assert Fuse().judge(25, _currents(l1=-26))["fuse_overload_phase_1"] is True
    fuse = Fuse()
    fuse.judge(63, _currents(l1=64))
    assert fuse.judge(63, _currents(l1=59.85))["fuse_overload_phase_1"] is True
    assert fuse.judge(63, _currents(l1=59.84))["fuse_overload_phase_1"] is False


def test_the_smallest_margin_counts() -> None:
    """What may be added on any phase is what the most loaded one can still carry."""
    assert Fuse().judge(25, _currents(l1=3, l2=24.5, l3=10))["fuse_margin"] == 0.5
