"""Our texts, as the front end shows them."""

import json

from scripts.demo.bridges import DOMAIN
from scripts.demo.home_assistant import REPOSITORY

TRANSLATIONS = REPOSITORY / "custom_components" / DOMAIN / "translations"


class Words:
    """The texts of one language, by their keys."""

    def __init__(self, language: str) -> None:
        """Read the file of a language."""
        self._texts = json.loads((TRANSLATIONS / f"{language}.json").read_text("utf-8"))

    def __call__(self, key: str, **placeholders: str) -> str:
        """Return a text by its key, whose parts are separated by dots."""
        found = self._texts
        for part in key.split("."):
            found = found[part]
        return str(found).format(**placeholders)
