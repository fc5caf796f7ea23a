"""Take snapshots of a bridge, and notify the entities whose value changed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from math import inf
import time
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

from .bridges.client import Client, HourlyPower, Identity
from .bridges.contract import BridgeType
from .bridges.errors import BridgeAuthError, BridgeError, WrongBridgeError
from .bridges.obis import EXPORT_ENERGY, IMPORT_ENERGY, VOLUME
from .bridges.snapshot import MAIN_METER, Snapshot
from .bridges.words import words
from .const import (
    CONF_POLL_INTERVAL,
    CONF_SPREAD,
    CONF_UPDATES,
    DEFAULT_UPDATES,
    DOMAIN,
    LOGGER,
    Updates,
)
from .entry_memory import EntryMemory, Remembered
from .flow.following import async_search
from .flow.probe import identify, in_time
from .history.changes import Changes
from .history.outages import Outage, Outages
from .issues import Issues
from .messages import translated
from .meter_issues import MeterIssues
from .stream import Stream
from .values.new_board import new_board
from .values.throttle import Throttle

type MeterBridgeEntry = ConfigEntry[MeterCoordinator]

# The registers whose growth during an outage is reported.
_TOTALS = frozenset({IMPORT_ENERGY, EXPORT_ENERGY, VOLUME})
# From this many failed polls in a row on, the failure is reported.
_FAILURES_TOLD = 3


class MeterCoordinator(DataUpdateCoordinator[Snapshot[object]]):
    """The latest snapshot of one bridge, which pushes or is polled.

    Each pushed snapshot postpones the next poll. So polling begins by itself when a
    stream stops sending, and stops when the stream sends again.
    """

    config_entry: MeterBridgeEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: MeterBridgeEntry,
        bridge: BridgeType[Any, Any],
        client: Client[Any],
        identity: Identity,
    ) -> None:
        """Keep the bridge and its client; nothing has been read yet."""
        poll_seconds: float = entry.options.get(
            CONF_POLL_INTERVAL, bridge.poll_interval.total_seconds()
        )
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=entry.title,
            update_interval=timedelta(seconds=poll_seconds),
        )
        self.bridge = bridge
        self.client = client
        self.identity = identity
        self.issues = Issues(hass, entry, bridge, self._last_live)
        self.board = new_board(hass, entry, bridge)
        self.outages = Outages(
            totals=_TOTALS,
            are_filled=bridge.recall_seconds is not None or self.spreads,
        )
        self.changes = Changes()
        self.meter_issues = MeterIssues(hass, entry, self.board)
        self.memory = EntryMemory(
            hass,
            entry,
            Remembered(
                client=client,
                board=lambda: self.board,
                outages=self.outages,
                changes=self.changes,
            ),
        )
        self._firmware = identity.firmware
        self._throttle = Throttle(
            hass,
            Updates(entry.options.get(CONF_UPDATES, DEFAULT_UPDATES)),
            lambda key: self.board.place(key),  # noqa: PLW0108
            lambda: self.board.values,
        )
        self.shown = self._throttle.shown
        self._new: list[str] = []
        self._shown_success, self._is_updated = False, False
        self._failures, self._is_timed = 0, False
        self.stream = Stream(entry.title)
        self.poll_seconds, self._poll_holds_until = poll_seconds, -inf
        # Whether the bridge counts as away; one lost answer does not do.
        self.is_searching = False
        self._adders: list[Callable[[Iterable[str]], None]] = []
        self._outage_listeners: list[Callable[[Outage], None]] = []
        # Outages that ended with the first reading, before there was any listener.
        self._first_outages: list[Outage] = []
        entry.async_on_unload(self._throttle.stop)
        entry.async_on_unload(
            hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, self._prepare_stop)
        )

    @callback
    def forget_entity(self, key: str) -> None:
        """Forget a removed entity; if its value comes back, it is created anew."""
        self.board.forget_entity(key)
        self._throttle.forget(key)

    @callback
    def forget_meter(self, meter: str) -> bool:
        """Forget a meter. Refused while it still reports.

        If it reports again later, it is a new meter.
        """
        if not self.board.forget_meter(meter):
            return False
        self.issues.forget_meter(meter)
        self.outages.forget_meter(meter)
        self.changes.forget_meter(meter)
        self.meter_issues.forget_meter(meter)
        self.memory.save_soon()
        return True

    @callback
    def _last_live(self, meter: str) -> float | None:
        """Return when (Unix seconds) a meter last sent something new, None if never."""
        account = self.board.account(meter)
        return account.live[1] if account and account.live else None

    @callback
    def _prepare_stop(self, _event: Event) -> None:
        """Make Home Assistant save the file last, as it stops."""
        self.memory.save_soon()

    @override
    async def _async_setup(self) -> None:
        """Restore what was stored before the restart; start afresh if unreadable."""
        if not await self.memory.async_restore():
            self.board = new_board(self.hass, self.config_entry, self.bridge)
            self.meter_issues = MeterIssues(self.hass, self.config_entry, self.board)

    @override
    async def _async_update_data(self) -> Snapshot[object]:
        """Poll the bridge, and process its answer."""
        self.update_interval = timedelta(seconds=self.poll_seconds)
        try:
            snapshot = await self.client.fetch()
            self._accept(snapshot)
        except BridgeAuthError as error:
            raise translated(ConfigEntryAuthFailed, error) from error
        except BridgeError as error:
            LOGGER.debug("%s: %s", self.name, error)
            # If another bridge answers, this one is away for certain.
            is_other = isinstance(error, WrongBridgeError)
            self._failures += _FAILURES_TOLD if is_other else 1
            if self._poll_failure_hidden(error):
                return self.data
            self.is_searching = (
                self._failures >= _FAILURES_TOLD or not self.board.is_fresh
            )
            self.issues.fail(error, self.board.lose_meters())
            if self.is_searching:
                async_search(self.hass, self.config_entry)
            raise translated(UpdateFailed, error) from error
        return snapshot

    def _poll_failure_hidden(self, error: BridgeError) -> bool:
        """Tell whether the values stay and nothing is reported although a poll failed.

        That goes for the first two failed polls in a row, if the next poll may succeed
        and the values are fresh. A poll on request always reports its failure.
        """
        return (
            error.may_pass
            and self._is_timed
            and self._failures < _FAILURES_TOLD
            and self.last_update_success
            and self.board.is_fresh
        )

    @override
    async def _async_refresh(
        self,
        log_failures: bool = True,
        raise_on_auth_failed: bool = False,
        scheduled: bool = False,
        raise_on_entry_error: bool = False,
    ) -> None:
        """Poll, and note whether the timer asks, or somebody who waits."""
        self._is_timed = scheduled
        await super()._async_refresh(
            log_failures, raise_on_auth_failed, scheduled, raise_on_entry_error
        )

    async def async_follow(self) -> None:
        """Keep a stream open for as long as the entry is loaded.

        While there is no stream, the bridge is still polled.
        """
        await self.stream.follow(self.client.stream, self._take_push)

    def _take_push(self, snapshot: Snapshot[object]) -> None:
        """Judge and publish a pushed snapshot, and postpone the next poll.

        It waits for longer than its interval where pushes come as seldom as polls.
        Moving the poll timer costs as much as everything else here, so it moves only
        once half its interval has passed.
        """
        self._accept(snapshot)
        now = self.hass.loop.time()
        gap = min(self.stream.note_push(now), self.poll_seconds)
        if self.last_update_success and now < self._poll_holds_until:
            self.data = snapshot
            self.async_update_listeners()
            return
        if not self.last_update_success:
            LOGGER.info("%s is back", self.name)
        self._poll_holds_until = now + self.poll_seconds / 2
        self.update_interval = timedelta(seconds=self.poll_seconds + gap / 2)
        self.async_set_updated_data(snapshot)

    def _accept(self, snapshot: Snapshot[object]) -> None:
        """Judge a snapshot and note which values it changes."""
        if self._shutdown_requested or self.memory.is_written:
            # The store and the last states have been written: too late to change them.
            return
        serial, identity = snapshot.serial, self.identity
        if serial not in (None, identity.serial) and serial not in identity.also:
            raise WrongBridgeError("Another bridge answers at this address")
        self._failures, self.is_searching = 0, False
        change = self.board.take(snapshot)
        if change.changed or change.altered:
            self._throttle.note(change.changed, {*change.altered, *change.new})
            self._new += change.new
        for meter, restart in change.restarts.items():
            self.changes.note(meter, restart, time.time())
            self.memory.save_soon()
        self.meter_issues.judge(change)
        if snapshot.readings:
            self.memory.save_later()
        asked = {it.meter: it.at for it in self.changes.open if not it.is_certain}
        for outage in self.outages.take(self.board.accounts, change.links, asked):
            self.memory.save_soon()
            if not self._outage_listeners:
                self._first_outages.append(outage)
            for tell in self._outage_listeners:
                tell(outage)
        self._update_device(snapshot.firmware)
        self.issues.judge(snapshot, change.links)

    async def recognise(self) -> Client[Any]:
        """Return the client, once the bridge has shown that it is the entry's own.

        Another device may have its address by now. Polls find that out from the answer;
        whatever tells the bridge something, or reads its memory, has to ask before.
        """
        async with in_time(self.bridge.setup_seconds):
            await identify(self.client, self.config_entry, self.bridge)
        return self.client

    @property
    def spreads(self) -> bool:
        """Tell whether the growth over an outage is divided evenly: a guess."""
        return self.bridge.recall_seconds is None and self.config_entry.options.get(
            CONF_SPREAD, False
        )

    @callback
    def async_on_outage(self, tell: Callable[[Outage], None]) -> CALLBACK_TYPE:
        """Call `tell` when an outage ends, and now for those that ended before."""
        self._outage_listeners.append(tell)
        for outage in self._first_outages:
            tell(outage)
        return lambda: self._outage_listeners.remove(tell)

    async def counters_at(
        self, meter: str, keys: frozenset[str], instants: Sequence[int]
    ) -> Mapping[str, Mapping[int, float]]:
        """Return what totals of a meter were at these times, as the bridge remembers.

        Raw counts become totals by what is known of the meter.
        """
        client = await self.recognise()
        answer = await client.counters_at(keys, instants)
        account = self.board.account(meter)
        return account.earlier(answer) if account else {}

    async def powers_in(
        self, meter: str, keys: frozenset[str], hours: Sequence[int]
    ) -> Mapping[str, Mapping[int, HourlyPower]]:
        """Return powers of the main meter over hours, as the bridge remembers them.

        Powers beyond the limit of the connection are left out.
        """
        account = self.board.account(meter)
        if account is None or meter != MAIN_METER:
            return {}
        limit = account.limits.max_power
        client = await self.recognise()
        answer = await client.powers_in(keys, hours)
        return {
            key: {
                hour: power
                for hour, power in by.items()
                if -limit <= power.least and power.most <= limit
            }
            for key, by in answer.items()
        }

    @override
    async def async_shutdown(self) -> None:
        """Show the last values, ignore all later snapshots, and save the counters.

        Home Assistant also calls this when a set-up fails after the first reading.
        """
        is_over = self._shutdown_requested
        self.show_last()
        await super().async_shutdown()
        self._throttle.stop()
        if self.board.values and not is_over:
            await self.memory.async_save_last()

    @callback
    def show_last(self) -> None:
        """Write the values that the throttle holds back."""
        if not self._shutdown_requested:
            self._throttle.flush()

    def _update_device(self, firmware: str | None) -> None:
        """Update the firmware version of the device, if it changed."""
        if firmware is None or firmware == self._firmware:
            return
        self._firmware, self._is_updated = firmware, True
        registry = dr.async_get(self.hass)
        unique_id = self.config_entry.unique_id
        device = unique_id and registry.async_get_device_by_identifier(
            (DOMAIN, unique_id), self.config_entry.entry_id
        )
        if device:
            registry.async_update_device(device.id, sw_version=words(firmware))

    @callback
    def async_on_new(self, add: Callable[[Iterable[str]], None]) -> CALLBACK_TYPE:
        """Call `add` with the keys that need an entity, now and when there are more."""
        self._adders.append(add)
        add(self.board.with_entity())
        return lambda: self._adders.remove(add)

    @callback
    @override
    def async_add_listener(
        self, update_callback: CALLBACK_TYPE, context: Any = None
    ) -> CALLBACK_TYPE:
        """Listen to one key, the `context`; without one, to success and failure."""
        remove = super().async_add_listener(update_callback, context)
        if context is None:
            return remove
        self._throttle.add(context, update_callback)
        return partial(self._remove_writer, context, update_callback, remove)

    @callback
    def _remove_writer(
        self, key: str, writer: CALLBACK_TYPE, remove: CALLBACK_TYPE
    ) -> None:
        """Stop listening to a key."""
        self._throttle.remove(key, writer)
        remove()

    @callback
    @override
    def async_update_listeners(self) -> None:
        """Notify the entities whose changed value is due; the others wait for theirs.

        When the connection to the bridge failed or returned, or its firmware changed,
        notify all of them.
        """
        if self.last_update_success == self._shown_success and not self._is_updated:
            self._throttle.write()
        else:
            self._shown_success = self.last_update_success
            self._is_updated = False
            self._throttle.flush()
            super().async_update_listeners()
        # Announce last: new entities read the values that were just shown.
        self._announce()

    def _announce(self) -> None:
        """Let the platforms create entities for values that appeared."""
        if not self._new:
            return
        new, self._new = self._new, []
        # Store the level of a new counter soon: a crash would lose it, and a zero that
        # the meter sends afterwards would then be taken for its level.
        self.memory.save_soon()
        for add in self._adders:
            add(new)
