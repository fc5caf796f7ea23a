"""Test that only a restart changes the start time, whatever clocks do."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.meter_bridge.bridges.uptime import StartTime

NOW = datetime(2026, 6, 1, 10, 0, 13, tzinfo=UTC)
STARTED = NOW - timedelta(seconds=2000)


def test_a_restart_is_no_drift() -> None:
    """The start time is the same while clocks drift apart, and changes at a restart."""
    start_time = StartTime()
    assert start_time.update(2000.4, NOW) == STARTED - timedelta(seconds=1)
    shown = start_time.update(2000, NOW)
    for day in range(1, 60):
        uptime = 2000 + day * 86_400 * 1.00005
        assert start_time.update(uptime, NOW + timedelta(days=day)) == shown
    later = NOW + timedelta(days=60)
    assert start_time.update(30, later) == later - timedelta(seconds=30)


@pytest.mark.parametrize(
    ("jitter", "moved"), [(3, 0), (-3, 0), (59, 0), (-59, 0), (60, 60), (-60, -60)]
)
def test_less_than_a_minute_is_jitter(jitter: int, moved: int) -> None:
    """A change of less than a minute is rounding or delay, and ignored."""
    start_time = StartTime()
    assert start_time.update(2000, NOW) == STARTED
    uptime = 2000 - jitter
    assert start_time.update(uptime, NOW) == STARTED + timedelta(seconds=moved)


@pytest.mark.parametrize("odd", [None, -1, 1e9, 1e14])
def test_an_odd_uptime_gives_no_start(odd: float | None) -> None:
    """An invalid uptime gives no start time, and is no restart."""
    start_time = StartTime()
    assert start_time.update(odd, NOW) is None
    assert start_time.update(2000, NOW) == STARTED
    assert start_time.update(odd, NOW) is None
    assert start_time.update(2003, NOW) == STARTED
