"""All languages have the same sentences, and all texts for users are translated."""

from collections.abc import Iterator
import json
from pathlib import Path
import re

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.errors import (
    BridgeError,
    BridgeRefusedError,
)
from custom_components.meter_bridge.bridges.snapshot import Medium
from custom_components.meter_bridge.messages import translated
from custom_components.meter_bridge.values.sources import (
    BRIDGE_CONNECTION,
    METER_CONNECTION,
)
from scripts.check.translations import sentences
from scripts.check.words import placeholders
from tests.support.user_texts import LETTER, user_sentences, user_texts

FOLDER = Path(__file__).parents[2] / "custom_components" / "meter_bridge"
LANGUAGES = {"de", "en", "fi", "fr", "it", "nl", "pl", "sv"}
FILES = {path.stem: path for path in (FOLDER / "translations").glob("*.json")}

# Names, units and abbreviations that are not translated.
_NAMES = {
    *("MQTT", "OK", "PIN", "Plus", "Pro", "Solar Manager", "Stromkonto", "Wi-Fi"),
    *("Ethernet", "M-Bus", "MEP", "P1", "TTL", "myStrom"),
}
# Words that a language shares with English.
_SAME = {
    "de": {"Backup", "Bridges", "Gas", "Host", "Software", "Version", "Watchdog"},
    "fi": set[str](),
    "fr": {
        *("Action", "Licence", "Options", "Service", "Version", "Volume"),
        "Watchdog",
    },
    "it": {"Backup", "Gas", "Host", "Password", "Software", "Volume", "Watchdog"},
    "nl": {
        *("Adapters", "Bridges", "Gas", "Host", "Registers", "Software", "Volume"),
        *("{register} volume", "Water"),
    },
    "pl": {"Host"},
    "sv": {"Gas", "Tariff 1", "Tariff 2", "Tariff 3", "Tariff 4", "Version"},
}


def texts_of(language: str) -> dict[str, str]:
    """Return all sentences of a language by place."""
    return dict(sentences(json.loads(FILES[language].read_text(encoding="utf-8"))))


def leftovers(
    english: dict[str, str], other: dict[str, str], same: set[str]
) -> list[str]:
    """Return the places where another language has English words."""
    return [
        place
        for place, sentence in other.items()
        if sentence == english.get(place)
        and sentence not in same
        and LETTER.search(re.sub(r"{\w*}", "", sentence))
    ]


def kinds_of(error: type[BridgeError]) -> Iterator[type[BridgeError]]:
    """Yield an error class and all of its subclasses."""
    yield error
    for kind in error.__subclasses__():
        yield from kinds_of(kind)


def test_languages() -> None:
    """The translations are those of `LANGUAGES`."""
    assert FILES.keys() == LANGUAGES


@pytest.mark.parametrize("language", sorted(FILES))
def test_language_is_complete(language: str) -> None:
    """A language has the same sentences as English, with the same placeholders."""
    english, other = texts_of("en"), texts_of(language)
    assert other.keys() == english.keys()
    assert all(other.values())
    for place, sentence in english.items():
        assert placeholders(other[place]) == placeholders(sentence), place


@pytest.mark.parametrize("language", sorted(FILES.keys() - {"en"}))
def test_language_is_translated(language: str) -> None:
    """A language has no English words, except shared ones and names."""
    assert leftovers(texts_of("en"), texts_of(language), _NAMES | _SAME[language]) == []


def test_english_words_are_found() -> None:
    """English words are found; names and placeholders are not taken for such."""
    english = {"a": "Power", "b": "Wi-Fi", "c": "{name} {phase}", "d": "Energy"}
    other = {"a": "Power", "b": "Wi-Fi", "c": "{name} {phase}", "d": "Energie"}
    assert leftovers(english, other, {"Wi-Fi"}) == ["a"]


@pytest.mark.parametrize(
    "path", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.stem
)
def test_no_words_outside_the_translations(path: Path) -> None:
    """Modules contain no texts for users, only translation keys."""
    source = path.read_text(encoding="utf-8")
    assert list(user_texts(source)) == []
    assert list(user_sentences(source)) == []


@pytest.mark.parametrize(
    "source",
    [
        "raise HomeAssistantError",
        "raise UpdateFailed('No answer')",
        "raise exceptions.ConfigEntryNotReady(f'No {host}')",
        "raise HomeAssistantError('No answer', translation_key='a')",
        "ServiceValidationError(translation_domain=DOMAIN)",
        "BridgeSensor(key='power', name='Power')",
        "DeviceInfo(name=f'{title} meter')",
        "async_create_entry(title='Bridge')",
        "SelectOptionDict(value=AUTO, label='Automatic')",
        "class Entity:\n    _attr_name = 'Power'",
        "class Entity:\n    _attr_release_summary = 'Mends much'",
        "async def async_release_notes(self):\n    return 'Mends much'",
        "def title(self):\n    return f'Firmware {self.version}'",
        "async_abort(reason='No answer')",
        "async_show_form(step_id='user', errors={'base': 'No answer'})",
        "async_show_form(description_placeholders={'name': f'{kind} in the cellar'})",
        "HomeAssistantError(translation_key='a', translation_placeholders={'b': 'No'})",
        "raise BridgeRefusedError('failed')",
        "raise BridgeRefusedError(answer or f'No {word}')",
        "raise probatio.Invalid('a piece is too long')",
    ],
)
def test_words_are_found(source: str) -> None:
    """Texts for users in a module are found in every form."""
    assert list(user_texts(source))


@pytest.mark.parametrize(
    "source",
    [
        "HomeAssistantError(translation_domain=DOMAIN, translation_key='a')",
        "BridgeType(key='iometer', name='IOmeter')",
        "Kind(name='apparent_power')",
        "DeviceInfo(name=entry.title)",
        "DeviceInfo(name=f'{title} {number}')",
        "LOGGER.debug('No answer')",
        "BridgeConnectionError('No answer')",
        "BridgeRefusedError(' '.join([failure, *words]))",
        "async_abort(reason='cannot_connect')",
        "async_show_form(errors={'base': error.translation_key})",
        "def name(self):\n    return self.title",
    ],
)
def test_what_is_not_shown_is_fine(source: str) -> None:
    """Keys, names and texts for the log are no texts for users."""
    assert list(user_texts(source)) == []


@pytest.mark.parametrize("kind", sorted(set(kinds_of(BridgeError)), key=str))
def test_only_a_bridge_speaks_for_itself(kind: type[BridgeError]) -> None:
    """The text of an error is for the log; users see its translation.

    Only the translation of a refusal contains a text: the bridge's own, or names.
    """
    shown = translated(HomeAssistantError, kind("Our own words"))
    is_own = issubclass(kind, BridgeRefusedError)
    assert shown.translation_key == kind.translation_key
    assert shown.translation_placeholders == (
        {"reason": "Our own words"} if is_own else None
    )
    sentence = texts_of("en")[f"exceptions.{kind.translation_key}.message"]
    assert placeholders(sentence) == ({"reason"} if is_own else set())


@pytest.mark.parametrize(
    "source",
    [
        "TOO_LONG = 'a piece is too long'",
        "notify(hass, 'No answer from the bridge')",
        "words = {'base': f'{name}, which is silent, has been'}",
    ],
)
def test_prose_is_found(source: str) -> None:
    """A sentence is found anywhere in a module."""
    assert list(user_sentences(source))


@pytest.mark.parametrize(
    "source",
    [
        "'What this module is for.'",
        "LOGGER.debug('%s: no news of updates', name)",
        "raise BridgeConnectionError('The bridge takes too long')",
        "entry.async_create_background_task(hass, run(), f'{name} update check')",
        "MODEL = 'Octopus Home Pro'",
    ],
)
def test_what_is_for_the_log_is_no_prose(source: str) -> None:
    """Docstrings, texts for the log and names are no sentences for users."""
    assert list(user_sentences(source)) == []


def test_all_that_is_named_has_its_words() -> None:
    """Devices, updates, connections and actions have translations, and only these."""
    words = json.loads(FILES["en"].read_text(encoding="utf-8"))
    assert words["device"].keys() == {f"{medium}_meter" for medium in Medium}
    bridges = BRIDGES.values()
    actions = {action.key: action for it in bridges for action in it.actions}
    fields = {
        key: {ATTR_DEVICE_ID, *(str(field.schema) for field in action.fields)}
        for key, action in actions.items()
    }
    fields["import_history"] = {ATTR_DEVICE_ID, "start", "end", "cancel"}
    fields["undo_import"] = {ATTR_DEVICE_ID}
    services = words["services"].items()
    assert {key: each["fields"].keys() for key, each in services} == fields
    updates = [update for it in bridges for update in it.updates]
    assert all(update.device_class or update.translation_key for update in updates)
    named = {update.translation_key for update in updates} - {None}
    assert words["entity"].get("update", {}).keys() == named
    for link in (METER_CONNECTION, BRIDGE_CONNECTION):
        assert words["entity"]["binary_sensor"][link.translation_key]["name"]


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_forms_speak_only_of_what_may_be_there(language: str) -> None:
    """No form of every kind speaks of gas or water, nor of streams."""
    texts = texts_of(language)
    foreign = re.compile(
        r"\b(gas|gaz|kaasu|water|wasser|vatten|acqua|vesi|wod[ay]|eau)", re.IGNORECASE
    )
    energy = {
        place: text
        for place, text in texts.items()
        if re.match(r"(config|options)\.step\.energy", place)
    }
    assert len(energy) > 10
    assert {place for place, text in energy.items() if foreign.search(text)} == set()
    streams = re.compile(
        r"stream|push|datenstrom|datavirta|dataström|flux|flusso|strumie", re.IGNORECASE
    )
    options = {
        place: text
        for place, text in texts.items()
        if place.startswith("options.step.init.")
    }
    assert {place for place, text in options.items() if streams.search(text)} == set()


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_form_says_which_bridge_it_is_about(language: str) -> None:
    """Logging in again and reconfiguring name the bridge, and where it is now."""
    texts = texts_of(language)
    for step in ("reauth_confirm", "reconfigure"):
        place = f"config.step.{step}"
        assert "{name}" in texts[f"{place}.title"]
        assert {"{name}", "{host}"} <= set(
            re.findall(r"\{\w+\}", texts[f"{place}.description"])
        )


def test_the_consumption_level_has_a_name_of_its_own() -> None:
    """An owner reads of a level of consumption, in each language."""
    names = {
        language: texts_of(language)["entity.sensor.ambient_consumption.name"]
        for language in LANGUAGES
    }
    assert names["en"] == "Consumption level"
    assert names["de"] == "Verbrauchsniveau"
    assert len(set(names.values())) == len(LANGUAGES)


def test_german_says_du() -> None:
    """German owners are addressed as Home Assistant does, throughout."""
    formal = re.compile(r"\b(Sie (können|es|die)|[a-zäöü]+en Sie|Ihnen|Ihre[nmrs]?\b)")
    assert {
        place: text
        for place, text in texts_of("de").items()
        if formal.search(text) and not re.search(r"[.:] Ihre? ", text)
    } == {}
