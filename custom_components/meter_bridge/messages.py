"""A bridge's errors in the words of Home Assistant."""

from homeassistant.exceptions import HomeAssistantError

from .bridges.errors import BridgeError, BridgeRefusedError
from .const import DOMAIN


def translated[E: HomeAssistantError](kind: type[E], error: BridgeError) -> E:
    """Return an exception that shows the owner what went wrong, in their language.

    Only a bridge's own words stand in it as they are.
    """
    own = {"reason": str(error)} if isinstance(error, BridgeRefusedError) else None
    return kind(
        translation_domain=DOMAIN,
        translation_key=error.translation_key,
        translation_placeholders=own,
    )
