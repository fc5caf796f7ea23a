"""A day's log on the memory card → counters at full hours (vendor's csv-format.md).

A row every 15 s or so, kWh and kvarh. `TIME` is local time although it ends with Z, so
that one hour in autumn comes twice.
"""

from collections.abc import Iterable, Iterator, Mapping
import csv
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from ..wire import number, text
from .report import TO_BASE_UNIT
from .system import METER_OK, word

HOUR = 3600
_TARIFFS = {"T": 0, "T1": 1, "T2": 2}
# Column → OBIS code of an energy.
_COLUMNS: Mapping[str, str] = {
    f"{name}_{tariff}": f"{group}.8.{number}"
    for group, name in enumerate(
        ("EAP", "EAN", "ERP", "ERN", "ERII", "ERIC", "EREI", "EREC"), start=1
    )
    for tariff, number in _TARIFFS.items()
}
# Rows come up to 204 s apart: an older one says nothing of a full hour.
_HOLDS_SECONDS = 300
_WINTER, _SUMMER = timedelta(hours=1), timedelta(hours=2)
_SUNDAY = 6

type Counters = dict[str, float]


@dataclass(slots=True, kw_only=True)
class Log:
    """Read the log of one day; `hours` holds the counters at full hours (Unix s)."""

    hours: dict[int, Counters] = field(default_factory=dict)
    _rest: str = ""
    _columns: list[str] = field(default_factory=list)
    _last: tuple[float, Counters] | None = None
    _twice: list[tuple[datetime, Counters]] = field(default_factory=list)

    def feed(self, chunk: bytes) -> None:
        """Read a piece of the file; a line that is not complete waits for the next."""
        *lines, self._rest = (self._rest + chunk.decode("ascii", "replace")).split("\n")
        for cells in csv.reader(lines):
            if not self._columns:
                self._columns = cells
            elif row := _row(dict(zip(self._columns, cells, strict=False))):
                self._take_local(*row)

    def finish(self, *, is_over: bool) -> None:
        """Take the last row, which the day ends with if it is over.

        What stands behind the last line may be half a row.
        """
        self._take_twice()
        if is_over and self._last:
            self._reach(self._last[0] + HOUR)

    def _take_local(self, local: datetime, counters: Counters) -> None:
        """Take a row, or put it aside where its hour comes twice."""
        if is_twice(local):
            self._twice.append((local, counters))
            return
        self._take_twice()
        self._take((local - offset(local)).timestamp(), counters)

    def _take_twice(self) -> None:
        """Take the rows of the hour that comes twice: the clock has fallen between.

        Where it has not, nothing tells which of both they are.
        """
        rows, self._twice = self._twice, []
        falls = [
            index
            for index in range(1, len(rows))
            if rows[index][0] < rows[index - 1][0]
        ]
        if len(falls) != 1:
            return
        for index, (local, counters) in enumerate(rows):
            ahead = _SUMMER if index < falls[0] else _WINTER
            self._take((local - ahead).timestamp(), counters)

    def _take(self, at: float, counters: Counters) -> None:
        """Take a row; one that is older, or whose counters fall, is none."""
        if self._last is not None:
            then, before = self._last
            if at <= then or any(
                value < before.get(code, value) for code, value in counters.items()
            ):
                return
        self._reach(at)
        self._last = at, counters

    def _reach(self, at: float) -> None:
        """Note the last row as the counters of a full hour ahead of the next row."""
        if self._last is None:
            return
        then, counters = self._last
        hour = -(-int(then) // HOUR) * HOUR
        if at > hour and hour - then <= _HOLDS_SECONDS:
            self.hours[hour] = counters


def _row(cells: Mapping[str, str]) -> tuple[datetime, Counters] | None:
    """Read a row; None if the meter was not read, or nothing was counted."""
    if word(cells.get("MSTAT")) != METER_OK:
        return None
    local = _local(cells.get("TIME"))
    counters = {
        code: value
        for column, code in _COLUMNS.items()
        if (value := number(text(cells.get(column)), TO_BASE_UNIT)) is not None
    }
    return (local, counters) if local and counters else None


def _local(written: str | None) -> datetime | None:
    """Read a local time with its false Z, as if it were UTC."""
    try:
        return datetime.fromisoformat(written or "").replace(tzinfo=UTC)
    except ValueError:
        return None


def offset(local: datetime) -> timedelta:
    """Return by how much the meter's clock is ahead of UTC at a local time.

    Those who sell it do so in countries with Central European Time.
    """
    begin, end = _changes(local.year)
    return _SUMMER if begin + _SUMMER <= local < end + _SUMMER else _WINTER


def is_twice(local: datetime) -> bool:
    """Tell whether a local time comes twice, in summer time and in winter time."""
    _, end = _changes(local.year)
    return end + _WINTER <= local < end + _SUMMER


def _changes(year: int) -> tuple[datetime, datetime]:
    """Return when summer time begins and ends: 1:00 UTC on the month's last Sunday."""
    return _last_sunday(year, 3), _last_sunday(year, 10)


def _last_sunday(year: int, month: int) -> datetime:
    """Return 1:00 UTC on the last Sunday of a month of 31 days."""
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() - _SUNDAY) % 7)


def days_of(instants: Iterable[int]) -> Iterator[date]:
    """Yield the days whose logs hold the rows ahead of these full hours."""
    yield from dict.fromkeys(
        (moment + offset(moment + _WINTER)).date()
        for moment in (datetime.fromtimestamp(at - 1, UTC) for at in sorted(instants))
    )
