"""Logs on the memory card: local time, the hour that comes twice, invalid rows."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.meter_bridge.bridges.whatwatt_go.log import Log, days_of

ZURICH = ZoneInfo("Europe/Zurich")
HEADER = "RID,TIME,MID,MSTAT,NEWER,EAP_T,EAP_T1,EAN_T,ERII_T\n"
SAMPLE = (
    "RID,TIME,MID,MSTAT,TARIFF,PF,EAP_T,EAP_T1,EAP_T2,EAN_T\n"
    '5171,"2026-05-12T17:59:52Z","","OK",1,,518.246,,,197.305\n'
    '5172,"2026-05-12T18:00:07Z","","OK",1,,518.247,,,197.305\n'
)


def line(at: datetime, energy: float, status: str = "OK") -> str:
    """Return a row that the device writes at a time."""
    local = at.astimezone(ZURICH)
    return f'1,"{local:%Y-%m-%dT%H:%M:%S}Z","","{status}",7,{energy:.3f},,2.5,\n'


def read(
    *lines: str, is_over: bool = False, size: int = 7
) -> dict[int, dict[str, float]]:
    """Read a log that comes in pieces."""
    log, data = Log(), (HEADER + "".join(lines)).encode()
    for at in range(0, len(data), size):
        log.feed(data[at : at + size])
    log.finish(is_over=is_over)
    return log.hours


def full(year: int, month: int, day: int, hour: int) -> int:
    """Return a full hour in UTC."""
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp())


def test_a_log() -> None:
    """The time is local despite its Z; energies have the codes of a report."""
    log = Log()
    log.feed(SAMPLE.encode())
    assert log.hours == {full(2026, 5, 12, 16): {"1.8.0": 518246, "2.8.0": 197305}}


def test_rows_around_a_full_hour() -> None:
    """A row at the full hour is preferred to the last one before it."""
    ten = datetime(2026, 1, 5, 10, tzinfo=UTC)
    rows = [
        line(ten + timedelta(seconds=second), 100 + second / 1000)
        for second in (-290, -15, 0, 15, 3590, 3605)
    ]
    hours = read(*rows)
    assert hours[full(2026, 1, 5, 10)]["1.8.0"] == 100_000
    assert hours[full(2026, 1, 5, 11)]["1.8.0"] == 103_590


def test_a_hole_in_the_log() -> None:
    """A full hour is unknown if the last row before it is minutes old."""
    ten = datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert not read(
        line(ten - timedelta(seconds=301), 100), line(ten + timedelta(seconds=9), 101)
    )


@pytest.mark.parametrize("status", ["NO DATA", "NO INIT", "KEY REQUIRED", ""])
def test_a_meter_that_is_not_read(status: str) -> None:
    """Rows whose status is not OK are ignored."""
    ten = datetime(2026, 1, 5, 10, tzinfo=UTC)
    rows = [
        line(ten - timedelta(seconds=20), 100),
        line(ten - timedelta(seconds=5), 0, status),
        line(ten + timedelta(seconds=10), 101),
    ]
    assert read(*rows)[full(2026, 1, 5, 10)]["1.8.0"] == 100_000


def test_rows_that_fall() -> None:
    """A row is ignored if its counter falls, or if it is older than the one before."""
    ten = datetime(2026, 1, 5, 10, tzinfo=UTC)
    rows = [
        line(ten - timedelta(seconds=30), 100),
        line(ten - timedelta(seconds=20), 0),
        line(ten - timedelta(seconds=40), 101),
        line(ten + timedelta(seconds=10), 102),
    ]
    assert read(*rows)[full(2026, 1, 5, 10)]["1.8.0"] == 100_000


def test_a_file_that_is_still_written() -> None:
    """Half a row is ignored; the hour that is still being written is unknown."""
    ten = datetime(2026, 1, 5, 10, tzinfo=UTC)
    last = line(ten - timedelta(seconds=10), 101)
    assert not read(line(ten - timedelta(seconds=30), 100), last[:-7])
    assert read(last, is_over=True) == {
        full(2026, 1, 5, 10): {"1.8.0": 101_000, "2.8.0": 2500}
    }


def a_night(begin: datetime) -> list[str]:
    """Return a row every 15 s for eight hours; the counter takes 1 Wh a row."""
    return [
        line(begin + timedelta(seconds=15 * row), 100 + row / 1000)
        for row in range(8 * 240 + 2)
    ]


@pytest.mark.parametrize(
    "begin",
    [datetime(2026, 10, 24, 21, 59, 50), datetime(2026, 3, 28, 21, 59, 50)],  # noqa: DTZ001
    ids=["autumn", "spring"],
)
def test_nights_of_the_clock_change(begin: datetime) -> None:
    """Every hour is known in the nights in which clocks are put forward or back."""
    begin = begin.replace(tzinfo=UTC)
    hours = read(*a_night(begin))
    first = int(begin.timestamp()) + 10
    assert list(hours) == [first + 3600 * hour for hour in range(9)]
    assert [counters["1.8.0"] for counters in hours.values()] == [
        100_000 + 240 * hour for hour in range(9)
    ]


def test_the_repeated_hour_recorded_once() -> None:
    """If only one of the two equal hours is in the log, both are unknown."""
    rows = a_night(datetime(2026, 10, 24, 21, 59, 50, tzinfo=UTC))
    hours = read(*rows[:482], *rows[722:])
    assert full(2026, 10, 25, 1) not in hours
    assert {full(2026, 10, 25, 0), full(2026, 10, 25, 3)} <= hours.keys()


def test_days() -> None:
    """The full hour at midnight belongs to the log of the day before, in local time."""
    assert list(days_of([full(2026, 6, 1, 22), full(2026, 6, 1, 23)])) == [
        date(2026, 6, 1),
        date(2026, 6, 2),
    ]
    assert list(days_of([full(2026, 1, 1, 23)])) == [date(2026, 1, 1)]
