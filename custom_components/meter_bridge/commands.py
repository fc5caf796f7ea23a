"""Tell a bridge to do something: the bridge itself, and nobody else at its address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .bridges.client import Client
from .bridges.errors import BridgeAuthError, BridgeError
from .coordinator import MeterBridgeEntry
from .messages import translated


@asynccontextmanager
async def telling(
    hass: HomeAssistant, entry: MeterBridgeEntry
) -> AsyncIterator[Client[Any]]:
    """Yield the client for a command, once the bridge has shown which one it is.

    A failure is shown to whoever gave the command. Where the bridge refused the login,
    also ask the owner for another one.
    """
    try:
        yield await entry.runtime_data.recognise()
    except BridgeError as error:
        if isinstance(error, BridgeAuthError):
            entry.async_start_reauth(hass)
        raise translated(HomeAssistantError, error) from error
