"""The lower limit of the cost: writing the same states in Home Assistant.

Also the cost of reading the same bytes from a socket and decoding their JSON.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
import time

from aiohttp import ClientSession
from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.config_entries import HANDLERS, ConfigEntry, ConfigFlow
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
import orjson
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    MockPlatform,
    mock_integration,
    mock_platform,
)

from .feeder import Place
from .home import set_up


class FloorSensor(SensorEntity):
    """A sensor that shows the values that it is given."""

    _attr_should_poll = False
    _attr_has_entity_name = True
    _attr_entity_registry_enabled_default = True

    def __init__(
        self, description: SensorEntityDescription, unique_id: str, device: DeviceInfo
    ) -> None:
        """Use the description of the sensor that it stands for."""
        self.entity_description = description
        self._attr_unique_id = unique_id
        self._attr_device_info = device
        self._attr_native_value = None
        self._shows_time = description.device_class is SensorDeviceClass.TIMESTAMP

    def show(self, value: float) -> None:
        """Write a state: a number, or a time if the sensor shows times."""
        self._attr_native_value = (
            datetime.fromtimestamp(value, UTC) if self._shows_time else value
        )
        self.async_write_ha_state()


async def set_up_sensors(
    hass: HomeAssistant, domain: str, sensors: Iterable[Entity]
) -> MockConfigEntry:
    """Set up sensors in an integration of their own."""
    added = list(sensors)

    async def set_up_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
        await hass.config_entries.async_forward_entry_setups(entry, ["sensor"])
        return True

    async def set_up_platform(
        hass: HomeAssistant, entry: ConfigEntry, add: AddConfigEntryEntitiesCallback
    ) -> None:
        add(added)

    module = MockModule(domain, async_setup_entry=set_up_entry)
    mock_integration(hass, module, built_in=False)
    mock_platform(hass, f"{domain}.config_flow")
    HANDLERS[domain] = ConfigFlow
    mock_platform(
        hass, f"{domain}.sensor", MockPlatform(async_setup_entry=set_up_platform)
    )
    entry = MockConfigEntry(domain=domain, title=domain)
    entry.add_to_hass(hass)
    return await set_up(hass, entry)


async def floor_of(
    hass: HomeAssistant, shown: Iterable[Entity], name: str
) -> list[FloorSensor]:
    """Set up sensors with the descriptions of these entities."""
    device = DeviceInfo(identifiers={(name, name)}, name=name)
    sensors = [
        FloorSensor(entity.entity_description, f"{name}_{entity.unique_id}", device)
        for entity in shown
        if isinstance(entity.entity_description, SensorEntityDescription)
    ]
    await set_up_sensors(hass, name, sensors)
    return sensors


async def write(
    sensors: list[FloorSensor], values: list[float], count: int, pace: float
) -> float:
    """Write the states `count` times; return the processor time of each (s).

    The pauses are those between readings, so that the processor's caches help neither
    more than the other.
    """
    spent = 0.0
    for turn in range(count):
        await asyncio.sleep(pace)
        before = time.thread_time()
        for sensor, value in zip(sensors, values, strict=True):
            sensor.show(value + turn % 2)
        spent += time.thread_time() - before
    return spent / count


class BareStream:
    """Read what a bridge pushes, and decode its JSON only."""

    def __init__(self, hass: HomeAssistant, place: Place, path: str) -> None:
        """Listen to a path: a WebSocket for `/ws`, else server-sent events."""
        self.taken = 0
        self._session = async_get_clientsession(hass)
        self._url = f"http://{place.address}{path}"
        follow = self._follow_socket if path == "/ws" else self._follow_events
        self._task = asyncio.create_task(follow())

    async def _follow_events(self) -> None:
        """Decode the JSON of each event."""
        headers = {"Accept": "text/event-stream"}
        async with self._session.get(self._url, headers=headers, timeout=None) as it:
            while chunk := await it.content.readany():
                for line in chunk.splitlines():
                    if line.startswith(b"data: "):
                        orjson.loads(line[6:])
                        self.taken += 1

    async def _follow_socket(self) -> None:
        """Decode the JSON of each message."""
        async with self._session.ws_connect(self._url) as socket:
            async for message in socket:
                orjson.loads(message.data)
                self.taken += 1

    async def stop(self) -> None:
        """Stop listening."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def ask_bare(
    session: ClientSession, method: str, url: str, body: object = None
) -> None:
    """Request JSON and decode it."""
    async with session.request(method, url, json=body) as response:
        orjson.loads(await response.read())
