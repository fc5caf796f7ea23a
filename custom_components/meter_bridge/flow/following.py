"""Follow a bridge to an announced address, once its entry cannot reach it.

Anybody can announce anything. So while an entry reaches its bridge, announcements are
only kept, for an hour: a bridge that moves announces itself once, seconds after it got
its new address, before a poll of the old one fails.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_PASSWORD
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..bridges import Kind
from ..bridges.client import Identity
from ..bridges.errors import BridgeAuthError, BridgeError, NotMovedError
from ..bridges.transport.address import parse_address
from ..const import DOMAIN
from ..issues import report_two_bridges
from .announcement import Announcement
from .probe import connect, data_at, identify, in_time

_KEPT_SECONDS = 3600.0
# How often the known address is asked before its bridge counts as gone, and the pause
# in between.
_TRIES, _PAUSE_SECONDS = 3, 2.0
# How often a bridge is asked at the address that an action gave it, and the time limit.
_MOVE_TRIES, _MOVE_SECONDS = 15, 5.0


@dataclass(slots=True, kw_only=True)
class Followed:
    """The latest announcement of each entry's bridge, and the searches that run.

    Both by the id of the entry; announcements with their time. An entry has one search
    at most.
    """

    latest: dict[str, tuple[float, Announcement]] = field(default_factory=dict)
    searching: set[str] = field(default_factory=set)


FOLLOWED: HassKey[Followed] = HassKey(f"{DOMAIN}_followed")


@callback
def async_hear(
    hass: HomeAssistant, entry: ConfigEntry, announced: Announcement
) -> None:
    """Keep the latest announcement of an entry's bridge."""
    followed = hass.data.setdefault(FOLLOWED, Followed())
    followed.latest[entry.entry_id] = hass.loop.time(), announced


@callback
def async_search(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Try an address announced in the last hour: the entry cannot reach its bridge."""
    followed = hass.data.setdefault(FOLLOWED, Followed())
    if entry.entry_id in followed.searching:
        return
    at_time, announced = followed.latest.pop(entry.entry_id, (0.0, None))
    if announced is None or hass.loop.time() > at_time + _KEPT_SECONDS:
        return
    followed.searching.add(entry.entry_id)

    async def search() -> None:
        try:
            await _look(hass, entry, announced)
        finally:
            followed.searching.discard(entry.entry_id)

    # Not a task of the entry, which may be reloaded meanwhile.
    hass.async_create_background_task(search(), f"{DOMAIN} search")


async def _look(
    hass: HomeAssistant, entry: ConfigEntry, announced: Announcement
) -> None:
    """Give an entry the announced address, if its bridge has really moved there."""
    host = announced.instead_of(entry.data[CONF_HOST])
    if host is None:
        if _is_there(hass, entry) and entry.state is ConfigEntryState.SETUP_RETRY:
            hass.config_entries.async_schedule_reload(entry.entry_id)
        return
    try:
        is_at_home = await _answers_at_home(hass, entry, announced)
        moved = data_at(entry.data, host, is_announced=True)
        identity = await _ask(hass, entry, announced, moved)
    except BridgeError:
        # A login that is refused at the known address may be that of the same bridge
        # with a new password; at the new one it proves nothing.
        return
    if not _is_there(hass, entry):
        return
    if _is_unproved(identity, moved):
        return
    if is_at_home:
        report_two_bridges(hass, entry)
        return
    hass.config_entries.async_update_entry(entry, data=moved)
    hass.config_entries.async_schedule_reload(entry.entry_id)


async def async_move(
    hass: HomeAssistant, entry: ConfigEntry, bridge: Kind, address: str
) -> None:
    """Move an entry to the address that an action gave its bridge.

    NotMovedError: the bridge does not answer there; the entry stays as it is.
    """
    known = parse_address(entry.data[CONF_HOST])
    moved = data_at(entry.data, str(replace(known, host=address)), is_announced=False)
    for _ in range(_MOVE_TRIES):
        try:
            async with in_time(_MOVE_SECONDS):
                client = connect(hass, bridge, moved)
                identity = await identify(client, entry, bridge)
        except BridgeError:
            await asyncio.sleep(_PAUSE_SECONDS)
            continue
        if _is_unproved(identity, moved):
            break
        if moved[CONF_HOST] != entry.data[CONF_HOST] and _is_there(hass, entry):
            hass.config_entries.async_update_entry(entry, data=moved)
            hass.config_entries.async_schedule_reload(entry.entry_id)
        return
    raise NotMovedError("The bridge does not answer at its new address")


async def _answers_at_home(
    hass: HomeAssistant, entry: ConfigEntry, announced: Announcement
) -> bool:
    """Tell whether an entry's bridge answers at the known address, in several tries."""
    for turn in range(_TRIES):
        await asyncio.sleep(_PAUSE_SECONDS * bool(turn))
        try:
            await _ask(hass, entry, announced, entry.data)
        except BridgeAuthError:
            raise
        except BridgeError:
            continue
        return True
    return False


async def _ask(
    hass: HomeAssistant,
    entry: ConfigEntry,
    announced: Announcement,
    data: Mapping[str, Any],
) -> Identity:
    """Identify the device at an address, within the time that this kind may take."""
    async with in_time(announced.bridge.setup_seconds):
        client = connect(hass, announced.bridge, data)
        return await identify(client, entry, announced.bridge)


def _is_unproved(identity: Identity, data: Mapping[str, Any]) -> bool:
    """Tell whether this may be another device than the bridge with the password.

    A device that asks for no password has not proved that it is the protected one.
    """
    return identity.is_open and CONF_PASSWORD in data


def _is_there(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Tell whether an entry still exists: its owner may have removed it."""
    return hass.config_entries.async_get_entry(entry.entry_id) is not None
