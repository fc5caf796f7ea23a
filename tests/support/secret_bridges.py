"""Bridges that say all they can, and where what they say may come to light."""

from collections.abc import Mapping

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.conftest import Start

from .flows import add, submit
from .secret_plants import Plants, plant
from .simulator import Simulator

# Without these words a bridge is not known as one, or its numbers are not read.
VOCABULARY = {
    "cozify_han": ("type",),
    "egauge": ("type", "ts", "rlm", "nnc", "error", "jwt", "rights", "first", "last"),
    "iometer": ("__typename", "obis", "unit", "time"),
    "octopus_home_pro": ("Status", "type", "divisor", "multipler"),
    "whatwatt_go": ("status", "type"),
}
WORDS = frozenset({"diagnostics", "states", "attributes", "devices"})
NAMES = frozenset(
    {"title", "names", "attributes", "devices", "log", "issues", "diagnostics"}
)
# Where what stands under a key is shown nevertheless, and why.
SHOWN: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "the device registry is where an owner looks for numbers that stand on the box": (
        frozenset({"serials", "connections"}),
        frozenset({"mac", "sn", "id", "eui", "serial", "meter_id", "number"}),
    ),
    "a sensor shows the number of the meter, to compare it with the bill": (
        frozenset({"states"}),
        frozenset({"number"}),
    ),
    "a bridge and its registers are called as the owner has called them": (
        NAMES,
        frozenset({"name"}),
    ),
    "so is an eGauge, whose name is the result of asking for it": (
        NAMES - {"diagnostics"},
        frozenset({"result"}),
    ),
    "this says what kind of device it is, and what software runs": (
        WORDS,
        frozenset(
            {
                *("model", "manufacturer", "vendor", "prefix", "hardware", "interface"),
                *("firmware", "version", "v", "build", "kernel", "minimum", "channel"),
                *("protocol", "protocol_version", "deviceType", "manufacturerId"),
                *("meterName", "phy", "ht", "mode", "m", "auth_mode", "group_cipher"),
                *("pairwise_cipher", "consformat", "demformat"),
            }
        ),
    ),
    "this says how it is": (
        WORDS,
        frozenset(
            {
                *("state", "reason", "cpu_reset_reason", "attachmentStatus"),
                *("connectionStatus", "pinStatus", "powerStatus"),
            }
        ),
    ),
    "this is the meter's number as text, or the time, in a country": (
        frozenset({"diagnostics"}),
        frozenset(
            {
                *("rows", "rawcons", "rawinstdmand", "p", "t", "country", "time"),
                *("date", "date_time", "date_time_local", "date_time_utc"),
                "activation_date",
            }
        ),
    ),
}


async def talkative(simulators: Start, key: str) -> Simulator:
    """Return a simulator that says all it ever says, and has a login if it can."""
    simulator = await simulators(key)
    simulator.send_everything()
    if isinstance(simulator, WhatwattGoSimulator):
        simulator.protection = True
    return simulator


def planted(simulator: Simulator) -> Plants:
    """Plant secrets in what a simulator says, and in its login."""
    plants = Plants(VOCABULARY[simulator.key])
    plant(simulator, plants)
    if isinstance(simulator, WhatwattGoSimulator):
        simulator.password = plants.in_place_of("login", "password")
        plants.add("login", simulator.device_id)
    if isinstance(simulator, EgaugeSimulator):
        simulator.gate.username = plants.in_place_of("login", "user")
        simulator.gate.password = plants.in_place_of("login", "password")
        simulator.gate.realm = plants.in_place_of("login", "realm")
    return plants


def leaks(plants: Plants, surfaces: Mapping[str, str]) -> set[tuple[str, str]]:
    """Return the keys of the secrets that stand where they should not, and where."""
    shown = {
        (key, place)
        for places, keys in SHOWN.values()
        for key in keys
        for place in places
    }
    return {
        (" ".join(sorted(plants.keys[secret])), where)
        for where, text in surfaces.items()
        for secret in plants.found_in(text)
        if not any((key, where) in shown for key in plants.keys[secret])
    }


async def set_up(hass: HomeAssistant, simulator: Simulator) -> ConfigEntry:
    """Set up a bridge as its owner does."""
    result = await add(hass, simulator.address, simulator.key)
    if result["type"] is FlowResultType.FORM:
        result = await submit(hass, result, **simulator.credentials)
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    await hass.async_block_till_done()
    entry: ConfigEntry = result["result"]
    return entry
