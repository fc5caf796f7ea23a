"""Test that only those kinds of bridges are imported that a home has."""

from importlib import import_module
import subprocess
import sys

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers.importlib import async_import_module
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge import PLATFORMS, bridges
from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.const import CONF_BRIDGE, DOMAIN
from tests.conftest import SetUp, Start

ACTING = [key for key, bridge in BRIDGES.items() if bridge.actions]
_INTEGRATION = "custom_components.meter_bridge"
_IMPORTED = """
import sys
from importlib import import_module
for name in sys.argv[1:]:
    import_module(name)
print(*sys.modules)
"""


def imported(*names: str) -> set[str]:
    """Return the kinds that a new interpreter has imported with these modules."""
    run = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", _IMPORTED, *names],
        check=True,
        capture_output=True,
        text=True,
    )
    modules = set(run.stdout.split())
    return {key for key in BRIDGES if f"{_INTEGRATION}.bridges.{key}" in modules}


def test_no_kind_comes_with_the_integration() -> None:
    """Neither the integration, nor its platforms, nor its flows import any kind."""
    parts = (*PLATFORMS, "config_flow", "diagnostics", "repairs", "system_health")
    assert imported(*(f"{_INTEGRATION}.{part}" for part in parts)) == set()


@pytest.mark.parametrize("key", BRIDGES)
def test_a_kind_comes_alone(key: str) -> None:
    """A kind imports no other one."""
    assert imported(f"{_INTEGRATION}.bridges.{key}") == {key}


@pytest.mark.parametrize("key", BRIDGES)
async def test_an_entry_asks_for_its_own_kind(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
) -> None:
    """Its kind is imported outside of the event loop, and no other kind ever."""
    simulator = await simulators(key)
    asked: list[tuple[str, str]] = []
    load, look = async_import_module, import_module

    async def note_load(hass: HomeAssistant, name: str) -> object:
        asked.append(("load", name))
        return await load(hass, name)

    def note_look(name: str) -> object:
        asked.append(("look", name))
        return look(name)

    monkeypatch.setattr(bridges, "async_import_module", note_load)
    monkeypatch.setattr(bridges, "import_module", note_look)
    await set_up(simulator)
    package = f"{_INTEGRATION}.bridges.{key}"
    assert ("load", package) in asked
    assert {name for _, name in asked} == {package}


def _has_actions(hass: HomeAssistant, key: str) -> bool:
    """Tell whether the actions of a kind are registered."""
    return all(
        hass.services.has_service(DOMAIN, action.key) for action in BRIDGES[key].actions
    )


@pytest.mark.parametrize("key", ACTING)
async def test_actions_are_there_without_the_bridge(
    hass: HomeAssistant, enable_custom_integrations: None, key: str
) -> None:
    """Whoever has a kind of bridge has its actions, even if its entry is not set up."""
    MockConfigEntry(
        domain=DOMAIN, data={CONF_BRIDGE: key}, disabled_by=ConfigEntryDisabler.USER
    ).add_to_hass(hass)
    assert await async_setup_component(hass, DOMAIN, {})
    assert _has_actions(hass, key)


@pytest.mark.parametrize("key", ACTING)
async def test_actions_come_with_the_first_bridge(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, key: str
) -> None:
    """The first bridge of a kind, added later, brings its actions."""
    assert await async_setup_component(hass, DOMAIN, {})
    assert not _has_actions(hass, key)
    await set_up(await simulators(key))
    assert _has_actions(hass, key)
