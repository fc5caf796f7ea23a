"""Translate a bridge's errors into those of Home Assistant, which owners read."""

from collections.abc import Iterator
from contextlib import contextmanager

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .bridges.errors import BridgeAuthError, BridgeError, BridgeRefusedError
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


@contextmanager
def errors_shown(hass: HomeAssistant, entry: ConfigEntry) -> Iterator[None]:
    """Show a bridge's error to whoever has asked the bridge for something.

    Where it refused the login, also ask the owner for another one.
    """
    try:
        yield
    except BridgeError as error:
        if isinstance(error, BridgeAuthError):
            entry.async_start_reauth(hass)
        raise translated(HomeAssistantError, error) from error
