"""Check single keys and sentences of translation and icon files."""

import re
from string import Formatter

from probatio import Invalid

from .repository import Json

_KEY = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
_SLUG = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
_ICON = re.compile(r"mdi:[a-z0-9]+(-[a-z0-9]+)*")
_FORBIDDEN = {
    "HTML": re.compile(r"<[a-z].*?>", re.IGNORECASE | re.DOTALL),
    "a URL, which belongs into a placeholder": re.compile(
        r"\b(?:[a-z][a-z0-9]*://\S|www\.[a-z0-9])", re.IGNORECASE
    ),
    # hassfest refuses quotes around a placeholder; the front end stops at any quote.
    "single quotes at a placeholder, which leave it as it is": re.compile(r"'[{}]"),
    "a reference, which only core resolves": re.compile(r"\[%|%\]"),
}


def placeholders(sentence: str) -> set[str]:
    """Return the names of a sentence's placeholders."""
    try:
        return {name for _, name, _, _ in Formatter().parse(sentence) if name}
    except ValueError:
        return set()


def text(value: Json) -> str:
    """Accept a sentence that Home Assistant can show."""
    if not isinstance(value, str):
        raise Invalid("is not text")
    if not value or value != value.strip():
        raise Invalid("is empty or has a space at an end")
    for what, pattern in _FORBIDDEN.items():
        if pattern.search(value):
            raise Invalid(f"holds {what}")
    try:
        names = [name for _, name, _, _ in Formatter().parse(value) if name is not None]
    except ValueError as err:
        raise Invalid(f"has a broken placeholder: {err}") from err
    for name in names:
        if not name.isidentifier():
            raise Invalid(f"has a placeholder {{{name}}} that is no identifier")
    return value


def fixed_text(value: Json) -> str:
    """Accept a sentence where Home Assistant fills in no placeholder."""
    sentence = text(value)
    if placeholders(sentence):
        raise Invalid("has a placeholder where none is filled in")
    return sentence


def key(value: Json) -> str:
    """Accept a translation key."""
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise Invalid("is no translation key: a-z, 0-9, single inner - and _")
    return value


def slug(value: Json) -> str:
    """Accept the name of a domain, an action, an exception or a selector."""
    if not isinstance(value, str) or not _SLUG.fullmatch(value):
        raise Invalid("is no slug: a-z, 0-9, single inner _")
    return value


def icon(value: Json) -> str:
    """Accept the name of a Material Design icon."""
    if not isinstance(value, str) or not _ICON.fullmatch(value):
        raise Invalid("is no icon: mdi:name-of-icon")
    return value


def find(content: Json, place: tuple[str, ...]) -> dict[str, Json]:
    """Return the object at a place, an empty one if there is none."""
    for name in place:
        content = content.get(name) if isinstance(content, dict) else None
    return content if isinstance(content, dict) else {}
