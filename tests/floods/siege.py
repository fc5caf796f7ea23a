"""A bridge that is attacked each minute of simulated time, and what grows meanwhile."""

import asyncio
from collections import Counter
from dataclasses import asdict, dataclass
import gc
import json
import sys
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.util import dt as dt_util

from custom_components.meter_bridge.const import DOMAIN
from custom_components.meter_bridge.coordinator import MeterBridgeEntry
from tests.soak.meters import measure
from tests.support.simulator import Simulator

from .attacks import Attack

_MINUTE = 60.0
_TEN_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What there is at one moment, and what was written until then.

    `rows` are the states that the recorder would store, `most_rows` those of one entity
    within ten seconds. `stored` are the bytes of the entry's file, and `flows` the
    cards of discovered bridges.
    """

    blocks: int
    tasks: int
    sockets: int
    timers: int
    entities: int
    devices: int
    issues: int
    flows: int
    stored: int
    rows: int
    most_rows: int


class Siege:
    """One entry under attack."""

    def __init__(
        self,
        hass: HomeAssistant,
        simulator: Simulator,
        entry: MeterBridgeEntry,
        storage: dict[str, Any],
    ) -> None:
        """Count states from now on."""
        self._hass = hass
        self._simulator = simulator
        self._entry = entry
        self._storage = storage
        self._rows = self._most_rows = 0
        self._recent: Counter[str] = Counter()
        self._period = 0
        hass.bus.async_listen(EVENT_STATE_CHANGED, self._count)

    @callback
    def _count(self, event: Event[EventStateChangedData]) -> None:
        """Count a state that was written."""
        period = int(dt_util.utcnow().timestamp()) // _TEN_SECONDS
        if period != self._period:
            self._period = period
            self._recent.clear()
        self._rows += 1
        self._recent[event.data["entity_id"]] += 1
        self._most_rows = max(self._most_rows, self._recent[event.data["entity_id"]])

    async def go_on(self, attack: Attack, minutes: range) -> Figures:
        """Attack once a minute; return the figures after that."""
        for turn in minutes:
            self._simulator.house.draw(500 + 137 * (turn % 20))
            self._simulator.house.advance(_MINUTE)
            await attack.act(self._hass, self._simulator, turn)
            self._simulator.tick()
            await asyncio.sleep(_MINUTE)
            self._simulator.forget_past()
        return await self._figures()

    async def _figures(self) -> Figures:
        """Return the figures of this moment, after garbage was collected."""
        size, hass = measure(self._hass), self._hass
        registry, entry_id = er.async_get(hass), self._entry.entry_id
        gc.collect()
        stored = self._storage.get(f"{DOMAIN}.{entry_id}", {})
        return Figures(
            blocks=sys.getallocatedblocks(),
            tasks=size.tasks,
            sockets=size.sockets,
            timers=size.timers,
            entities=len(er.async_entries_for_config_entry(registry, entry_id)),
            devices=len(
                dr.async_entries_for_config_entry(dr.async_get(hass), entry_id)
            ),
            issues=len(ir.async_get(hass).issues),
            flows=len(hass.config_entries.flow.async_progress()),
            stored=len(json.dumps(stored)),
            rows=self._rows,
            most_rows=self._most_rows,
        )


# By how much each figure may grow in the second half of a siege; memory varies a
# little.
_GROWTH = {
    **dict.fromkeys(("devices", "flows"), 0),
    # The demand of a meter is shown once its period was seen, which ends some time.
    "entities": 3,
    "blocks": 20_000,
    "issues": 8,
    "stored": 20_000,
}
_MOST = {
    "tasks": 20,
    "sockets": 20,
    "timers": 60,
    "entities": 600,
    "devices": 18,
    "issues": 60,
    "flows": 1,
    "stored": 1_000_000,
}
# Ten in ten seconds and a burst of two.
_MOST_ROWS = 12


def complaints(first: Figures, last: Figures) -> list[str]:
    """Return everything that exceeds its limit, or grew in the second half."""
    before, after = asdict(first), asdict(last)
    found = [
        f"{name} grew from {before[name]:,} to {after[name]:,}"
        for name, limit in _GROWTH.items()
        if after[name] > before[name] + limit
    ]
    found += [
        f"{name}: {after[name]:,}"
        for name, most in {**_MOST, "most_rows": _MOST_ROWS}.items()
        if after[name] > most
    ]
    return found
