"""Reaching bridges: the one of an entry, and whichever answers at an address."""

import asyncio
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

from homeassistant.const import (
    CONF_HOST,
    CONF_PASSWORD,
    CONF_USERNAME,
    CONF_VERIFY_SSL,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ..bridges.contract import Access, BridgeType, Client, Identity
from ..bridges.errors import (
    BridgeAuthError,
    BridgeConnectionError,
    BridgeError,
    BridgePermissionError,
    BridgeResponseError,
    WrongBridgeError,
)
from ..bridges.transport.address import parse_address
from ..const import CONF_PINNED
from ..coordinator import MeterBridgeEntry
from ..redaction import is_telling

type Kind = BridgeType[Any, Any]

# From silence to strangers, who may well forbid a path that they do not know. Every
# other error is only raised by the kind that is really there.
_TELLING = (BridgeConnectionError, BridgePermissionError, BridgeResponseError)


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
    options: Mapping[str, Any] | None = None,
) -> Client[Any]:
    """Return the client for what an entry or a form holds; nothing is sent yet."""
    chosen = options or {}
    verify_ssl = data.get(CONF_VERIFY_SSL, False)
    access = Access(
        address=parse_address(data[CONF_HOST]),
        username=data.get(CONF_USERNAME, ""),
        password=data.get(CONF_PASSWORD, ""),
        verify_ssl=verify_ssl,
        pinned=data.get(CONF_PINNED, {}),
        hearsay=hearsay,
        options={
            option.key: chosen.get(option.key, option.default)
            for option in bridge.options
        },
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


def entry_title(bridge: Kind, identity: Identity, taken: Container[str]) -> str:
    """Return the name that the owner gave a bridge, else its kind's.

    One that is taken gets the next number.
    """
    ids = (identity.serial, *identity.also, identity.mac or "")
    name = identity.name
    if name is None or is_telling(name, ids):
        name = bridge.name
    numbered = chain([name], (f"{name} {number}" for number in count(2)))
    return next(title for title in numbered if title not in taken)


async def identify(
    client: Client[Any], entry: MeterBridgeEntry, bridge: Kind
) -> Identity:
    """Return who answers, which has to be the bridge of the entry."""
    identity = await client.identify()
    if entry.unique_id not in unique_ids(bridge, identity):
        raise WrongBridgeError("Another bridge answers at this address")
    return identity


async def has_moved(
    hass: HomeAssistant, entry: MeterBridgeEntry, bridge: Kind, host: str
) -> bool:
    """Tell whether an entry's bridge is gone from its address and proves itself here.

    It is not gone while it answers there, whatever was announced.
    """
    try:
        return not await _is_entry(
            entry, bridge, connect(hass, bridge, entry.data)
        ) and await _is_entry(
            entry,
            bridge,
            connect(hass, bridge, {**entry.data, CONF_HOST: host}, hearsay=True),
        )
    except BridgeAuthError:
        # At the old address this may be the bridge with another password; at the new
        # one nothing is proved.
        return False


async def _is_entry(entry: MeterBridgeEntry, bridge: Kind, client: Client[Any]) -> bool:
    """Tell whether the bridge of an entry proves itself to this client."""
    try:
        await identify(client, entry, bridge)
    except BridgeAuthError:
        raise
    except BridgeError:
        return False
    return True


async def recognise(hass: HomeAssistant, host: str, kinds: Iterable[Kind]) -> Found:
    """Ask all kinds at once; return the first that answers in character."""
    tasks = [asyncio.create_task(_identify(hass, bridge, host)) for bridge in kinds]
    failures: list[BridgeError] = []
    try:
        for next_done in asyncio.as_completed(tasks):
            try:
                return await next_done
            except BridgeError as failure:
                failures.append(failure)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    raise max(failures, key=_telling)


def _telling(failure: BridgeError) -> int:
    """Return how much a failure tells about who is there."""
    kind = type(failure)
    return _TELLING.index(kind) if kind in _TELLING else len(_TELLING)


async def _identify(hass: HomeAssistant, bridge: Kind, host: str) -> Found:
    """Ask for one kind of bridge."""
    try:
        identity = await connect(hass, bridge, {CONF_HOST: host}).identify()
    except BridgeAuthError:
        identity = None
    return Found(bridge=bridge, identity=identity)
