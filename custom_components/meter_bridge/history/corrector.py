"""Correct sums that were booked wrongly, as soon as the five-minute rows are there."""

import asyncio
import time

from homeassistant.const import EVENT_RECORDER_5MIN_STATISTICS_GENERATED
from homeassistant.core import Event, HomeAssistant, callback

from ..coordinator import MeterBridgeEntry
from .attempts import Attempts
from .changes import Jump
from .filler import COMMIT_SECONDS, RECORDER, START_SECONDS
from .plan import SHORT

# Corrections are reported to the Wh, or to the litre.
_DIGITS = 3


@callback
def async_correct_sums(hass: HomeAssistant, entry: MeterBridgeEntry) -> None:
    """Correct sums for as long as the entry is loaded, where there is a recorder."""
    if RECORDER in hass.config.components:
        entry.async_on_unload(
            hass.bus.async_listen(
                EVENT_RECORDER_5MIN_STATISTICS_GENERATED, _Corrector(hass, entry).look
            )
        )


class _Corrector:
    """Look for jumps to correct whenever there are new five-minute rows."""

    def __init__(self, hass: HomeAssistant, entry: MeterBridgeEntry) -> None:
        """Take the entry whose sums are to be corrected."""
        self._hass = hass
        self._entry = entry
        self._changes = entry.runtime_data.changes
        self._since = time.monotonic()
        self._is_busy = False
        self._attempts = Attempts(entry.title)

    @callback
    def look(self, _compiled: Event) -> None:
        """Correct the jumps that a five-minute row follows by now."""
        if self._is_busy or time.monotonic() - self._since < START_SECONDS:
            return
        if due := self._due():
            self._is_busy = True
            self._entry.async_create_background_task(
                self._hass, self._correct(due), f"{self._entry.title} history"
            )

    def _due(self) -> list[list[Jump]]:
        """Return the jumps by row, for rows whose jumps are all certain."""
        rows: dict[tuple[str, str, float], list[Jump]] = {}
        for each in self._changes.open:
            row = (each.meter, each.code, each.at // SHORT)
            rows.setdefault(row, []).append(each)
        return [each for each in rows.values() if all(it.is_certain for it in each)]

    async def _correct(self, due: list[list[Jump]]) -> None:
        """Correct one row after the other, and report by how much in the repair."""
        # This imports the recorder, so only after the check that one runs.
        from .correction import correct  # noqa: PLC0415

        coordinator = self._entry.runtime_data
        try:
            await asyncio.sleep(COMMIT_SECONDS)
            for changes in due:
                with self._attempts.one():
                    booked = await correct(self._hass, self._entry, changes)
                    if booked is None:
                        continue
                    self._changes.close(changes)
                    coordinator.memory.save_soon()
                    amount = f"{round(booked.amount, _DIGITS)} {booked.unit}".strip()
                    coordinator.meter_issues.tell_booked(changes[-1], amount)
        finally:
            self._is_busy = False
