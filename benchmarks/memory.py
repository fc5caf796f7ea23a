"""The memory of a bridge, beside that of as many entities that only show a number."""

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
from .growth import set_up_all
from .home import home, set_up
from .report import Aim, Part
from .rounds import Effort

_SIZES, _QUICK_SIZES = (50, 100), (10, 20)
# The memory of the whole process is coarse: it needs more bridges.
_RESIDENT_TIMES = 3
_LIMIT_SECONDS = 120.0
_WARM_SECONDS = 3
_MOST_BEYOND = 100.0
_PLAIN = "plain_sensors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """The memory of one more bridge or entry, and the number of its entities."""

    kibibytes: float
    entities: int


def memory(effort: Effort) -> list[Part]:
    """Measure Python's memory and, in another process, that of the process."""
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
    """Measure bridges that push."""
    few, many = sizes
    with Feeder() as feeder:
        places = feeder.fleet(many)
        async with home() as hass:

            async def have(begin: int, end: int) -> None:
                await set_up_all(hass, places[begin:end])
                await feeder.run_fleet(_WARM_SECONDS)

            await have(0, 1)
            return await _weigh(hass, have, (few, many), is_traced=is_traced)


async def plain(sizes: tuple[int, int], is_traced: bool, entities: int) -> Weight:  # noqa: FBT001 (piped)
    """Measure entries with a device and sensors that only show a number."""
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
    """Measure the difference between two numbers of bridges, for each one."""
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
    """Return the memory in use (KiB): Python's if it is traced, else the process's."""
    gc.collect()
    if tracemalloc.is_tracing():
        return tracemalloc.get_traced_memory()[0] / 1024
    return resident()


def _offer_plain(hass: HomeAssistant, entities: int) -> None:
    """Register an integration whose entries have sensors and nothing else."""

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

    module = MockModule(_PLAIN, async_setup_entry=set_up_entry)
    mock_integration(hass, module, built_in=False)
    mock_platform(hass, f"{_PLAIN}.config_flow")
    HANDLERS[_PLAIN] = ConfigFlow
    mock_platform(
        hass, f"{_PLAIN}.sensor", MockPlatform(async_setup_entry=set_up_platform)
    )


def _description(number: int) -> SensorEntityDescription:
    """Return a description of a power sensor; a real integration would share it."""
    return SensorEntityDescription(
        key=f"power_{number}",
        name=f"Power {number}",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
    )
