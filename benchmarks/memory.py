"""What memory a bridge takes, beside as many entities that only show a number."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
import gc
import tracemalloc

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.config_entries import HANDLERS, ConfigEntry, ConfigFlow
from homeassistant.const import UnitOfPower
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    MockPlatform,
    mock_integration,
    mock_platform,
)

from .alone import alone
from .feeder import Feeder
from .floor import FloorSensor
from .gauges import resident
from .growth import move_in
from .home import home, set_up
from .report import Aim, Part
from .rounds import Effort

_SIZES, _QUICK_SIZES = (50, 100), (10, 20)
# Of the whole process more are needed to see one.
_RESIDENT_TIMES = 3
_LIMIT_SECONDS = 120.0
_WARM_SECONDS = 3
_MOST_BEYOND = 100.0
_PLAIN = "plain_sensors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What one more takes, and how many entities it has."""

    kibibytes: float
    entities: int


def memory(effort: Effort) -> list[Part]:
    """Measure what Python has in use and, in another process, what the process has."""
    sizes = _QUICK_SIZES if effort.is_quick else _SIZES
    more = tuple(_RESIDENT_TIMES * size for size in sizes)
    ways = ((sizes, True), (more, False))
    ours = [alone(bridges, *way, seconds=_LIMIT_SECONDS) for way in ways]
    count = ours[0].entities
    floor = [alone(plain, *way, count, seconds=_LIMIT_SECONDS) for way in ways]
    rest = [a.kibibytes - b.kibibytes for a, b in zip(ours, floor, strict=True)]
    head = ("One more (KiB)", "Entities", "Python's memory", "Resident memory")
    return [
        Part(
            title="Memory",
            head=head,
            rows=[
                ("a bridge that pushes", count, *(each.kibibytes for each in ours)),
                ("as many plain sensors", count, *(each.kibibytes for each in floor)),
                ("a bridge beyond its entities", None, *rest),
            ],
            aims=[
                Aim(
                    name=f"a bridge beyond its entities, {name.lower()}",
                    value=value,
                    most=_MOST_BEYOND,
                    unit="KiB",
                )
                for name, value in zip(head[2:], rest, strict=True)
            ],
        )
    ]


async def bridges(sizes: tuple[int, int], is_traced: bool) -> Weight:  # noqa: FBT001 (piped)
    """Weigh bridges that push."""
    few, many = sizes
    with Feeder() as feeder:
        places = feeder.street(many)
        async with home() as hass:

            async def have(begin: int, end: int) -> None:
                await move_in(hass, places[begin:end])
                await feeder.live(_WARM_SECONDS)

            await have(0, 1)
            return await _weigh(hass, have, (few, many), is_traced=is_traced)


async def plain(sizes: tuple[int, int], is_traced: bool, entities: int) -> Weight:  # noqa: FBT001 (piped)
    """Weigh entries of a device, each with so many sensors that show a number."""
    async with home() as hass:
        _offer_plain(hass, entities)

        async def have(begin: int, end: int) -> None:
            for number in range(begin, end):
                entry = MockConfigEntry(domain=_PLAIN, unique_id=str(number))
                entry.add_to_hass(hass)
                await set_up(hass, entry)

        await have(0, 1)
        return await _weigh(hass, have, sizes, is_traced=is_traced)


async def _weigh(
    hass: HomeAssistant,
    have: Callable[[int, int], Awaitable[None]],
    sizes: Sequence[int],
    *,
    is_traced: bool,
) -> Weight:
    """Weigh what there is more of something at one size than at the other."""
    few, many = sizes
    if is_traced:
        tracemalloc.start()
    await have(1, few)
    entities, before = hass.states.async_entity_ids_count(), _held()
    await have(few, many)
    return Weight(
        kibibytes=(_held() - before) / (many - few),
        entities=round(
            (hass.states.async_entity_ids_count() - entities) / (many - few)
        ),
    )


def _held() -> float:
    """Return how many KiB Python has in use if it is traced, else the process."""
    gc.collect()
    if tracemalloc.is_tracing():
        return tracemalloc.get_traced_memory()[0] / 1024
    return resident()


def _offer_plain(hass: HomeAssistant, entities: int) -> None:
    """Have an integration whose entries show sensors, and do nothing else."""

    async def set_up_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
        await hass.config_entries.async_forward_entry_setups(entry, ["sensor"])
        return True

    async def set_up_platform(
        hass: HomeAssistant, entry: ConfigEntry, add: AddConfigEntryEntitiesCallback
    ) -> None:
        device = DeviceInfo(
            identifiers={(_PLAIN, str(entry.unique_id))},
            name=f"Plain {entry.unique_id}",
        )
        sensors = [
            FloorSensor(_description(number), f"{entry.unique_id}_{number}", device)
            for number in range(entities)
        ]
        add(sensors)

    mock_integration(hass, MockModule(_PLAIN, async_setup_entry=set_up_entry))
    mock_platform(hass, f"{_PLAIN}.config_flow")
    HANDLERS[_PLAIN] = ConfigFlow
    mock_platform(
        hass, f"{_PLAIN}.sensor", MockPlatform(async_setup_entry=set_up_platform)
    )


def _description(number: int) -> SensorEntityDescription:
    """Describe a power, as an integration would for all of its entries."""
    return SensorEntityDescription(
        key=f"power_{number}",
        name=f"Power {number}",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
    )
