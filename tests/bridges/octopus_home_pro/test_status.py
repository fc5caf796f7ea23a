"""Every bit of the status, supply, and ambient consumption, end to end."""

from collections.abc import Awaitable, Callable

from homeassistant.core import HomeAssistant
import pytest

from tests.bridges.octopus_home_pro.conftest import Clock
from tests.bridges.octopus_home_pro.simulator import OctopusHomeProSimulator
from tests.conftest import SetUp
from tests.support.watching import poll, state

pytestmark = pytest.mark.usefixtures("all_enabled")

type Home = OctopusHomeProSimulator
type PassBy = Callable[..., Awaitable[None]]

BITS = {
    "electricity": {
        0: ("meter_check_needed", "problem"),
        1: ("meter_battery", "battery"),
        2: ("tampering", "tamper"),
        3: ("power_failure", "problem"),
        4: ("power_quality", "problem"),
        5: ("leak", "problem"),
        6: ("supply_disconnected", "problem"),
        7: ("reserved_status_bit", None),
    },
    "gas": {
        0: ("meter_check_needed", "problem"),
        1: ("meter_battery", "battery"),
        2: ("tampering", "tamper"),
        3: ("reserved_status_bit", None),
        4: ("low_pressure", "problem"),
        5: ("leak", "problem"),
        6: ("supply_disconnected", "problem"),
        7: ("reverse_flow", "problem"),
    },
}


@pytest.fixture
async def pass_by(
    hass: HomeAssistant, simulator: Home, set_up: SetUp, clock: Clock
) -> PassBy:
    """Set up an entry; return what lets seconds pass by and polls it then."""
    entry = await set_up(simulator)

    async def pass_by(seconds: float = 60) -> None:
        clock.now += seconds
        await poll(hass, entry)

    return pass_by


def shown(hass: HomeAssistant, meter: str) -> dict[str, str]:
    """Return the states of all bits of a meter by name."""
    return {
        name: state(hass, f"binary_sensor.{meter}_meter_{name}")
        for name, _class in BITS[meter].values()
    }


@pytest.mark.parametrize("bit", range(8))
@pytest.mark.parametrize("meter", BITS)
async def test_bit(
    hass: HomeAssistant,
    simulator: Home,
    pass_by: PassBy,
    meter: str,
    bit: int,
) -> None:
    """A bit that is set turns on its own binary sensor, and no other one."""
    name, device_class = BITS[meter][bit]
    clear = dict.fromkeys(shown(hass, meter), "off")
    assert shown(hass, meter) == clear
    han = simulator.gas if meter == "gas" else simulator.electricity
    (other,) = BITS.keys() - {meter}
    for mstatus, wanted in ((1 << bit, "on"), (0, "off"), (0xFF, "on")):
        han.mstatus = mstatus
        await pass_by()
        rest = "on" if mstatus == 0xFF else "off"
        assert shown(hass, meter) == dict.fromkeys(clear, rest) | {name: wanted}
        assert set(shown(hass, other).values()) == {"off"}
    found = hass.states.get(f"binary_sensor.{meter}_meter_{name}")
    assert found
    assert found.attributes.get("device_class") == device_class


@pytest.mark.parametrize(
    ("supply", "word"), [(0, "off"), (1, "armed"), (2, "on"), (3, "unavailable")]
)
async def test_supply(
    hass: HomeAssistant,
    simulator: Home,
    pass_by: PassBy,
    supply: int,
    word: str,
) -> None:
    """Supply is off, armed or on; a reserved number is not known."""
    assert hass.states.get("sensor.electricity_meter_supply") is None
    simulator.gas.supply = supply
    await pass_by()
    assert state(hass, "sensor.gas_meter_supply") == word


@pytest.mark.parametrize(
    ("ambient", "word"), [(0, "low"), (1, "medium"), (2, "high"), (3, "unavailable")]
)
async def test_ambient_consumption(
    hass: HomeAssistant,
    simulator: Home,
    pass_by: PassBy,
    ambient: int,
    word: str,
) -> None:
    """Ambient consumption is low, medium or high; a reserved number is not known."""
    simulator.electricity.ambient = ambient
    await pass_by()
    assert state(hass, "sensor.electricity_meter_consumption_level") == word


async def test_radio(hass: HomeAssistant, simulator: Home, pass_by: PassBy) -> None:
    """The radio's strength is asked for every hour."""
    assert state(hass, "sensor.electricity_meter_zigbee_signal") == "-63"
    assert state(hass, "sensor.gas_meter_zigbee_signal") == "-75"
    simulator.electricity.rssi = -80
    await pass_by(3600)
    assert state(hass, "sensor.electricity_meter_zigbee_signal") == "-80"


@pytest.mark.parametrize(("unix", "ahead"), [(False, 0), (True, 0), (False, 1)])
async def test_last_update(
    hass: HomeAssistant,
    simulator: Home,
    set_up: SetUp,
    unix: object,
    ahead: int,
) -> None:
    """The last update is a time of today, from whatever year it is counted."""
    simulator.electricity.unix = bool(unix)
    simulator.electricity.ahead = ahead
    await set_up(simulator)
    shown = state(hass, "sensor.electricity_meter_last_update")
    assert shown == f"2026-06-01T10:00:0{ahead}+00:00"
    assert state(hass, "sensor.gas_meter_last_update") == "2026-06-01T10:00:00+00:00"
