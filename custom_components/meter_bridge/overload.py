"""The question whether a fuse is overloaded: a current against its rating."""

from collections.abc import Mapping
from typing import Any

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    CONF_OPTIONS,
    CONF_TARGET,
    UnitOfElectricCurrent,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.typing import ConfigType
from homeassistant.util.unit_conversion import ElectricCurrentConverter
import probatio

from .automation import Options, Question, refusal
from .const import DOMAIN

CONF_RATING = "rating"
# Sensors of a current through a fuse: translation keys. Those of its margin and its
# rating are currents too, but do not flow. None: a register, under its owner's name.
_FLOWING = {None, "current", "current_phase"}
_FUSE = "main_fuse"


def _chosen(value: object) -> object:
    """Return the choice: the selector stores the alternatives beside it."""
    if isinstance(value, Mapping):
        return value.get(value.get("active_choice"))
    return value


# A number in A, or an entity that shows a current; None if neither was filled in.
RATING: Options = {
    probatio.Optional(CONF_RATING): probatio.All(
        _chosen,
        probatio.Any(
            None,
            probatio.All(
                probatio.Coerce(float), probatio.Range(min=0, min_included=False)
            ),
            cv.entity_id,
        ),
    )
}


def _require_rating(hass: HomeAssistant, config: ConfigType) -> None:
    """Require a rating if the bridge reports none: else there is never an answer."""
    if config[CONF_OPTIONS].get(CONF_RATING) is not None:
        return
    registry = er.async_get(hass)
    devices = dr.async_get(hass)
    for entity_id in sorted(OVERLOAD.targeted(hass, config[CONF_TARGET])):
        if _fuse_of(hass, entity_id) is None:
            entry = registry.async_get(entity_id)
            device = entry and entry.device_id and devices.async_get(entry.device_id)
            name = device and (device.name_by_user or device.name)
            raise refusal("rating_required", name or entity_id)


def _is_current(entry: er.RegistryEntry) -> bool:
    """Pick the currents that flow through a fuse."""
    return (
        entry.original_device_class == SensorDeviceClass.CURRENT
        and entry.translation_key in _FLOWING
    )


def _is_overload(
    hass: HomeAssistant, state: State, options: Mapping[str, Any]
) -> bool | None:
    """Tell whether a current is above the rating, in either direction."""
    rating: float | str | None = options.get(CONF_RATING)
    if rating is None:
        rating = _fuse_of(hass, state.entity_id)
    if isinstance(rating, str):
        rating = _amperes(hass.states.get(rating))
    current = _amperes(state)
    return None if current is None or rating is None else abs(current) > rating


def _amperes(state: State | None) -> float | None:
    """Return a current in A; the owner may have chosen another unit.

    A number helper may have no unit: its value counts as A.
    """
    if state is None:
        return None
    ampere = UnitOfElectricCurrent.AMPERE
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT) or ampere
    try:
        return ElectricCurrentConverter.convert(float(state.state), unit, ampere)
    except ValueError, HomeAssistantError:
        return None


def _fuse_of(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return the sensor for the rating of the fuse on the same device, if any."""
    registry = er.async_get(hass)
    entry = registry.async_get(entity_id)
    if entry is None or entry.device_id is None:
        return None
    for sibling in er.async_entries_for_device(registry, entry.device_id):
        if sibling.platform == DOMAIN and sibling.translation_key == _FUSE:
            return sibling.entity_id
    return None


OVERLOAD = Question(picks=_is_current, answer=_is_overload, require=_require_rating)
