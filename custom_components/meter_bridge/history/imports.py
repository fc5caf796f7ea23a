"""Write imported hours, and restore what they replaced; imports the recorder."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import chain
import time

from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.util.dt import utc_from_timestamp

from .job import FILLED, STANDS, Job
from .plan import HOUR, Gap, Left, Plan, Row, fill, holes, lift, prepend, restart
from .records import Record, read_hours, read_short, until_there, write
from .registers import Register

# How far after a part to look for the row that ends a hole.
_BEHIND_SECONDS = 40 * 24 * HOUR
_LATELY_SECONDS = 4 * HOUR

type Known = Mapping[str, Mapping[int, float]]


async def has_hours(hass: HomeAssistant, registers: Sequence[Register]) -> bool:
    """Tell whether an hour of any sensor was recorded lately, and is closed."""
    found = await read_hours(hass, registers, time.time() - _LATELY_SECONDS)
    return any(record.hours and record.short for record in found)


async def import_part(  # noqa: PLR0913, PLR0917 (a part needs all of them)
    hass: HomeAssistant,
    registers: Sequence[Register],
    job: Job,
    known: Known,
    begin: int,
    save: Callable[[], Awaitable[None]],
) -> None:
    """Write the hours from `begin` to `job.next` that are missing or show no growth.

    The rows that they replace are saved before anything is written.
    """
    planned, hours = [], range(begin, job.next, HOUR)
    for register in registers:
        # Stays so where a sensor has no statistics.
        job.note(register.entity_id, dict.fromkeys(hours, Left.NO_ROWS), {})
    for record in await _read_part(hass, registers, begin, job.next):
        await _join(hass, record, job)
        rows = _plan_part(record, job, _shown(record, known), begin)
        if rows:
            planned.append((record, rows))
    await save()
    for record, rows in planned:
        write(hass, record, rows)
    for record, rows in planned:
        await until_there(hass, record.register, rows[-1])


async def _read_part(
    hass: HomeAssistant, registers: Sequence[Register], begin: int, end: int
) -> list[Record]:
    """Read the hours of a part, the hour before it, and some weeks after it."""
    found = await read_hours(hass, registers, begin - HOUR, end + _BEHIND_SECONDS)
    lacking = [record.register for record in found if not record.hours]
    if not lacking:
        return found
    # All rows of these sensors are newer than that.
    later = await read_hours(hass, lacking, end)
    return [*(record for record in found if record.hours), *later]


def _plan_part(
    record: Record, job: Job, counters: Mapping[int, float], begin: int
) -> list[Row]:
    """Plan the rows of a part for one sensor, and note the result of each hour."""
    hours = range(begin, job.next, HOUR)
    stands = {row.start: row for row in record.hours}
    # A five-minute row proves that Home Assistant has compiled the hours before it.
    closed = max((row.start for row in record.short), default=0)
    plans: list[Plan] = []
    if stands and closed:
        plans = [
            _fill(record, gap, stands, counters)
            for gap in holes(stands, begin, job.next)
        ]
        plans.append(
            prepend(
                stands[min(stands)],
                {at: value for at, value in counters.items() if at > begin},
                stands,
                may_fall=record.register.may_fall,
            )
        )
    rows = {
        row.start: row
        for row in chain.from_iterable(plan.rows for plan in plans)
        if row.start in hours and row.start + HOUR <= closed
    }
    left = {hour: str(why) for plan in plans for hour, why in plan.left.items()}
    unknown = str(Left.NOT_REMEMBERED if plans else Left.NO_ROWS)
    results = {
        hour: FILLED
        if hour in rows
        else left.get(hour, STANDS if hour in stands else unknown)
        for hour in hours
    }
    stood = {
        hour: [stands[hour].state, stands[hour].sum] if hour in stands else None
        for hour in rows
    }
    job.note(record.register.entity_id, results, stood)
    return [rows[hour] for hour in sorted(rows)]


def _fill(
    record: Record, gap: Gap, stands: Mapping[int, Row], counters: Mapping[int, float]
) -> Plan:
    """Plan a run of missing or flat hours between two recorded ones."""
    return fill(
        gap,
        stands[int(gap.last)],
        stands[int(gap.first)],
        counters,
        stands,
        tolerance=record.tolerance,
        may_fall=record.register.may_fall,
    )


async def _join(hass: HomeAssistant, record: Record, job: Job) -> None:
    """Raise sums that restarted at 0 after a purge, so that they continue as before."""
    stands = {row.start: row for row in record.hours}
    for gap in holes(stands, job.start, job.end):
        before, after = stands[int(gap.last)], stands[int(gap.first)]
        more = restart(before, after)
        if abs(more) <= record.tolerance or await read_short(
            hass, record.register, before.start, before.start + HOUR
        ):
            continue
        job.note_lift(record.register.entity_id, after.start, more)
        await _lift(hass, record, after, more)
        for hour in [each for each in stands if each >= after.start]:
            row = stands[hour]
            stands[hour] = Row(start=hour, state=row.state, sum=row.sum + more)
    record.hours = list(stands.values())


async def oldest_rows(
    hass: HomeAssistant, registers: Sequence[Register], job: Job
) -> list[tuple[Record, Row]]:
    """Return the oldest row of each sensor, if this import added that row."""
    found = []
    for record in await read_hours(hass, registers, job.start - HOUR):
        if not record.hours:
            continue
        oldest = min(record.hours, key=lambda row: row.start)
        if job.has_added(record.register.entity_id, oldest.start):
            found.append((record, oldest))
    return found


async def lift_sums(
    hass: HomeAssistant, oldest: Sequence[tuple[Record, Row]], job: Job, known: Known
) -> None:
    """Raise sums so that the oldest row shows the growth of its own hour alone."""
    for record, row in oldest:
        more = lift(row, _shown(record, known))
        if abs(more) > record.tolerance:
            job.note_lift(record.register.entity_id, row.start, more)
            await _lift(hass, record, row, more)


async def _lift(hass: HomeAssistant, record: Record, row: Row, more: float) -> None:
    """Raise this row's sum and all later ones, and wait until that is written."""
    kept = record.metadata
    get_instance(hass).async_adjust_statistics(
        kept["statistic_id"],
        utc_from_timestamp(row.start),
        more,
        kept["unit_of_measurement"] or "",
    )
    lifted = Row(start=row.start, state=row.state, sum=row.sum + more)
    await until_there(hass, record.register, lifted)


async def put_back(hass: HomeAssistant, registers: Sequence[Register], job: Job) -> int:
    """Restore the rows that an import replaced and the sums that it raised.

    A row that the import added cannot be deleted: it stays, but shows no growth.
    Return the number of rows written.
    """
    for record in await read_hours(hass, registers, job.start - HOUR):
        lifts = job.lifted.get(record.register.entity_id, [])
        while lifts:
            # Forgotten before it is awaited: what is queued must not be queued twice.
            start, more = lifts.pop()
            for now in await read_hours(hass, [record.register], start, start + HOUR):
                for row in now.hours:
                    await _lift(hass, record, row, -more)
    count = 0
    for record in await read_hours(hass, registers, job.start - HOUR):
        rows = list(_before(record, job))
        write(hass, record, rows)
        if rows:
            await until_there(hass, record.register, rows[-1])
        count += len(rows)
    return count


def _before(record: Record, job: Job) -> list[Row]:
    """Return the rows from before an import; those it added become flat."""
    replaced = job.replaced.get(record.register.entity_id, {})
    rows, level = [], None
    for row in sorted(record.hours, key=lambda each: each.start):
        if row.start not in replaced:
            level = row
            continue
        if old := replaced[row.start]:
            level = Row(start=row.start, state=old[0], sum=old[1])
        # Before the first row there was no sum.
        state, total = (level.state, level.sum) if level else (row.state, 0.0)
        rows.append(Row(start=row.start, state=state, sum=total))
    return rows


def _shown(record: Record, known: Known) -> dict[int, float]:
    """Return what the bridge remembers of a counter, in the statistic's unit."""
    register = record.register
    return {
        at: record.convert(register.shown(value))
        for at, value in known.get(register.key, {}).items()
    }
