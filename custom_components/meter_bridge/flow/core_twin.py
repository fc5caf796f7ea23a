"""Find out whether one of Home Assistant's own integrations reads the same device."""

from homeassistant.core import HomeAssistant

from ..bridges import Kind
from ..bridges.client import Identity
from ..bridges.transport.address import parse_address


def has_core_twin(
    hass: HomeAssistant, bridge: Kind, identity: Identity | None, host: str
) -> bool:
    """Tell whether core's integration has an entry for this device.

    Compare by unique id once the device has shown its identity, and by address.
    """
    twin = bridge.core_twin
    if twin is None:
        return False
    unique_id = identity and twin.unique_id_fn(identity)
    return any(
        (unique_id is not None and entry.unique_id == unique_id)
        or _is_same_address(entry.data.get(twin.address_key, ""), host)
        for entry in hass.config_entries.async_entries(
            twin.domain, include_ignore=False, include_disabled=False
        )
    )


def _is_same_address(theirs: str, ours: str) -> bool:
    """Tell whether two hosts are the same but for the scheme."""
    try:
        their_address = parse_address(theirs)
    except ValueError:
        return False
    our_address = parse_address(ours)
    return (their_address.host, their_address.port) == (
        our_address.host,
        our_address.port,
    )
