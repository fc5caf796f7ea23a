"""The base classes of all entities, and their devices."""

from collections.abc import Callable, Iterable
from dataclasses import fields
import re
from typing import override

from homeassistant.const import CONF_HOST, Platform
from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import (
    DeviceInfo,
    async_get_device_id_by_identifier,
)
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .bridges.contract import BridgeSensor
from .bridges.snapshot import MAIN_METER, Meter
from .bridges.transport.address import parse_address
from .bridges.words import words
from .const import DOMAIN
from .coordinator import MeterBridgeEntry, MeterCoordinator
from .values.room import id_key
from .values.sources import Source, Value

# Home Assistant would take anything, and could take it for another device's.
_MAC = re.compile(r"([0-9a-f]{2}[:-]?){5}[0-9a-f]{2}", re.IGNORECASE | re.ASCII)


@callback
def async_add_as_found(
    entry: MeterBridgeEntry,
    picks: Callable[[Source], bool],
    create: Callable[[MeterCoordinator, str], Entity],
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add an entity for each picked source of values, now and when there are more."""
    coordinator = entry.runtime_data

    @callback
    def add(keys: Iterable[str]) -> None:
        async_add_entities(
            create(coordinator, key)
            for key in keys
            if picks(coordinator.board.source(key))
        )

    entry.async_on_unload(coordinator.async_on_new(add))


@callback
def async_add_with_first_value(
    entry: MeterBridgeEntry,
    platform: Platform,
    create: Callable[[MeterCoordinator, str], Entity],
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entities of one platform, each with its first value."""
    async_add_as_found(
        entry, lambda source: source.platform is platform, create, async_add_entities
    )


class BridgeEntity(CoordinatorEntity[MeterCoordinator]):
    """An entity of the bridge, or of one of its meters."""

    _attr_has_entity_name = True

    def __init__(
        self,
        coordinator: MeterCoordinator,
        key: str | None,
        description: EntityDescription,
        meter: str = MAIN_METER,
    ) -> None:
        """Write the state when the value of `key` changes.

        Without a key: when the connection to the bridge fails or returns.
        """
        super().__init__(coordinator, key)
        entry = coordinator.config_entry
        self.entity_description = description
        known = coordinator.board.rooms.entities
        part = id_key(key or description.key, known)
        self._attr_unique_id = f"{entry.unique_id}_{part}"
        self._meter = meter

    @property
    @override
    def device_info(self) -> DeviceInfo:
        """Describe the device. Home Assistant asks only when it adds the entity."""
        if self._meter == MAIN_METER:
            return bridge_device(self.coordinator)
        return _meter_device(
            self.coordinator, self.coordinator.board.meter(self._meter)
        )


class MeterEntity(BridgeEntity):
    """An entity that shows one value of the coordinator."""

    def __init__(self, coordinator: MeterCoordinator, key: str) -> None:
        """Show the value under this key."""
        source = coordinator.board.source(key)
        super().__init__(coordinator, key, source.description, source.meter)
        self._key = key
        # Looked up once: every state that is written reads them.
        self._source, self._shown = source, coordinator.shown

    @property
    @override
    def suggested_object_id(self) -> str | None:
        """Return what the entity id is made of, without signs that it cannot have."""
        suggested = super().suggested_object_id
        description = self.entity_description
        if suggested and isinstance(description, BridgeSensor) and description.spoken:
            return suggested.replace(*description.spoken)
        return suggested

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state, or remove the entity if the bridge no longer has its value.

        A description that changed is applied first.
        """
        source = self._source
        if source.is_gone:
            self.coordinator.forget_entity(self._key)
            self.hass.async_create_task(self.async_remove())
            return
        description = source.description
        if description is not self.entity_description:
            self._describe(description)
            for each in fields(description):
                # Home Assistant caches the properties that it reads from a description.
                self.__dict__.pop(each.name, None)
        super()._handle_coordinator_update()

    def _describe(self, description: EntityDescription) -> None:
        """Be what a description says from now on."""
        self.entity_description = description

    @property
    def _value(self) -> Value:
        """Return the value that is shown now, None while it is missing."""
        return self._shown.get(self._key)

    @property
    @override
    def available(self) -> bool:
        """Tell whether there is a value now; zero and off are values."""
        return self._key in self._shown and self.coordinator.last_update_success


def bridge_device(coordinator: MeterCoordinator) -> DeviceInfo:
    """Describe the device of the bridge, which is also that of its main meter."""
    entry, identity = coordinator.config_entry, coordinator.identity
    page = coordinator.bridge.page
    root = parse_address(entry.data[CONF_HOST]).url()
    # Leave out a serial number that is the hardware address: the page shows that
    # already.
    is_mac = _plain(identity.mac or "") == _plain(identity.serial)
    info = DeviceInfo(
        identifiers={(DOMAIN, str(entry.unique_id))},
        name=entry.title,
        manufacturer=coordinator.bridge.manufacturer,
        model=_words(identity.model) or coordinator.bridge.name,
        serial_number=None if is_mac else _words(identity.serial),
        sw_version=_words(identity.firmware),
        hw_version=_words(identity.hardware),
        configuration_url=None if page is None else f"{root}{page}",
    )
    if identity.mac and _MAC.fullmatch(identity.mac):
        info["connections"] = {(dr.CONNECTION_NETWORK_MAC, identity.mac)}
    return info


def _meter_device(coordinator: MeterCoordinator, meter: Meter) -> DeviceInfo:
    """Describe the device of any other meter, connected via that of the bridge."""
    entry = coordinator.config_entry
    return DeviceInfo(
        identifiers={(DOMAIN, f"{entry.unique_id}_{meter.key}")},
        translation_key=f"{meter.medium}_meter",
        # Most bridges do not tell who made a meter: then theirs is shown.
        manufacturer=_words(meter.manufacturer) or coordinator.bridge.manufacturer,
        model=_words(meter.model) or coordinator.bridge.name,
        serial_number=_words(meter.serial),
        via_device_id=async_get_device_id_by_identifier(
            coordinator.hass,
            (DOMAIN, str(entry.unique_id)),
            config_entry_id=entry.entry_id,
        ),
    )


def _plain(number: str) -> str:
    """Return a number without the separators between its parts."""
    return number.replace(":", "").replace("-", "").lower()


def _words(said: str | None) -> str | None:
    """Return a device's words as they may be shown, if it said any."""
    return words(said) if said else None
