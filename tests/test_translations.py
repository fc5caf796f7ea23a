"""Every language says the same, and nothing is said to a person anywhere else."""

import ast
from collections.abc import Iterator
import json
from pathlib import Path
import re

import pytest

from scripts.check.translations import sentences
from scripts.check.words import placeholders

FOLDER = Path(__file__).parents[1] / "custom_components" / "meter_bridge"
LANGUAGES = {"de", "en", "fi", "fr", "it", "nl", "pl", "sv"}
FILES = {path.stem: path for path in (FOLDER / "translations").glob("*.json")}

# Names, units and abbreviations that no language translates.
_NAMES = {
    *("MQTT", "OK", "PIN", "Plus", "Pro", "Solar Manager", "Stromkonto", "Wi-Fi"),
    *("Ethernet", "myStrom"),
}
# Words that are the same in a language as they are in English.
_SAME = {
    "de": {"Backup", "Bridges", "Host", "Software", "Version", "Watchdog"},
    "fi": set[str](),
    "fr": {"Action", "Licence", "Options", "Service", "Version", "Volume"},
    "it": {"Backup", "Host", "Password", "Software", "Volume", "Watchdog"},
    "nl": {
        *("Bridges", "Host", "Registers", "Software", "Volume"),
        "{register} volume",
    },
    "pl": {"Host"},
    "sv": {"Tariff 1", "Tariff 2", "Tariff 3", "Tariff 4", "Version"},
}
_LETTER = re.compile(r"[^\W\d_]")

# What tells a person that something failed.
_EXCEPTIONS = {
    *("ConfigEntryAuthFailed", "ConfigEntryError", "ConfigEntryNotReady"),
    *("HomeAssistantError", "PlatformNotReady", "ServiceValidationError"),
    *("UpdateFailed",),
}
# What Home Assistant shows of what it is given.
_SHOWN = {"label", "message", "name", "notification_title", "title"}
# A kind of bridge is called as its maker calls it.
_NAMED = {"BridgeType"}
_KEY = re.compile(r"[a-z0-9_]*")


def said(language: str) -> dict[str, str]:
    """Return every sentence of a language by its place."""
    return dict(sentences(json.loads(FILES[language].read_text(encoding="utf-8"))))


def leftovers(
    english: dict[str, str], other: dict[str, str], same: set[str]
) -> list[str]:
    """Return the places where another language still speaks English."""
    return [
        place
        for place, sentence in other.items()
        if sentence == english.get(place)
        and sentence not in same
        and _LETTER.search(re.sub(r"{\w*}", "", sentence))
    ]


def spoken(source: str) -> Iterator[int]:
    """Yield the lines of a module that hold words for a person."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(args=args, keywords=keywords):
                name = _name(node.func)
                words = [each.value for each in keywords if each.arg in _SHOWN]
                if name in _EXCEPTIONS:
                    words += args
                    if "translation_key" not in {each.arg for each in keywords}:
                        yield node.lineno
                if name not in _NAMED and any(map(_is_text, words)):
                    yield node.lineno
            case ast.Raise(exc=ast.Name(id=name)) if name in _EXCEPTIONS:
                yield node.lineno
            case ast.Assign(targets=[target], value=value):
                shown = _name(target).removeprefix("_attr_") in _SHOWN
                if _name(target).startswith("_attr_") and shown and _is_text(value):
                    yield node.lineno


def _name(node: ast.expr) -> str:
    """Return the last part of a name."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _is_text(node: ast.expr) -> bool:
    """Tell whether this is text with a letter of our own in it, and no key."""
    match node:
        case ast.Constant(value=str(value)):
            return bool(_LETTER.search(value)) and not _KEY.fullmatch(value)
        case ast.JoinedStr(values=values):
            return any(map(_is_text, values))
        case _:
            return False


def test_languages() -> None:
    """The languages are those that we promise."""
    assert FILES.keys() == LANGUAGES


@pytest.mark.parametrize("language", sorted(FILES))
def test_language_is_complete(language: str) -> None:
    """Each sentence of English is there, filled in by the same, and no other one."""
    english, other = said("en"), said(language)
    assert other.keys() == english.keys()
    assert all(other.values())
    for place, sentence in english.items():
        assert placeholders(other[place]) == placeholders(sentence), place


@pytest.mark.parametrize("language", sorted(FILES.keys() - {"en"}))
def test_language_is_translated(language: str) -> None:
    """Nothing was left in English but what the language has from there, or a name."""
    assert leftovers(said("en"), said(language), _NAMES | _SAME[language]) == []


def test_english_words_are_found() -> None:
    """A word that was left in English is found, a name or a placeholder is none."""
    english = {"a": "Power", "b": "Wi-Fi", "c": "{name} {phase}", "d": "Energy"}
    other = {"a": "Power", "b": "Wi-Fi", "c": "{name} {phase}", "d": "Energie"}
    assert leftovers(english, other, {"Wi-Fi"}) == ["a"]


@pytest.mark.parametrize(
    "path", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.stem
)
def test_no_words_outside_the_translations(path: Path) -> None:
    """A module says nothing to a person but by a key of the translations."""
    assert list(spoken(path.read_text(encoding="utf-8"))) == []


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
    ],
)
def test_words_are_found(source: str) -> None:
    """Words in a module are found, however they are put."""
    assert list(spoken(source))


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
    ],
)
def test_what_is_not_shown_is_fine(source: str) -> None:
    """Keys, names and words for the log are no words for a person."""
    assert list(spoken(source)) == []
