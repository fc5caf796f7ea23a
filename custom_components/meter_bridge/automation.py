"""Questions that triggers and conditions ask of a meter, answered from its states."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.const import (
    ATTR_RESTORED,
    CONF_OPTIONS,
    CONF_TARGET,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.target import (
    SelectedEntities,
    TargetSelection,
    async_extract_referenced_entity_ids,
)
from homeassistant.helpers.typing import ConfigType
import probatio

from .const import DOMAIN
from .values.sources import BRIDGE_CONNECTION, METER_CONNECTION

type Options = Mapping[probatio.Marker, object]

CONF_BEHAVIOR = "behavior"
EACH, FIRST, ALL, ANY = "each", "first", "all", "any"

_PROBLEMS = {
    BinarySensorDeviceClass.BATTERY,
    BinarySensorDeviceClass.PROBLEM,
    BinarySensorDeviceClass.TAMPER,
}
# Sensors with one state that is a problem: translation key and that state.
_PROBLEM_STATES = {"pin": "missing"}
# Sensors that count problems: translation keys.
_PROBLEM_COUNTS = {"alerts"}


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

    def targeted(self, hass: HomeAssistant, target: ConfigType) -> set[str]:
        """Return the entities of a target that the question can be asked of.

        A bridge stands for the meters below it. Its own connection is left out if it
        only repeats that of a meter, unless the target names it.
        """
        selected = _selected(hass, target)
        registry = er.async_get(hass)
        entity_ids = selected.referenced | selected.indirectly_referenced
        entity_ids |= _below(hass, selected.referenced_devices)
        found = [
            entry
            for entity_id in entity_ids
            if (entry := registry.async_get(entity_id))
            and entry.platform == DOMAIN
            and self.picks(entry)
        ]
        with_meters = {
            entry.config_entry_id
            for entry in found
            if entry.translation_key == METER_CONNECTION.translation_key
        }
        return {
            entry.entity_id
            for entry in found
            if entry.entity_id in selected.referenced
            or entry.config_entry_id not in with_meters
            or entry.translation_key != BRIDGE_CONNECTION.translation_key
        }

    def check(self, hass: HomeAssistant, config: ConfigType) -> None:
        """Raise if no answer could ever be known with this configuration.

        Editors offer entities by their device class: most enumerations are no problem.
        """
        target = config[CONF_TARGET]
        if not self.targeted(hass, target):
            for entity_id in sorted(_selected(hass, target).referenced):
                entry = er.async_get(hass).async_get(entity_id)
                if entry and entry.platform == DOMAIN:
                    state = hass.states.get(entity_id)
                    name = state.name if state else entity_id
                    raise refusal("unfit_entity", name)
        self.require(hass, config)


def _selected(hass: HomeAssistant, target: ConfigType) -> SelectedEntities:
    """Return what a target selects, be it hidden from dashboards or not."""
    return async_extract_referenced_entity_ids(
        hass, TargetSelection(target), expand_group=False, primary_entities_only=False
    )


def refusal(reason: str, name: str) -> HomeAssistantError:
    """Return the error that says why a configuration is refused."""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=reason,
        translation_placeholders={"name": name},
    )


def _below(hass: HomeAssistant, device_ids: set[str]) -> set[str]:
    """Return the visible entities of the meters below these devices."""
    devices, registry = dr.async_get(hass), er.async_get(hass)
    return {
        entity.entity_id
        for device_id in device_ids
        if (device := devices.async_get(device_id))
        for meter in dr.async_entries_for_config_entry(devices, device.config_entry_id)
        if meter.via_device_id == device_id
        for entity in er.async_entries_for_device(registry, meter.id)
        if entity.hidden_by is None
    }


def schema(options: Options) -> probatio.Schema:
    """Return the schema of a trigger or condition with a target and these options."""
    return probatio.Schema(
        {
            probatio.Required(CONF_TARGET): cv.TARGET_FIELDS,
            probatio.Required(CONF_OPTIONS, default={}): dict(options),
        }
    )


def _is_problem_sensor(entry: er.RegistryEntry) -> bool:
    """Pick status bits, and sensors that tell or count problems."""
    if entry.domain == Platform.SENSOR:
        return entry.translation_key in {*_PROBLEM_STATES, *_PROBLEM_COUNTS}
    return (
        entry.domain == Platform.BINARY_SENSOR
        and entry.original_device_class in _PROBLEMS
    )


def _is_problem(
    hass: HomeAssistant, state: State, options: Mapping[str, Any]
) -> bool | None:
    """Tell whether a status bit is set, or a sensor shows a problem, or counts any."""
    if not _is_known(state):
        return None
    if state.domain == Platform.BINARY_SENSOR:
        return state.state == STATE_ON
    try:
        return float(state.state) > 0
    except ValueError:
        return state.state in _PROBLEM_STATES.values()


def _is_known(state: State) -> bool:
    """Tell whether a state is a value."""
    return state.state not in (STATE_UNAVAILABLE, STATE_UNKNOWN)


def _is_connection(entry: er.RegistryEntry) -> bool:
    """Pick the sensors of the connection to a meter or a bridge."""
    return entry.translation_key in (
        METER_CONNECTION.translation_key,
        BRIDGE_CONNECTION.translation_key,
    )


def _is_stale(
    hass: HomeAssistant, state: State, options: Mapping[str, Any]
) -> bool | None:
    """Tell whether readings are missing: the meter is stale, or the bridge is away.

    A restored state, as while an entry is reloaded, gives no answer.
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


PROBLEM = Question(picks=_is_problem_sensor, answer=_is_problem)
STALE = Question(picks=_is_connection, answer=_is_stale)
FRESH = Question(picks=_is_connection, answer=_is_fresh)
