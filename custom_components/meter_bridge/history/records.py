"""Read and write the long-term statistics; imported only if a recorder runs.

When the recorder is about to compile an hour that was imported before, it rolls back
the statistics of every sensor in the house for that hour. So an hour is imported only
once a five-minute row after it can be read: the recorder compiles in order.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
import time
from typing import Literal

from homeassistant.components.recorder.models import StatisticData, StatisticMetaData
from homeassistant.components.recorder.statistics import (
    UNIT_CLASS_TO_UNIT_CONVERTER,
    StatisticsRow,
    async_import_statistics,
    get_metadata,
    statistics_during_period,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.util.dt import utc_from_timestamp

from .plan import HOUR, SHORT, Gap, Row, hour_of
from .registers import Register

# Sums that differ by no more count as equal: 1 Wh or 1 litre, in kWh or m³.
_TOLERANCE = 0.001
# A sensor that was live has five-minute rows within this time before a gap.
_LIVE_SECONDS = 2 * HOUR
# Five-minute rows are purged after some days; look this far back for an hour's row.
_PURGED_SECONDS = 40 * 24 * HOUR
# Rows in one job of the recorder, which does its own work in between.
_BATCH = 200
# Writing is queued: read again after each pause until the row is there.
PAUSE_SECONDS, _PAUSES = 1.0, 300


@dataclass(slots=True, kw_only=True)
class Record:
    """The statistics of one sensor around a gap, in the unit of the statistic."""

    register: Register
    metadata: StatisticMetaData
    short: list[Row] = field(default_factory=list)
    hours: list[Row] = field(default_factory=list)

    def convert(self, value: float) -> float:
        """Convert a number from the sensor's unit to the statistic's."""
        return converter(self.metadata, self.register.unit)(value)

    @property
    def tolerance(self) -> float:
        """Return by how much sums may differ and still count as equal."""
        return self.convert(_TOLERANCE)


def converter(
    metadata: StatisticMetaData, unit: str | None
) -> Callable[[float], float]:
    """Return a function that converts from `unit` to the unit of the statistic."""
    kept = metadata["unit_of_measurement"]
    known = UNIT_CLASS_TO_UNIT_CONVERTER.get(metadata["unit_class"])
    if unit == kept or known is None:
        return float
    return known.converter_factory(unit, kept)


async def read_around(
    hass: HomeAssistant, registers: Iterable[Register], gap: Gap
) -> list[Record]:
    """Read the rows around a gap, for each sensor that has statistics."""
    return await get_instance(hass).async_add_executor_job(
        _read_around, hass, list(registers), gap
    )


async def read_hours(
    hass: HomeAssistant,
    registers: Iterable[Register],
    start: float,
    end: float | None = None,
) -> list[Record]:
    """Read the hours that start in this time, and the latest five-minute rows."""
    return await get_instance(hass).async_add_executor_job(
        _read_hours, hass, list(registers), start, end
    )


async def read_short(
    hass: HomeAssistant, register: Register, start: float, end: float
) -> list[Row]:
    """Read the five-minute rows of one sensor that start in this time."""

    def read() -> list[Row]:
        found = _records(hass, [register])
        return _read(hass, found, "5minute", start, end)[register.entity_id]

    return await get_instance(hass).async_add_executor_job(read)


def write(hass: HomeAssistant, record: Record, rows: Sequence[Row]) -> None:
    """Queue rows of hours that are compiled already for the recorder to write."""
    queue(
        hass,
        record.metadata,
        [
            {
                "start": utc_from_timestamp(row.start),
                "state": row.state,
                "sum": row.sum,
            }
            for row in rows
        ],
    )


def queue(
    hass: HomeAssistant, metadata: StatisticMetaData, lines: Sequence[StatisticData]
) -> None:
    """Queue lines for the recorder, some in each of its jobs."""
    for at in range(0, len(lines), _BATCH):
        # A list, since the recorder iterates over it twice.
        async_import_statistics(hass, metadata, list(lines[at : at + _BATCH]))


async def until_there(
    hass: HomeAssistant,
    register: Register,
    row: Row,
    period: Literal["5minute", "hour"] = "hour",
) -> None:
    """Wait until the recorder has written a queued row.

    Raises TimeoutError if it has not after five minutes.
    """

    def is_there() -> bool:
        found = _records(hass, [register])
        rows = _read(hass, found, period, row.start, row.start + 1)
        return any(row.is_like(each) for each in rows[register.entity_id])

    for _ in range(_PAUSES):
        if await get_instance(hass).async_add_executor_job(is_there):
            return
        await asyncio.sleep(PAUSE_SECONDS)
    raise TimeoutError


def _records(hass: HomeAssistant, registers: Sequence[Register]) -> dict[str, Record]:
    """Return an empty record for each sensor that has statistics with a sum."""
    by_id = {each.entity_id: each for each in registers}
    known = get_metadata(hass, statistic_ids=set(by_id))
    return {
        entity_id: Record(register=by_id[entity_id], metadata=own(metadata))
        for entity_id, (_, metadata) in known.items()
        if metadata["has_sum"]
    }


def own(metadata: StatisticMetaData) -> StatisticMetaData:
    """Copy the stored metadata: an import overwrites it, and must not change it."""
    return StatisticMetaData(
        mean_type=metadata["mean_type"],
        has_sum=metadata["has_sum"],
        name=metadata["name"],
        source=metadata["source"],
        statistic_id=metadata["statistic_id"],
        unit_class=metadata["unit_class"],
        unit_of_measurement=metadata["unit_of_measurement"],
    )


def _read_around(
    hass: HomeAssistant, registers: Sequence[Register], gap: Gap
) -> list[Record]:
    """Read rows around a gap; replace five-minute rows that are purged or late."""
    found = _records(hass, registers)
    read = partial(_read, hass)
    last, first = gap.last, gap.first
    before = read(found, "5minute", last - _LIVE_SECONDS, last + 1)
    after = read(found, "5minute", first // SHORT * SHORT, first + _LIVE_SECONDS)
    late = {
        key: record
        for key, record in found.items()
        if not any(row.start >= first for row in after[key])
    }
    later = read(late, "5minute", first, None)
    hours = read(found, "hour", hour_of(last), hour_of(first))
    purged = {key: record for key, record in found.items() if not before[key]}
    earlier = read(purged, "hour", last - _PURGED_SECONDS, hour_of(last))
    for key, record in found.items():
        record.short = [*before[key], *(later[key] or after[key])]
        record.hours = [*earlier[key], *hours[key]]
    return list(found.values())


def _read_hours(
    hass: HomeAssistant, registers: Sequence[Register], start: float, end: float | None
) -> list[Record]:
    """Read the hours that start in this time, and the latest five-minute rows."""
    found = _records(hass, registers)
    for key, rows in _read(hass, found, "hour", start, end).items():
        found[key].hours = rows
    live = time.time() - _LIVE_SECONDS
    for key, rows in _read(hass, found, "5minute", live, None).items():
        found[key].short = rows
    return list(found.values())


def _read(
    hass: HomeAssistant,
    records: Mapping[str, Record],
    period: Literal["5minute", "hour"],
    start: float,
    end: float | None,
) -> defaultdict[str, list[Row]]:
    """Read rows that start in this time, each in the unit of its statistic.

    Without `units`, Home Assistant would convert them to the unit that the owner chose.
    """
    found = defaultdict[str, list[Row]](list)
    groups = defaultdict[tuple[str | None, str | None], set[str]](set)
    for key, record in records.items():
        kept = record.metadata
        groups[kept["unit_class"], kept["unit_of_measurement"]].add(key)
    for (unit_class, unit), keys in groups.items():
        rows = statistics_during_period(
            hass,
            _moment(start),
            None if end is None else _moment(end),
            keys,
            period,
            {unit_class: unit} if unit_class and unit else {},
            {"state", "sum"},
        )
        for key, lines in rows.items():
            found[key] = [row for line in lines if (row := _row(line))]
    return found


def _row(line: StatisticsRow) -> Row | None:
    """Return a row; None if it lacks the state or the sum of a counter."""
    state, total = line.get("state"), line.get("sum")
    if state is None or total is None:
        return None
    return Row(start=int(line["start"]), state=state, sum=total)


def _moment(time: float) -> datetime:
    """Return a time as Home Assistant's queries take it."""
    return utc_from_timestamp(time)
