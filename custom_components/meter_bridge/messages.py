"""A bridge's errors in the words of Home Assistant."""

from homeassistant.exceptions import HomeAssistantError

from .bridges.errors import BridgeError
from .const import DOMAIN


def translated[E: HomeAssistantError](kind: type[E], error: BridgeError) -> E:
    """Return an exception that shows the owner what went wrong, in their language."""
    return kind(
        translation_domain=DOMAIN,
        translation_key=error.translation_key,
        translation_placeholders={"reason": str(error)},
    )
