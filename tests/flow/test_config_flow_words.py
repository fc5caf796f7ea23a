"""The config flow has words for everything that it can answer."""

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
    """Return the translation keys of an error and of its subclasses."""
    return {kind.translation_key}.union(*map(reasons, kind.__subclasses__()))


def test_words_for_every_error() -> None:
    """Every error and abort of the flow has its words, and there are no others."""
    errors = reasons(BridgeError)
    assert WORDS["exceptions"].keys() >= errors
    # Only entities and actions of a loaded entry raise these.
    errors -= {
        *("no_broker", "no_way_left", "not_accepted", "not_moved", "not_offered"),
        *("not_there", "not_updated", "scan_failed", "unfit_fields", "unresolved"),
        "unusable_file",
    }
    words: dict[str, Any] = WORDS["config"]
    # Nobody can correct an unknown kind in a form: the flow aborts.
    assert words["error"].keys() == errors - {"unknown_kind"} | {
        *("invalid_host", "none_recognised")
    }
    # A discovery aborts with what the probe raises. The probe looks up no name,
    # verifies no certificate, sends no password and
    # compares with no entry, and a bridge that asks for a login is offered. The words
    # for the other ends are Home Assistant's own only from 2026.10 on.
    unreachable = {
        *("clear_password", "invalid_auth", "wrong_bridge", "changed_certificate"),
        *("unknown_host", "bad_certificate"),
    }
    assert words["abort"].keys() == (errors - unreachable) | {
        *("already_configured", "already_in_progress"),
        *("reauth_successful", "reconfigure_successful"),
    }
