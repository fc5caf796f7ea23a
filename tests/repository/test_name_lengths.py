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

from custom_components.meter_bridge.binary_sensor import BRIDGE_CONNECTION
from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.obis import REGISTERS
from custom_components.meter_bridge.values.meter_sensors import meter_sensor
from custom_components.meter_bridge.values.sources import METER_CONNECTION
from scripts.check.translations import sentences

FOLDER = Path(__file__).parents[2] / "custom_components" / "meter_bridge"
LANGUAGES = sorted(path.stem for path in (FOLDER / "translations").glob("*.json"))
CORE = Path(components.__path__[0])

# What a card shows of an entity's name, and the repairs of a title beside the name.
SHOWN_OF_ENTITY, SHOWN_OF_TITLE = 24, 28


@cache
def said(folder: Path, language: str) -> dict[str, str]:
    """Return every sentence of ours, or of a part of Home Assistant, by its place."""
    path = folder / "translations" / f"{language}.json"
    return dict(sentences(json.loads(path.read_text(encoding="utf-8"))))


def descriptions(key: str) -> Iterator[tuple[Platform, EntityDescription]]:
    """Yield all that a kind of bridge can have, whichever registers its meters send.

    The registers of an eGauge are left out: their owner named them.
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
    """Return what an entity is called; without a key of ours, by its device class."""
    if key := description.translation_key:
        text = said(FOLDER, language)[f"entity.{platform}.{key}.name"]
        return text.format(**(description.translation_placeholders or {}))
    device_class = description.device_class
    return said(CORE / platform, language)[f"entity_component.{device_class}.name"]


def alike(names: Iterable[str]) -> list[list[str]]:
    """Return the names that are the same as far as they are shown."""
    shown = defaultdict(list)
    for each in sorted(names):
        shown[each[:SHOWN_OF_ENTITY]].append(each)
    return [found for found in shown.values() if len(found) > 1]


@pytest.mark.parametrize("key", sorted(BRIDGES))
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_names_look_the_same(language: str, key: str) -> None:
    """No two entities of a bridge have names that are cut until they are equal."""
    found = defaultdict(set)
    for platform, description in descriptions(key):
        found[name(language, platform, description)].add((platform, description.key))
    assert alike(found) == []
    assert [shown for shown, entities in found.items() if len(entities) > 1] == []


def test_names_that_look_the_same_are_found() -> None:
    """The end of a name does not tell two apart, its beginning does."""
    beginning = "x" * SHOWN_OF_ENTITY
    assert alike({f"{beginning} L1", f"{beginning} L2", "a", "b"}) == [
        [f"{beginning} L1", f"{beginning} L2"]
    ]
    assert alike({f"L1{beginning}", f"L2{beginning}"}) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_of_repairs_are_short(language: str) -> None:
    """A repair says first whose it is, then briefly what is wrong; so does its form."""
    ours = said(FOLDER, language)
    titles = [place for place in ours if re.fullmatch(r"issues\.\w+\.title", place)]
    assert titles
    for place in titles:
        title, form = ours[place], place.replace("title", "fix_flow.step.confirm")
        assert re.match(r"{name}\N{NO-BREAK SPACE}?: ", title), place
        assert len(title.removeprefix("{name}")) <= SHOWN_OF_TITLE, place
        assert ours[f"{form}.title"] == title
        assert ours[f"{form}.submit"]
