"""Reach the bridge of an entry, or find out which bridge answers at an address."""

import asyncio
from collections.abc import AsyncIterator, Container, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import chain, count
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

from ..bridges import Kind
from ..bridges.client import Access, Client, Identity
from ..bridges.errors import (
    BridgeAuthError,
    BridgeConnectionError,
    BridgeError,
    BridgePermissionError,
    BridgeResponseError,
    WrongBridgeError,
)
from ..bridges.snapshot import Snapshot
from ..bridges.transport.address import parse_address
from ..bridges.words import short_key, words
from ..const import CONF_ANNOUNCED, CONF_PINNED, CONF_ROLES
from ..redaction import is_identifying

# Failures by what they tell, least first: no answer, a refusal (any web server may
# refuse a path that it does not know), a wrong answer. All other errors tell more: a
# client raises them only where its own kind of bridge answers.
_LEAST_TELLING = (BridgeConnectionError, BridgePermissionError, BridgeResponseError)


# The owner waits for a form, which appears without an answer, too.
SNAPSHOT_SECONDS = 10.0


@asynccontextmanager
async def in_time(seconds: float) -> AsyncIterator[None]:
    """Limit all requests in the block to so many seconds together."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise BridgeConnectionError("The bridge takes too long") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A bridge that answers as its kind does; identity None: it wants a login first."""

    bridge: Kind
    identity: Identity | None


def connect(
    hass: HomeAssistant,
    bridge: Kind,
    data: Mapping[str, Any],
    *,
    is_typed: bool = False,
    options: Mapping[str, Any] | None = None,
) -> Client[Any]:
    """Return a client for the data of an entry or a form; nothing is sent yet.

    Where the data say that the host was only announced, no password goes there in the
    clear. `is_typed` if the owner has just typed the password.
    """
    chosen = options or {}
    verify_ssl = data.get(CONF_VERIFY_SSL, False)
    access = Access(
        address=parse_address(data[CONF_HOST]),
        username=data.get(CONF_USERNAME, ""),
        password=data.get(CONF_PASSWORD, ""),
        verify_ssl=verify_ssl,
        pinned=data.get(CONF_PINNED, {}),
        is_announced=data.get(CONF_ANNOUNCED, False),
        is_typed=is_typed,
        options={
            option.key: chosen.get(option.key, option.default)
            for option in bridge.options
        },
        answers=chosen.get(CONF_ROLES, {}),
    )
    client: Client[Any] = bridge.connect(
        access, async_get_clientsession(hass, verify_ssl=verify_ssl)
    )
    return client


def unique_id(bridge: Kind, serial: str) -> str:
    """Return the unique id of a bridge's entry, with which all its other ids begin."""
    return f"{bridge.key}_{short_key(serial)}"


def unique_ids(bridge: Kind, identity: Identity) -> set[str]:
    """Return all unique ids that the entry of this bridge may have.

    Earlier versions did not cut long ones.
    """
    return {
        each
        for serial in (identity.serial, *identity.also)
        for each in (unique_id(bridge, serial), f"{bridge.key}_{serial}")
    }


def entry_title(bridge: Kind, identity: Identity, taken: Container[str]) -> str:
    """Return a title for the entry: the device's own name, else the kind's.

    A name that contains an id is not used. A taken title gets the next number.
    """
    ids = (identity.serial, *identity.also, identity.mac or "")
    name = words(identity.name or "")
    if not name or is_identifying(name, ids):
        name = bridge.name
    numbered = chain([name], (f"{name} {number}" for number in count(2)))
    return next(title for title in numbered if title not in taken)


def data_at(
    data: Mapping[str, Any], host: str, *, is_announced: bool
) -> dict[str, Any]:
    """Return an entry's data for another address, noting whether it is announced."""
    placed = {**data, CONF_HOST: host, CONF_ANNOUNCED: True}
    if not is_announced:
        del placed[CONF_ANNOUNCED]
    return placed


def data_to_keep(data: Mapping[str, Any], identity: Identity) -> dict[str, Any]:
    """Return data to keep in an entry, with what the bridge has shown (`pinned`).

    A password that the device has not asked for is not kept: whoever asks for it later,
    in whatever way, would get it.
    """
    stored = {**data, CONF_PINNED: dict(identity.pinned)}
    if not identity.pinned:
        stored.pop(CONF_PASSWORD, None)
    return stored


async def current_snapshot(client: Client[Any]) -> Snapshot[Any] | None:
    """Return a snapshot of a bridge; None if it does not answer in time."""
    try:
        async with in_time(SNAPSHOT_SECONDS):
            return await client.fetch()
    except BridgeError:
        return None


async def identify(client: Client[Any], entry: ConfigEntry, bridge: Kind) -> Identity:
    """Identify who answers; raise WrongBridgeError if it is not the entry's bridge."""
    identity = await client.identify()
    if entry.unique_id not in unique_ids(bridge, identity):
        raise WrongBridgeError("Another bridge answers at this address")
    return identity


async def probe(hass: HomeAssistant, host: str, kinds: Iterable[Kind]) -> Found:
    """Try all these kinds at once; return the first that answers as its kind does.

    If none does, raise the failure that tells most.
    """
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
    raise max(failures, key=_rank)


def _rank(failure: BridgeError) -> int:
    """Rank a failure by how much it tells about what is at the address."""
    kind = type(failure)
    return _LEAST_TELLING.index(kind) if kind in _LEAST_TELLING else len(_LEAST_TELLING)


async def _identify(hass: HomeAssistant, bridge: Kind, host: str) -> Found:
    """Try one kind of bridge."""
    try:
        async with in_time(bridge.setup_seconds):
            identity = await connect(hass, bridge, {CONF_HOST: host}).identify()
    except BridgeAuthError:
        identity = None
    return Found(bridge=bridge, identity=identity)
