"""Texts about a meter for its owner: names of values, and numbers with their units."""

from homeassistant.components.sensor import SensorEntityDescription
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.translation import async_get_cached_translations

from .bridges.obis import REGISTERS
from .bridges.wire import shift
from .bridges.words import words
from .const import DOMAIN
from .meter.trouble import Guess
from .values.board import Board
from .values.meter_sensors import MeterSensorDescription, meter_sensor
from .values.sources import entity_key


class MeterWords:
    """The words for the meters of one entry, in the language of Home Assistant."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, board: Board) -> None:
        """Take the entry and its meters."""
        self._hass = hass
        self._entry = entry
        self._board = board

    def name(self, meter: str, code: str) -> str:
        """Return the name of the entity that shows a value, or would show it."""
        unique_id = f"{self._entry.unique_id}_{entity_key(meter, code)}"
        registry = er.async_get(self._hass)
        found = registry.async_get_entity_id(Platform.SENSOR, DOMAIN, unique_id)
        if entity := found and registry.async_get(found):
            return entity.name or words(entity.original_name or code)
        description = self._description(meter, code)
        key = description and description.translation_key
        sentence = self._sentence("entity", f"sensor.{key}.name")
        placeholders = (description and description.translation_placeholders) or {}
        return sentence.format(**placeholders) if sentence else words(code)

    def amount(self, meter: str, code: str, value: float) -> str:
        """Return a value with its digits, in the unit that its entity has."""
        description = self._description(meter, code)
        places, unit = 0, None
        if isinstance(description, MeterSensorDescription):
            places = description.places
        if isinstance(description, SensorEntityDescription):
            unit = description.native_unit_of_measurement
        shown = shift(value, places)
        if isinstance(shown, float) and shown.is_integer():
            shown = int(shown)
        return f"{shown} {unit}" if unit else str(shown)

    def guess(self, guess: Guess) -> str:
        """Return the sentence about the likely cause why a counter is held back."""
        return self._sentence("selector", f"guess.options.{guess}") or guess

    def _description(self, meter: str, code: str) -> EntityDescription | None:
        """Return how the entity of a value looks."""
        if source := self._board.find_source(entity_key(meter, code)):
            return source.description
        if code in REGISTERS:
            return meter_sensor(code, self._board.meter(meter).medium)
        return None

    def _sentence(self, category: str, place: str) -> str | None:
        """Return a sentence of our translations."""
        known = async_get_cached_translations(
            self._hass, self._hass.config.language, category, DOMAIN
        )
        return known.get(f"component.{DOMAIN}.{category}.{place}")
