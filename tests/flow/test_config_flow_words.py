"""The words of what a flow can answer."""

import json
from pathlib import Path
from typing import Any

from custom_components.meter_bridge.bridges.errors import BridgeError

WORDS = json.loads(
    (
        Path(__file__).parents[2]
        / "custom_components/meter_bridge/translations/en.json"
    ).read_text()
)


def reasons(kind: type[BridgeError]) -> set[str]:
    """Return the names of an error and of all that derive from it."""
    return {kind.translation_key}.union(*map(reasons, kind.__subclasses__()))


def test_words_for_every_error() -> None:
    """Whatever a flow can answer has its words, and no words are left over."""
    errors = reasons(BridgeError)
    assert WORDS["exceptions"].keys() >= errors
    # These come only of what an owner asks of a bridge that is set up.
    errors -= {"not_updated", "unfit_fields"}
    words: dict[str, Any] = WORDS["config"]
    assert words["error"].keys() == errors | {"invalid_host"}
    # A discovery aborts with what recognising raises. It knows no entry that it could
    # mistake, and who asks for a login is offered. Home Assistant has the words for the
    # success of a flow, and for two flows at once.
    unreachable = {"clear_password", "invalid_auth", "wrong_bridge"}
    assert words["abort"].keys() == (errors - unreachable) | {"already_configured"}
