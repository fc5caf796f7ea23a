"""Questions that triggers and conditions ask of a meter, answered from its states."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import (
    ATTR_RESTORED,
    ATTR_UNIT_OF_MEASUREMENT,
    CONF_OPTIONS,
    CONF_TARGET,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    Platform,
    UnitOfElectricCurrent,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)
from homeassistant.helpers.typing import ConfigType
from homeassistant.util.unit_conversion import ElectricCurrentConverter
import probatio

from .const import DOMAIN
from .values.sources import METER_CONNECTION

type Options = Mapping[probatio.Marker, object]

CONF_RATING = "rating"
RATING: Options = {
    probatio.Optional(CONF_RATING): probatio.All(
        probatio.Coerce(float), probatio.Range(min=0, min_included=False)
    )
}
_RATED = probatio.Schema(
    {probatio.Required(CONF_OPTIONS): {probatio.Required(CONF_RATING): object}},
    extra=probatio.ALLOW_EXTRA,
)

_PROBLEMS = {
    BinarySensorDeviceClass.BATTERY,
    BinarySensorDeviceClass.PROBLEM,
    BinarySensorDeviceClass.TAMPER,
}
# Sensors with one state that is a problem: translation key and that state.
_PROBLEM_STATES = {"pin": "missing"}
# Sensors of a current that flows through a fuse. Its margin and its rating are currents
# too, but do not flow. Registers that owners have named have no translation key: None.
_FLOWING = {None, "current", "current_phase"}
_FUSE = "main_fuse"


def _require_nothing(_hass: HomeAssistant, _config: ConfigType) -> None:
    """Accept any target and options."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A yes-or-no question about the state of an entity.

    `picks` selects the entities that it can be asked of. `answer` returns None while
    the answer is not known. `require` raises if the configuration of a trigger or
    condition is such that no answer could ever be known.
    """

    picks: Callable[[er.RegistryEntry], bool]
    answer: Callable[[HomeAssistant, State, Mapping[str, Any]], bool | None]
    require: Callable[[HomeAssistant, ConfigType], None] = _require_nothing

    def entities(self, hass: HomeAssistant, entity_ids: set[str]) -> set[str]:
        """Return those of the entities that the question can be asked of."""
        registry = er.async_get(hass)
        return {
            entity_id
            for entity_id in entity_ids
            if (entry := registry.async_get(entity_id))
            and entry.platform == DOMAIN
            and self.picks(entry)
        }

    def targeted(self, hass: HomeAssistant, target: ConfigType) -> set[str]:
        """Return the entities of a target that the question can be asked of."""
        selected = async_extract_referenced_entity_ids(
            hass,
            TargetSelection(target),
            expand_group=False,
            primary_entities_only=False,
        )
        return self.entities(hass, selected.referenced | selected.indirectly_referenced)


def schema(options: Options) -> probatio.Schema:
    """Return the schema of a trigger or condition with a target and these options."""
    return probatio.Schema(
        {
            probatio.Required(CONF_TARGET): cv.TARGET_FIELDS,
            probatio.Required(CONF_OPTIONS, default={}): dict(options),
        }
    )


def _require_rating(hass: HomeAssistant, config: ConfigType) -> None:
    """Demand a rating for a fuse whose bridge tells none: it would never trigger."""
    entities = OVERLOAD.targeted(hass, config[CONF_TARGET])
    if any(_fuse_of(hass, entity_id) is None for entity_id in entities):
        _RATED(config)


def _is_problem_sensor(entry: er.RegistryEntry) -> bool:
    """Pick status bits, and sensors with a state that is a problem."""
    if entry.domain == Platform.SENSOR:
        return entry.translation_key in _PROBLEM_STATES
    return (
        entry.domain == Platform.BINARY_SENSOR
        and entry.original_device_class in _PROBLEMS
    )


def _is_problem(
    hass: HomeAssistant, state: State, options: Mapping[str, Any]
) -> bool | None:
    """Tell whether a status bit is set, or a sensor shows a problem."""
    if not _is_known(state):
        return None
    if state.domain == Platform.BINARY_SENSOR:
        return state.state == STATE_ON
    return state.state in _PROBLEM_STATES.values()


def _is_known(state: State) -> bool:
    """Tell whether a state is a value."""
    return state.state not in (STATE_UNAVAILABLE, STATE_UNKNOWN)


def _is_connection(entry: er.RegistryEntry) -> bool:
    """Pick the sensors of the connection to a meter."""
    return entry.translation_key == METER_CONNECTION.translation_key


def _is_stale(
    hass: HomeAssistant, state: State, options: Mapping[str, Any]
) -> bool | None:
    """Tell whether readings are missing: the meter is stale, or the bridge is away.

    A restored state, as while an entry is reloaded, is no answer.
    """
    if state.state == STATE_UNAVAILABLE:
        return None if state.attributes.get(ATTR_RESTORED) else True
    return {STATE_OFF: True, STATE_ON: False}.get(state.state)


def _is_fresh(
    hass: HomeAssistant, state: State, options: Mapping[str, Any]
) -> bool | None:
    """Tell whether a meter is not stale."""
    is_stale = _is_stale(hass, state, options)
    return None if is_stale is None else not is_stale


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
    rating: float | None = options.get(CONF_RATING)
    if rating is None and (fuse := _fuse_of(hass, state.entity_id)):
        rating = _amperes(hass.states.get(fuse))
    current = _amperes(state)
    return None if current is None or rating is None else abs(current) > rating


def _amperes(state: State | None) -> float | None:
    """Return a current in A; the owner may have chosen another unit."""
    if state is None:
        return None
    try:
        return ElectricCurrentConverter.convert(
            float(state.state),
            state.attributes.get(ATTR_UNIT_OF_MEASUREMENT),
            UnitOfElectricCurrent.AMPERE,
        )
    except ValueError:
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


PROBLEM = Question(picks=_is_problem_sensor, answer=_is_problem)
STALE = Question(picks=_is_connection, answer=_is_stale)
FRESH = Question(picks=_is_connection, answer=_is_fresh)
OVERLOAD = Question(picks=_is_current, answer=_is_overload, require=_require_rating)
