"""Names fit where the front end cuts them, in every language."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
import json
from pathlib import Path
import re

from homeassistant import components
from homeassistant.const import Platform
from homeassistant.helpers.entity import EntityDescription
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.obis import REGISTERS
from custom_components.meter_bridge.values.meter_sensors import meter_sensor
from custom_components.meter_bridge.values.sources import (
    BRIDGE_CONNECTION,
    METER_CONNECTION,
)
from scripts.check.translations import sentences

FOLDER = Path(__file__).parents[2] / "custom_components" / "meter_bridge"
LANGUAGES = sorted(path.stem for path in (FOLDER / "translations").glob("*.json"))
CORE = Path(components.__path__[0])

# Characters of an entity's name that a card shows, and of a repair's title beside the
# name of the bridge.
SHOWN_OF_ENTITY, SHOWN_OF_TITLE = 24, 28


@cache
def texts_of(folder: Path, language: str) -> dict[str, str]:
    """Return all sentences, ours or of an integration of Home Assistant, by place."""
    path = folder / "translations" / f"{language}.json"
    return dict(sentences(json.loads(path.read_text(encoding="utf-8"))))


def descriptions(key: str) -> Iterator[tuple[Platform, EntityDescription]]:
    """Yield all entities that a kind of bridge can have, with all registers.

    The registers of an eGauge are left out: their names are the owner's.
    """
    bridge = BRIDGES[key]
    for medium in bridge.media:
        for code in REGISTERS:
            yield Platform.SENSOR, meter_sensor(code, medium)
    for sensor in bridge.sensors:
        yield Platform.SENSOR, sensor
    for binary in (*bridge.binary_sensors, METER_CONNECTION, BRIDGE_CONNECTION):
        yield Platform.BINARY_SENSOR, binary
    for button in bridge.buttons:
        yield Platform.BUTTON, button
    for update in bridge.updates:
        yield Platform.UPDATE, update


def name(language: str, platform: Platform, description: EntityDescription) -> str:
    """Return the name of an entity; without a translation key, that of its class."""
    if key := description.translation_key:
        text = texts_of(FOLDER, language)[f"entity.{platform}.{key}.name"]
        return text.format(**(description.translation_placeholders or {}))
    device_class = description.device_class
    return texts_of(CORE / platform, language)[f"entity_component.{device_class}.name"]


def alike(names: Iterable[str]) -> list[list[str]]:
    """Return the names whose shown part is the same."""
    shown = defaultdict(list)
    for each in sorted(names):
        shown[each[:SHOWN_OF_ENTITY]].append(each)
    return [found for found in shown.values() if len(found) > 1]


@pytest.mark.parametrize("key", sorted(BRIDGES))
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_names_look_the_same(language: str, key: str) -> None:
    """No two entities of a bridge have the same name once the names are cut."""
    found = defaultdict(set)
    for platform, description in descriptions(key):
        found[name(language, platform, description)].add((platform, description.key))
    assert alike(found) == []
    assert [shown for shown, entities in found.items() if len(entities) > 1] == []


def test_names_that_look_the_same_are_found() -> None:
    """Names that differ only at their end are found, others are not."""
    beginning = "x" * SHOWN_OF_ENTITY
    assert alike({f"{beginning} L1", f"{beginning} L2", "a", "b"}) == [
        [f"{beginning} L1", f"{beginning} L2"]
    ]
    assert alike({f"L1{beginning}", f"L2{beginning}"}) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_of_repairs_are_short(language: str) -> None:
    """A repair's title has the name, then a short text; so has that of its form."""
    ours = texts_of(FOLDER, language)
    titles = [place for place in ours if re.fullmatch(r"issues\.\w+\.title", place)]
    assert titles
    for place in titles:
        title, form = ours[place], place.replace("title", "fix_flow.step.confirm")
        assert re.match(r"{name}\N{NO-BREAK SPACE}?: ", title), place
        assert len(title.removeprefix("{name}")) <= SHOWN_OF_TITLE, place
        assert ours[f"{form}.title"] == title
        assert ours[f"{form}.submit"]
