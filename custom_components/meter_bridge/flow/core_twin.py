"""Whether an integration of Home Assistant's own has a device already."""

from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant

from ..bridges.contract import Identity
from ..bridges.transport.address import parse_address
from .probe import Kind


def has_twin(
    hass: HomeAssistant, bridge: Kind, identity: Identity | None, host: str
) -> bool:
    """Tell whether it reads the bridge that has shown who it is, or is at this host."""
    if bridge.core_twin is None:
        return False
    ids = {identity.serial, *identity.also} if identity else set()
    return any(
        entry.unique_id in ids or _is_same(entry.data.get(CONF_HOST, ""), host)
        for entry in hass.config_entries.async_entries(
            bridge.core_twin, include_ignore=False, include_disabled=False
        )
    )


def _is_same(other: str, host: str) -> bool:
    """Tell whether another integration's host is this one, by whichever scheme."""
    try:
        theirs = parse_address(other)
    except ValueError:
        return False
    ours = parse_address(host)
    return (theirs.host, theirs.port) == (ours.host, ours.port)
