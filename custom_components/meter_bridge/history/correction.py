"""Correct statistics after a counter jumped although no energy flowed.

Home Assistant adds every change of a counter to the sum of its statistic, also one that
comes from another meter, scale or role. The sensor shows what the meter says; only the
sum is corrected, and only where it is certain how much energy flowed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.util.dt import utc_from_timestamp

from ..coordinator import MeterBridgeEntry
from ..values.sources import entity_key
from .changes import Jump
from .plan import HOUR, SHORT, Gap, Row, booked_too_much, hour_of
from .records import (
    Record,
    read_around,
    read_hours,
    read_short,
    until_there,
    write,
)
from .registers import registers_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """How much too much was booked, in the unit of the statistic."""

    amount: float
    unit: str


async def correct(
    hass: HomeAssistant, entry: MeterBridgeEntry, changes: Sequence[Jump]
) -> Booked | None:
    """Lower the sum of a total by what the jumps in one row have booked too much.

    Return that amount; None while the five-minute row behind the jumps cannot be read,
    or if the total has no statistics. It is computed from rows, so a second call finds
    0.
    """
    first, last = changes[0], changes[-1]
    key = entity_key(last.meter, last.code)
    registers = [
        each for each in registers_of(hass, entry, last.meter) if each.key == key
    ]
    gap = Gap(last=last.at - SHORT, first=last.at)
    for record in await read_around(hass, registers, gap):
        old, new = _shown(record, first.old), _shown(record, last.new)
        if (found := sides(record.short, last.at, old, new)) is None:
            return None
        before, after = found
        jump = sum(_shown(record, it.new) - _shown(record, it.old) for it in changes)
        too_much = booked_too_much(before, after, jump)
        if abs(too_much) <= record.tolerance:
            too_much = 0.0
        else:
            await _lower(hass, record, after, too_much)
        await _mend_hour(hass, record, after)
        unit = record.metadata["unit_of_measurement"] or ""
        return Booked(amount=too_much, unit=unit)
    return None


def _shown(record: Record, level: float) -> float:
    """Return a reading's number in the unit of the statistic."""
    return record.convert(record.register.shown(level))


def sides(
    short: Sequence[Row], at: float, old: float, new: float
) -> tuple[Row, Row] | None:
    """Return the five-minute row that contains a jump, and the one before it.

    A sensor may show its new level a minute after it was read, and so in the next row.
    """
    return next(
        (
            (before, after)
            for before, after in pairwise(short)
            if after.start + SHORT > at
            and abs(after.state - new) <= abs(after.state - old)
        ),
        None,
    )


async def _lower(
    hass: HomeAssistant, record: Record, row: Row, too_much: float
) -> None:
    """Lower this five-minute row's sum and all later sums."""
    kept = record.metadata
    get_instance(hass).async_adjust_statistics(
        kept["statistic_id"],
        utc_from_timestamp(row.start),
        -too_much,
        kept["unit_of_measurement"] or "",
    )
    lowered = Row(start=row.start, state=row.state, sum=row.sum - too_much)
    await until_there(hass, record.register, lowered, period="5minute")


async def _mend_hour(hass: HomeAssistant, record: Record, after: Row) -> None:
    """Copy the corrected sum into the hourly row that contains the jump.

    That row starts before the five-minute rows that were lowered, so lowering missed
    it. An hour that Home Assistant has not compiled yet becomes right by itself.
    """
    register, hour = record.register, hour_of(after.start)
    within = await read_short(hass, register, hour, hour + HOUR)
    for now in await read_hours(hass, [register], hour, hour + HOUR):
        is_closed = any(row.start >= hour + HOUR for row in now.short)
        if not is_closed or not now.hours or not within:
            continue
        mended = Row(start=hour, state=within[-1].state, sum=within[-1].sum)
        if not mended.is_like(now.hours[0]):
            write(hass, now, [mended])
            await until_there(hass, register, mended)
