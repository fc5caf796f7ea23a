"""Simulators that send everything they can, with secrets, and where these appear."""

from collections.abc import Mapping

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from tests.conftest import Start
from tests.kinds import KINDS

from .flows import add, past_roles, submit
from .plants import Plants
from .secret_plants import plant
from .simulator import Simulator


async def full_simulator(simulators: Start, key: str) -> Simulator:
    """Return a simulator that sends everything it can, with a login if it has one."""
    simulator = await simulators(key)
    simulator.send_everything()
    if login := KINDS[key].login:
        login.ask(simulator)
    return simulator


def planted(simulator: Simulator) -> Plants:
    """Replace texts of a simulator, and its login, by secrets."""
    kind = KINDS[simulator.key]
    plants = Plants(kind.vocabulary)
    plant(simulator, plants)
    if kind.login:
        kind.login.plant(simulator, plants)
    return plants


def leaks(
    simulator: Simulator, plants: Plants, surfaces: Mapping[str, str]
) -> set[tuple[str, str]]:
    """Return keys of secrets that appear where they must not, and where."""
    shown = {
        (key, place)
        for why, keys in KINDS[simulator.key].shown.items()
        for key in keys
        for place in why.value
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
        result = await past_roles(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    await hass.async_block_till_done()
    entry: ConfigEntry = result["result"]
    return entry
