"""A simple integration, written as most are, to compare with.

Its coordinator decodes with the standard library and keeps everything that it receives.
All of its entities write their state at each update.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
import json
import logging
from typing import Any, override

from aiohttp import ClientTimeout
from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.update_coordinator import (
    CoordinatorEntity,
    DataUpdateCoordinator,
)

from tests.support.kind import Kind, Register

from .feeder import Place

_LOGGER = logging.getLogger(__name__)
_POLL_SECONDS = 30


type Data = Mapping[str, Register]

_CLASSES = {
    "V": SensorDeviceClass.VOLTAGE,
    "W": SensorDeviceClass.POWER,
    "Wh": SensorDeviceClass.ENERGY,
}


class PlainCoordinator(DataUpdateCoordinator[Data]):
    """Poll a bridge, or follow its stream."""

    def __init__(
        self,
        hass: HomeAssistant,
        place: Place,
        kind: Kind,
        parse: Callable[[Any], Data],
    ) -> None:
        """Follow the stream if the bridge pushes."""
        super().__init__(
            hass,
            _LOGGER,
            config_entry=None,
            name=f"plain {kind.key}",
            update_interval=None if kind.streams else timedelta(seconds=_POLL_SECONDS),
        )
        self._session = async_get_clientsession(hass)
        self._url = f"http://{place.address}{kind.benchmark.path}"
        self._parse = parse
        self._task = asyncio.create_task(self._follow()) if kind.streams else None

    @override
    async def _async_update_data(self) -> Data:
        """Poll a reading."""
        async with self._session.get(self._url) as response:
            return self._parse(json.loads(await response.text()))

    async def _follow(self) -> None:
        """Follow the stream."""
        async with self._session.get(
            self._url,
            headers={"Accept": "text/event-stream"},
            timeout=ClientTimeout(total=None),
        ) as response:
            async for line in response.content:
                if line.startswith(b"data:"):
                    answer = json.loads(line.removeprefix(b"data:"))
                    self.async_set_updated_data(self._parse(answer))

    async def stop(self) -> None:
        """Stop to poll and to follow."""
        await self.async_shutdown()
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


class PlainSensor(CoordinatorEntity[PlainCoordinator], SensorEntity):
    """A sensor of one register."""

    _attr_has_entity_name = True

    def __init__(self, coordinator: PlainCoordinator, register: str) -> None:
        """Describe the sensor by its unit."""
        super().__init__(coordinator)
        unit = coordinator.data[register].unit
        is_total = unit.endswith("h")
        self._register = register
        self._attr_unique_id = f"{coordinator.name} {register}"
        self._attr_device_info = DeviceInfo(
            identifiers={("plain", coordinator.name)}, name=coordinator.name
        )
        self.entity_description = SensorEntityDescription(
            key=register,
            name=register,
            device_class=_CLASSES[unit],
            native_unit_of_measurement=unit,
            state_class=SensorStateClass.TOTAL_INCREASING
            if is_total
            else SensorStateClass.MEASUREMENT,
        )

    @property
    @override
    def native_value(self) -> float:
        """Return the present value."""
        return self.coordinator.data[self._register].value
