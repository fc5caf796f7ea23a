"""Fill the hours of an outage in Home Assistant's long-term statistics."""

import asyncio
from collections.abc import Mapping
import time
from typing import TYPE_CHECKING

from homeassistant.const import EVENT_RECORDER_5MIN_STATISTICS_GENERATED
from homeassistant.core import Event, HomeAssistant, callback

from ..bridges.client import HourlyPower
from ..coordinator import MeterBridgeEntry
from .attempts import Attempts
from .outages import Outage, Unfilled
from .plan import (
    HOUR,
    SHORT,
    Left,
    Plan,
    Row,
    fill,
    hour_of,
    level_at,
    neighbours,
    spread,
)
from .registers import powers_of, registers_of

if TYPE_CHECKING:
    from .records import Record

RECORDER = "recorder"
# The recorder fires its event before it has committed the new rows.
COMMIT_SECONDS = 10.0
# Wait until everything else that starts with Home Assistant is up.
START_SECONDS = 60.0
# A bridge is slow if a day of its memory takes longer.
_SLOW_SECONDS = 60.0

type Remembered = Mapping[str, Mapping[int, float]]
"""What the bridge remembers: by total, the counter at each instant."""
type Powers = Mapping[str, Mapping[int, HourlyPower]]


@callback
def async_fill_outages(hass: HomeAssistant, entry: MeterBridgeEntry) -> None:
    """Fill outages while the entry is loaded, if a recorder runs."""
    if entry.runtime_data.outages.are_filled and RECORDER in hass.config.components:
        entry.async_on_unload(
            hass.bus.async_listen(
                EVENT_RECORDER_5MIN_STATISTICS_GENERATED,
                _Filler(hass, entry).look,
            )
        )


class _Filler:
    """Fills open outages; looks again when the recorder has new five-minute rows."""

    def __init__(self, hass: HomeAssistant, entry: MeterBridgeEntry) -> None:
        """Take the entry whose outages are to be filled."""
        self._hass = hass
        self._entry = entry
        self._coordinator = entry.runtime_data
        self._since = time.monotonic()
        self._is_busy = False
        self._attempts = Attempts(entry.title)
        self._remembered: dict[Outage, Remembered] = {}
        self._powers: dict[Outage, Powers] = {}
        self._reasons: dict[Outage, dict[str, Left]] = {}

    @callback
    def look(self, _compiled: Event) -> None:
        """Start on the outages that a five-minute row can follow by now."""
        if self._is_busy or time.monotonic() - self._since < START_SECONDS:
            return
        if due := [
            each for each in self._coordinator.outages.open if self._is_due(each)
        ]:
            self._is_busy = True
            self._entry.async_create_background_task(
                self._hass, self._fill_all(due), f"{self._entry.title} history"
            )

    def _is_due(self, outage: Outage) -> bool:
        """Tell whether a five-minute row can follow an outage by now.

        What the owner is asked about may lower the sums that hours lead up to, unless
        it was before the outage. A bridge that is slow to remember is asked once, when
        powers can be asked for as well.
        """
        end = outage.gap.first
        recall_seconds = self._coordinator.bridge.recall_seconds or 0.0
        if outage.keys is None and recall_seconds > _SLOW_SECONDS:
            end = hour_of(end) + HOUR
        return (
            end + SHORT <= time.time()
            and not outage.waits
            and not any(
                each.at > outage.gap.last
                for each in self._coordinator.changes.asked(outage.meter)
            )
        )

    async def _fill_all(self, outages: list[Outage]) -> None:
        """Fill outages one after the other, and close those that need nothing more."""
        try:
            await asyncio.sleep(COMMIT_SECONDS)
            still_open = self._coordinator.outages.open
            self._remembered = {
                outage: known
                for outage, known in self._remembered.items()
                if outage in still_open
            }
            self._powers = {
                outage: known
                for outage, known in self._powers.items()
                if outage in still_open
            }
            self._reasons = {}
            for outage in outages:
                with self._attempts.one():
                    is_done = await self._fill(outage)
                    if await self._fill_powers(outage) and is_done:
                        self._end(outage)
        finally:
            self._is_busy = False

    def _end(self, outage: Outage) -> None:
        """Close an outage, or keep it for the registers that are held back."""
        outages, reasons = self._coordinator.outages, self._reasons.pop(outage, {})
        held = [key for key, why in reasons.items() if why is Left.HELD_BACK]
        if held:
            outages.keep(outage, held)
        else:
            outages.close([outage])
            if reasons:
                outages.left.append(Unfilled(outage=outage, reasons=reasons))
        self._coordinator.memory.save_soon()

    async def _fill(self, outage: Outage) -> bool:
        """Write the missing rows of an outage; return whether nothing is left to do.

        Written rows are queued, so only a later call, which reads them back and finds
        nothing missing, returns True.
        """
        # This imports the recorder, so only after the check that one runs.
        from .records import read_around, write  # noqa: PLC0415

        gap = outage.gap
        registers = [
            each
            for each in registers_of(self._hass, self._entry, outage.meter)
            if outage.keys is None or each.key in outage.keys
        ]
        records = await read_around(self._hass, registers, gap)
        sides = [
            (record, *neighbours(gap, record.hours, record.short)) for record in records
        ]
        is_done = all(after for _, _, after in sides)
        ready = [
            (record, before, after)
            for record, before, after in sides
            if before and after
        ]
        if not ready:
            return is_done
        keys = frozenset(record.register.key for record, _, _ in ready)
        remembered = await self._ask(outage, keys)
        reasons = self._reasons[outage] = {}
        for record, before, after in ready:
            plan = self._plan(outage, record, before, after, remembered)
            for why in plan.left.values():
                reasons[record.register.key] = why
            if plan.rows:
                write(self._hass, record, plan.rows)
                is_done = False
        return is_done

    def _plan(
        self,
        outage: Outage,
        record: Record,
        before: Row,
        after: Row,
        remembered: Remembered,
    ) -> Plan:
        """Plan the rows of one total; none while it is held back."""
        gap, register = outage.gap, record.register
        level = level_at(gap, record.short, after)
        plan = fill(
            gap,
            before,
            after,
            spread(gap, before.state, level)
            if self._coordinator.spreads
            else {
                at: record.convert(register.shown(value))
                for at, value in remembered.get(register.key, {}).items()
            },
            {row.start: row for row in record.hours},
            tolerance=record.tolerance,
            may_fall=register.may_fall,
        )
        if outage.is_held and (
            Left.COUNTER_FELL in plan.left.values()
            or (self._coordinator.spreads and level == before.state)
        ):
            return Plan(left=dict.fromkeys(gap.hours(), Left.HELD_BACK))
        return plan

    async def _fill_powers(self, outage: Outage) -> bool:
        """Write the powers of an outage's hours; return whether nothing is left to do.

        The hour in which the outage ended is among them, so nothing is written until it
        is over.
        """
        from .powers import read_powers, write_powers  # noqa: PLC0415 (the recorder)

        if self._coordinator.spreads or outage.keys is not None:
            return True
        hours = range(hour_of(outage.gap.last), hour_of(outage.gap.first) + HOUR, HOUR)
        if time.time() < hours.stop + SHORT:
            return False
        records = await read_powers(
            self._hass, powers_of(self._hass, self._entry, outage.meter), hours
        )
        if any(record.newest < hours.stop for record in records):
            return False
        if records and outage not in self._powers:
            keys = frozenset(record.register.key for record in records)
            self._powers[outage] = await self._coordinator.powers_in(
                outage.meter, keys, hours
            )
        is_done = True
        for record in records:
            known = self._powers[outage].get(record.register.key, {})
            is_done &= not write_powers(self._hass, record, known)
        return is_done

    async def _ask(self, outage: Outage, keys: frozenset[str]) -> Remembered:
        """Ask the bridge for the totals at the full hours, once for each outage."""
        if self._coordinator.spreads:
            return {}
        known = self._remembered.get(outage, {})
        if missing := keys - known.keys():
            instants = [hour + HOUR for hour in outage.gap.hours()]
            answer = await self._coordinator.counters_at(
                outage.meter, missing, instants
            )
            known = {**known, **{key: answer.get(key, {}) for key in missing}}
            self._remembered[outage] = known
        return known
