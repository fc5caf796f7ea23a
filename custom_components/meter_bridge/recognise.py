"""Reaching bridges: the one of an entry, and whichever answers at an address."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import (
    CONF_HOST,
    CONF_PASSWORD,
    CONF_USERNAME,
    CONF_VERIFY_SSL,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .bridges.address import parse_address
from .bridges.contract import Access, BridgeType, Client, Identity
from .bridges.errors import (
    BridgeAuthError,
    BridgeConnectionError,
    BridgeError,
    BridgeResponseError,
)
from .const import CONF_PINNED

type Kind = BridgeType[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A bridge that answered in character; without identity it wants a login first."""

    bridge: Kind
    identity: Identity | None


def connect(
    hass: HomeAssistant,
    bridge: Kind,
    data: Mapping[str, Any],
    *,
    hearsay: bool = False,
) -> Client[Any]:
    """Return the client for what an entry or a form holds; nothing is sent yet."""
    verify_ssl = data.get(CONF_VERIFY_SSL, False)
    access = Access(
        address=parse_address(data[CONF_HOST]),
        username=data.get(CONF_USERNAME, ""),
        password=data.get(CONF_PASSWORD, ""),
        verify_ssl=verify_ssl,
        pinned=data.get(CONF_PINNED, {}),
        hearsay=hearsay,
    )
    client: Client[Any] = bridge.connect(
        access, async_get_clientsession(hass, verify_ssl=verify_ssl)
    )
    return client


def unique_id(bridge: Kind, serial: str) -> str:
    """Return the unique id of a bridge's entry."""
    return f"{bridge.key}_{serial}"


def unique_ids(bridge: Kind, identity: Identity) -> set[str]:
    """Return every unique id under which an entry may know this bridge."""
    return {unique_id(bridge, serial) for serial in (identity.serial, *identity.also)}


async def is_entry_at(
    hass: HomeAssistant, entry: ConfigEntry, bridge: Kind, host: str, *, hearsay: bool
) -> bool:
    """Tell whether the bridge of an entry proves itself at this address."""
    client = connect(hass, bridge, {**entry.data, CONF_HOST: host}, hearsay=hearsay)
    try:
        identity = await client.identify()
    except BridgeError:
        return False
    return entry.unique_id in unique_ids(bridge, identity)


async def recognise(hass: HomeAssistant, host: str, kinds: Iterable[Kind]) -> Found:
    """Ask all kinds at once; return the first that answers in character."""
    tasks = [asyncio.create_task(_identify(hass, bridge, host)) for bridge in kinds]
    error: BridgeError = BridgeConnectionError("Nothing answers at this address")
    try:
        for next_done in asyncio.as_completed(tasks):
            try:
                return await next_done
            except BridgeConnectionError as failure:
                if len(tasks) == 1:
                    error = failure
            except BridgeResponseError as failure:
                error = failure
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    raise error


async def _identify(hass: HomeAssistant, bridge: Kind, host: str) -> Found:
    """Ask for one kind of bridge."""
    try:
        identity = await connect(hass, bridge, {CONF_HOST: host}).identify()
    except BridgeAuthError:
        identity = None
    return Found(bridge=bridge, identity=identity)
