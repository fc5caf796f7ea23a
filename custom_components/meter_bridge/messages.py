"""Translate a bridge's errors into those of Home Assistant, which owners read."""

from homeassistant.exceptions import HomeAssistantError

from .bridges.errors import BridgeError, BridgeRefusedError
from .const import DOMAIN


def translated[E: HomeAssistantError](kind: type[E], error: BridgeError) -> E:
    """Return an exception that tells the owner in their language what went wrong.

    The text of an error is for the log, except where it is the bridge's own reason.
    """
    own = {"reason": str(error)} if isinstance(error, BridgeRefusedError) else None
    return kind(
        translation_domain=DOMAIN,
        translation_key=error.translation_key,
        translation_placeholders=own,
    )
