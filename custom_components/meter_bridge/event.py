"""Events: an outage of a meter, reported when it is over."""

from collections.abc import Mapping
from typing import override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util.dt import utc_from_timestamp

from .bridges.obis import EXPORT_ENERGY, IMPORT_ENERGY, VOLUME
from .bridges.wire import shift
from .coordinator import MeterBridgeEntry, MeterCoordinator
from .entity import BridgeEntity, async_add_as_found
from .history.importer import IMPORTERS, Importer
from .history.job import Job, State
from .history.outages import Outage
from .values.sources import METER_CONNECTION, entity_key

PARALLEL_UPDATES = 0

ENDED, IMPORTED = "ended", "imported"
# Shorter outages are shown by the connection sensors only.
LEAST_SECONDS = 300.0
_OUTAGE = EventEntityDescription(
    key="outage",
    translation_key="outage",
    event_types=[ENDED, IMPORTED],
    entity_category=EntityCategory.DIAGNOSTIC,
)
# Growth during an outage, by register: name of the attribute, and places to kWh or m³.
_COUNTED: Mapping[str, tuple[str, int]] = {
    IMPORT_ENERGY: ("energy_import", -3),
    EXPORT_ENERGY: ("energy_export", -3),
    VOLUME: ("volume", 0),
}


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MeterBridgeEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the event of each meter when the meter is first known."""
    async_add_as_found(
        entry,
        lambda source: source.description is METER_CONNECTION,
        lambda coordinator, key: OutageEvent(
            coordinator, coordinator.board.source(key).meter
        ),
        async_add_entities,
    )


class OutageEvent(BridgeEntity, EventEntity):
    """An outage of one meter: of it, its bridge, the network or Home Assistant."""

    entity_description: EventEntityDescription

    def __init__(self, coordinator: MeterCoordinator, meter: str) -> None:
        """Report outages of this meter."""
        super().__init__(coordinator, None, _OUTAGE, meter)
        entry = coordinator.config_entry
        self._importer: Importer | None = None
        self._attr_unique_id = f"{entry.unique_id}_{entity_key(meter, _OUTAGE.key)}"

    @property
    @override
    def available(self) -> bool:
        """Stay available: an event is about the past."""
        return True

    @override
    async def async_added_to_hass(self) -> None:
        """Report the outage that ended with the first reading, and later ones."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.async_on_outage(self._tell))
        entry_id = self.coordinator.config_entry.entry_id
        if importer := self.hass.data.get(IMPORTERS, {}).get(entry_id):
            self._importer = importer
            self.async_on_remove(importer.async_listen(self._tell_import))

    @property
    @override
    def extra_state_attributes(self) -> dict[str, float] | None:
        """Tell how far an import is."""
        job = self._importer.job if self._importer else None
        if job is None or job.meter != self._meter or job.state is not State.RUNNING:
            return None
        return {"import_progress": round(job.progress, 3)}

    @callback
    def _tell_import(self, job: Job) -> None:
        """Tell how far an import is, and how it ended."""
        if job.meter != self._meter:
            return
        if job.state is not State.RUNNING:
            self._trigger_event(IMPORTED, job.outcome())
        self.async_write_ha_state()

    @callback
    def _tell(self, outage: Outage) -> None:
        """Fire the event, if the outage is of this meter and long enough."""
        gap = outage.gap
        if outage.meter != self._meter or gap.first - gap.last < LEAST_SECONDS:
            return
        counted = {
            name: shift(outage.grown[code], places)
            for code, (name, places) in _COUNTED.items()
            if code in outage.grown
        }
        self._trigger_event(
            ENDED,
            {
                "start": utc_from_timestamp(gap.last).isoformat(timespec="seconds"),
                "end": utc_from_timestamp(gap.first).isoformat(timespec="seconds"),
                "seconds": round(gap.first - gap.last),
                **({"spread": True} if self.coordinator.spreads else {}),
                **({"held": True} if outage.is_held else {}),
                **counted,
            },
        )
        self.async_write_ha_state()
