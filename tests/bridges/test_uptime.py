"""Test that a restart is told once, whatever uptime and clocks do meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.meter_bridge.bridges.uptime import Restarts

NOW = datetime(2026, 6, 1, 10, 0, 13, tzinfo=UTC)
STARTED = NOW - timedelta(seconds=2000)


def test_a_restart_is_told_from_drift() -> None:
    """The start stays the same while the clocks drift apart, and moves at a restart."""
    restarts = Restarts()
    assert restarts.take(2000.4, NOW) == STARTED - timedelta(seconds=1)
    told = restarts.take(2000, NOW)
    for day in range(1, 60):
        uptime = 2000 + day * 86_400 * 1.00005
        assert restarts.take(uptime, NOW + timedelta(days=day)) == told
    later = NOW + timedelta(days=60)
    assert restarts.take(30, later) == later - timedelta(seconds=30)


@pytest.mark.parametrize(
    ("wobble", "moved"), [(3, 0), (-3, 0), (59, 0), (-59, 0), (60, 60), (-60, -60)]
)
def test_less_than_a_minute_is_wobble(wobble: int, moved: int) -> None:
    """No restart and the way back from it take less."""
    restarts = Restarts()
    assert restarts.take(2000, NOW) == STARTED
    uptime = 2000 - wobble
    assert restarts.take(uptime, NOW) == STARTED + timedelta(seconds=moved)


@pytest.mark.parametrize("odd", [None, -1, 1e9, 1e14])
def test_an_odd_uptime_tells_nothing(odd: float | None) -> None:
    """It is no restart either: what was told before is told again afterwards."""
    restarts = Restarts()
    assert restarts.take(odd, NOW) is None
    assert restarts.take(2000, NOW) == STARTED
    assert restarts.take(odd, NOW) is None
    assert restarts.take(2003, NOW) == STARTED
