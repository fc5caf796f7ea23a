"""Import past hours on request, also those from before the installation."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
import time
from typing import Any

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.dt import utcnow
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN, LOGGER
from ..coordinator import MeterBridgeEntry
from ..storage import UNREADABLE, import_store
from .attempts import Attempts
from .filler import RECORDER, START_SECONDS
from .job import Job, State, written
from .plan import HOUR, hour_of
from .registers import Register, registers_of

IMPORTERS: HassKey[dict[str, Importer]] = HassKey(f"{DOMAIN}_importers")
_DAY = 24 * HOUR
# An import goes part by part; each is read from the bridge and written at once.
_PART_HOURS = 7 * 24
# Wait before asking again a bridge that did not answer.
RETRY_SECONDS = 300.0
# The first full hour of a sensor is recorded by then. What has none is not recorded.
_FIRST_HOUR_SECONDS = 2 * HOUR + 600


async def async_start_importer(hass: HomeAssistant, entry: MeterBridgeEntry) -> None:
    """Offer imports while the entry is loaded; continue one that was interrupted."""
    if (
        entry.runtime_data.bridge.recall_seconds is None
        or RECORDER not in hass.config.components
    ):
        return
    importer = Importer(hass, entry)
    importers = hass.data.setdefault(IMPORTERS, {})
    importers[entry.entry_id] = importer

    @callback
    def forget() -> None:
        del importers[entry.entry_id]

    entry.async_on_unload(forget)
    await importer.restore()


class Importer:
    """The imports of one entry, one at a time."""

    def __init__(self, hass: HomeAssistant, entry: MeterBridgeEntry) -> None:
        """Take the entry; no import runs yet."""
        self.job: Job | None = None
        self._hass = hass
        self._entry = entry
        self._store = import_store(hass, entry.entry_id)
        self._task: asyncio.Task[None] | None = None
        self._listeners: list[Callable[[Job], None]] = []
        self._attempts = Attempts(entry.title)

    async def restore(self) -> None:
        """Continue an import that a stop of Home Assistant interrupted."""
        try:
            if stored := await self._store.async_load():
                self.job = Job.restored(stored)
        except UNREADABLE as error:
            LOGGER.warning(
                "%s: what was stored of its last import cannot be read (%s); it is "
                "kept in %s.unreadable",
                self._entry.title,
                type(error).__name__,
                self._store.path,
            )
            await self._store.async_set_aside()
        if self.job and self.job.state is State.RUNNING:
            self._begin(self.job, after=START_SECONDS)

    @callback
    def async_listen(self, tell: Callable[[Job], None]) -> CALLBACK_TYPE:
        """Call `tell` whenever the import changes; return what ends that."""
        self._listeners.append(tell)
        return lambda: self._listeners.remove(tell)

    async def ask(
        self, start: datetime, end: datetime | None, meter: str
    ) -> dict[str, Any]:
        """Start an import; if one runs, or this one is done, return its report."""
        first = hour_of(start.timestamp())
        last = hour_of(end.timestamp()) if end else None
        job = self.job
        if job and (
            job.state is State.RUNNING
            or (job.state is State.DONE and job.is_for(first, last, meter))
        ):
            return job.report()
        now = hour_of(utcnow().timestamp())
        until = now if last is None else min(last, now)
        if first >= until:
            return {"hours": 0}
        self.job = job = Job(
            start=first, end=until, next=until, meter=meter, asked=time.time()
        )
        with self._attempts.one():
            await self._note_waiting(job)
        await self._save()
        self._begin(job)
        days = (until - first) / _DAY
        recall_seconds = self._entry.runtime_data.bridge.recall_seconds or 0.0
        return {
            "state": State.RUNNING,
            "start": written(first),
            "end": written(until),
            "hours": (until - first) // HOUR,
            "seconds": round(days * recall_seconds),
            **job.waiting(),
        }

    async def cancel(self) -> dict[str, Any]:
        """Cancel an import; the hours imported so far stay."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self.job is None:
            return {"hours": 0}
        if self.job.state is State.RUNNING:
            with self._attempts.one():
                await self._lift(self.job)
            self.job.state = State.CANCELLED
            await self._finish(self.job)
        return self.job.report()

    async def undo(self) -> dict[str, Any]:
        """Restore the rows that the last import replaced."""
        from .imports import put_back  # noqa: PLC0415 (loads the recorder)

        await self.cancel()
        job = self.job
        if job is None or job.state is State.UNDONE:
            return {"hours": 0}
        try:
            hours = await put_back(self._hass, self._registers(job), job)
        except TimeoutError as error:
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key="recorder_busy"
            ) from error
        finally:
            await self._save()
        job.state = State.UNDONE
        await self._finish(job)
        return {"state": job.state, "hours": hours}

    @callback
    def _begin(self, job: Job, after: float = 0.0) -> None:
        """Run an import as a background task."""
        self._task = self._entry.async_create_background_task(
            self._hass, self._run(job, after), f"{self._entry.title} import"
        )

    async def _run(self, job: Job, after: float) -> None:
        """Import part by part, newest hours first, then raise the sums."""
        await asyncio.sleep(after)
        while job.state is State.RUNNING:
            is_done = False
            with self._attempts.one():
                await self._note_waiting(job)
                if job.waits:
                    self._tell(job)
                    await asyncio.sleep(RETRY_SECONDS)
                    continue
                if job.next > job.start:
                    await self._import_part(job)
                else:
                    await self._lift(job)
                    job.state = State.DONE
                is_done = True
                await self._finish(job)
            if not is_done:
                await asyncio.sleep(RETRY_SECONDS)

    async def _note_waiting(self, job: Job) -> None:
        """Note whether an import has to wait for the first hour to lead up to."""
        from .imports import has_hours  # noqa: PLC0415 (loads the recorder)

        now, had_to = time.time(), job.waits
        job.waits = now < job.asked + _FIRST_HOUR_SECONDS and not await has_hours(
            self._hass, self._registers(job)
        )
        if had_to and not job.waits and job.end == hour_of(job.asked):
            # It was asked for all hours up to the first recorded one.
            job.end = job.next = hour_of(now)

    async def _import_part(self, job: Job) -> None:
        """Read one part from the bridge, and write it."""
        from .imports import import_part  # noqa: PLC0415 (loads the recorder)

        begin = max(job.start, job.next - _PART_HOURS * HOUR)
        registers = self._registers(job)
        known = await self._entry.runtime_data.counters_at(
            job.meter,
            frozenset(each.key for each in registers),
            range(begin, job.next + HOUR, HOUR),
        )
        await import_part(self._hass, registers, job, known, begin, self._save)
        job.next = begin

    async def _lift(self, job: Job) -> None:
        """Raise the sums of each sensor whose oldest row was added by the import."""
        from .imports import lift_sums, oldest_rows  # noqa: PLC0415 (loads the recorder)

        if oldest := await oldest_rows(self._hass, self._registers(job), job):
            known = await self._entry.runtime_data.counters_at(
                job.meter,
                frozenset(record.register.key for record, _ in oldest),
                sorted({row.start for _, row in oldest}),
            )
            await lift_sums(self._hass, oldest, job, known)

    def _registers(self, job: Job) -> list[Register]:
        """Return the totals of the meter that the import is for."""
        return list(registers_of(self._hass, self._entry, job.meter))

    async def _finish(self, job: Job) -> None:
        """Save the import, and notify its listeners."""
        await self._save()
        self._tell(job)

    @callback
    def _tell(self, job: Job) -> None:
        """Notify the listeners of an import's progress."""
        for tell in self._listeners:
            tell(job)

    async def _save(self) -> None:
        """Save the import in its file."""
        if self.job:
            await self._store.async_save(self.job.as_stored())
