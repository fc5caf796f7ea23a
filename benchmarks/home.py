"""A real Home Assistant with nothing but the integration that is measured."""

from collections.abc import AsyncIterator, Container
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from homeassistant import config_entries, loader
from homeassistant.bootstrap import async_load_base_functionality
from homeassistant.config_entries import ConfigEntries, ConfigEntryState
from homeassistant.const import CONF_HOST
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import async_get_platforms
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components import meter_bridge
from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.const import CONF_BRIDGE, DOMAIN
from custom_components.meter_bridge.flow.probe import connect

from .feeder import Place
from .ports import redirect_aiohttp

# Home Assistant reloads an entry some time after an entity was enabled. That must not
# happen while measuring: `show` reloads at once.
_NEVER = 1e9
_BUDGETS = (
    ("values.allowance", "_BURST"),
    ("bridges.transport.fluency", "_BYTES"),
    ("bridges.transport.fluency", "_MESSAGES"),
    ("bridges.transport.inlet", "_BURST"),
)
EVERY_READING, LIVE_POWER, BALANCED, CALM = (
    "every_reading",
    "live_power",
    "balanced",
    "calm",
)
# The option of older checkouts, which may be measured beside this one.
_OLD_SECONDS = {EVERY_READING: 0, LIVE_POWER: 10, BALANCED: 10, CALM: 10}


@asynccontextmanager
async def home() -> AsyncIterator[HomeAssistant]:
    """Run Home Assistant with its registries, but no integration."""
    with (
        TemporaryDirectory() as folder,
        patch.object(config_entries, "RELOAD_AFTER_UPDATE_DELAY", _NEVER),
        _without_budgets(),
    ):
        hass = HomeAssistant(folder)
        hass.config.skip_pip = True
        hass.config_entries = ConfigEntries(hass, {})
        loader.async_setup(hass)
        redirect_aiohttp(hass)
        await async_load_base_functionality(hass)
        hass.set_state(CoreState.running)
        try:
            yield hass
        finally:
            await hass.async_stop(force=True)


def _without_budgets() -> ExitStack:
    """Lift the limits on messages and states, which a benchmark would exceed."""
    without, product = ExitStack(), Path(meter_bridge.__file__).parent
    for module, budget in _BUDGETS:
        # An older checkout may limit nothing.
        if (product / f"{module.replace('.', '/')}.py").is_file():
            name = f"{meter_bridge.__name__}.{module}.{budget}"
            without.enter_context(patch(name, _NEVER))
    return without


async def new_entry(
    hass: HomeAssistant, place: Place, *, updates: str = BALANCED, **options: object
) -> MockConfigEntry:
    """Return a new entry of our integration, not set up yet."""
    data = {
        CONF_BRIDGE: place.key,
        CONF_HOST: place.address,
        **place.credentials,
    }
    serial = place.serial
    if not serial:
        serial = (await connect(hass, BRIDGES[place.key], data).identify()).serial
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id=f"{place.key}_{serial}",
        title="Bridge",
        data=data,
        options={
            "updates": updates,
            "throttle": _OLD_SECONDS[updates],
            **options,
        },
        minor_version=2,
    )
    entry.add_to_hass(hass)
    return entry


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """Set up an entry of any integration."""
    assert await hass.config_entries.async_setup(entry.entry_id), entry.domain
    await hass.async_block_till_done()
    return entry


async def show(
    hass: HomeAssistant, entry: MockConfigEntry, wanted: Container[str] | None = None
) -> None:
    """Enable only the wanted entities of an entry; None: all of them."""
    registry = er.async_get(hass)
    for each in er.async_entries_for_config_entry(registry, entry.entry_id):
        is_shown = wanted is None or each.entity_id in wanted
        registry.async_update_entity(
            each.entity_id,
            disabled_by=None if is_shown else er.RegistryEntryDisabler.USER,
        )
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


def entities(hass: HomeAssistant, entry: MockConfigEntry) -> list[Entity]:
    """Return the enabled entities of an entry."""
    return [
        entity
        for platform in async_get_platforms(hass, entry.domain)
        if platform.config_entry is entry
        for entity in platform.entities.values()
    ]
