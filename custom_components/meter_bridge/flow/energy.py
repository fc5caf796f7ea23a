"""Look up which sources the Energy dashboard has, and which a bridge could add."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant

from ..bridges.snapshot import Medium

if TYPE_CHECKING:
    from homeassistant.components.energy.data import EnergyManager, EnergyPreferences

ENERGY = "energy"
GRID, GAS, WATER = "grid", "gas", "water"
SOLAR, BATTERY = "solar", "battery"
# Meters that count only a volume are left out until their owner says what flows there.
MEDIA = {GRID: Medium.ELECTRICITY, GAS: Medium.GAS, WATER: Medium.WATER}


async def missing_sources(hass: HomeAssistant, media: Iterable[Medium]) -> list[str]:
    """Return the types of source that the owner lacks and such meters could add."""
    wanted = set(media)
    return await missing_types(
        hass, [source for source, medium in MEDIA.items() if medium in wanted]
    )


async def missing_types(hass: HomeAssistant, wanted: Iterable[str]) -> list[str]:
    """Return which of these types of source the owner lacks."""
    if ENERGY not in hass.config.components:
        return []
    present = source_types(preferences_of(await energy_manager(hass)))
    return [source for source in wanted if source not in present]


def source_types(preferences: EnergyPreferences) -> set[str]:
    """Return the types of source that are configured."""
    return {source["type"] for source in preferences["energy_sources"]}


def preferences_of(manager: EnergyManager) -> EnergyPreferences:
    """Return what the owner has configured so far."""
    return manager.data or manager.default_preferences()


async def energy_manager(hass: HomeAssistant) -> EnergyManager:
    """Return the manager that stores the sources of the dashboard."""
    # This imports the recorder, which is loaded only where the dashboard is.
    from homeassistant.components.energy.data import (  # noqa: PLC0415
        async_get_manager,
    )

    return await async_get_manager(hass)
