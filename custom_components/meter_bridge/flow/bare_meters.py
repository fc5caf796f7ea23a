"""Meters whose bridge passes on a bare number: what they count is for owners to say."""

from collections.abc import Mapping

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import UnitOfEnergy, UnitOfVolume
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import probatio

from ..bridges.snapshot import Medium
from ..bridges.words import words
from ..const import CONF_MEDIUM, CONF_METERS, CONF_UNIT

# What a meter on the meter bus may count in.
_VOLUME_UNITS = [UnitOfVolume.CUBIC_METERS, UnitOfVolume.LITERS]
_ENERGY_UNITS = [
    UnitOfEnergy.KILO_WATT_HOUR,
    UnitOfEnergy.MEGA_WATT_HOUR,
    UnitOfEnergy.GIGA_JOULE,
]
METER = probatio.Schema(
    {
        probatio.Required(CONF_MEDIUM, default=Medium.VOLUME.value): SelectSelector(
            SelectSelectorConfig(
                options=[
                    medium.value
                    for medium in Medium
                    if medium is not Medium.ELECTRICITY
                ],
                mode=SelectSelectorMode.DROPDOWN,
                translation_key=CONF_MEDIUM,
            )
        ),
        probatio.Required(CONF_UNIT, default=_VOLUME_UNITS[0].value): SelectSelector(
            SelectSelectorConfig(
                options=[unit.value for unit in (*_VOLUME_UNITS, *_ENERGY_UNITS)],
                mode=SelectSelectorMode.DROPDOWN,
            )
        ),
    }
)


def fits(words: Mapping[str, str]) -> bool:
    """Tell whether such a meter may count in such a unit: water is no energy."""
    return words[CONF_MEDIUM] != Medium.WATER or words[CONF_UNIT] in _VOLUME_UNITS


def bare_meters(entry: ConfigEntry) -> dict[str, str]:
    """Return the names of the meters that pass on a bare number, by key."""
    if entry.state is not ConfigEntryState.LOADED:
        return {}
    told = entry.options.get(CONF_METERS, {})
    return {
        key: words(account.meter.serial or key)
        for key, account in entry.runtime_data.board.accounts.items()
        if account.meter.medium is Medium.VOLUME or key in told
    }
