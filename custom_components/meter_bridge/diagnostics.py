"""What helps to find a fault, without what tells whose bridge it is."""

from collections.abc import Iterator
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry
import orjson

from .bridges import BRIDGES
from .bridges.snapshot import Reading
from .bridges.transport.address import parse_address
from .bridges.transport.answers import Said
from .const import CONF_BRIDGE, CONF_PINNED, DOMAIN
from .coordinator import MeterBridgeEntry, MeterCoordinator
from .flow.probe import Kind
from .redaction import Redactor
from .values.sources import METER_CONNECTION

_KEYS = {CONF_HOST, CONF_USERNAME, CONF_PASSWORD, "serial", "realm"}
# What any firmware may come to call what is nobody else's business.
_KEYS_OF_ANSWERS = {
    *("ssid", "bssid", "mac", "ip", "address", "addr", "gateway", "dns", "mask"),
    *("hostname", "server", "broker", "url", "uri", "topic", "user", "usr", "login"),
    *("passwd", "pass", "passphrase", "psk", "key", "token", "jwt", "secret"),
    *("credentials", "cookie", "session", "nonce", "hash", "sn", "uuid", "guid"),
    *("eui", "imei", "iccid", "owner", "email", "mail", "phone", "street", "city"),
    *("location", "lat", "lon", "latitude", "longitude"),
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: MeterBridgeEntry
) -> dict[str, Any]:
    """Return what is known of an entry and its bridge."""
    return _diagnostics(entry, None)


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: MeterBridgeEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return what is known of the bridge, or of the one meter that a device is."""
    prefix = f"{entry.unique_id}_"
    for domain, name in device.identifiers:
        if domain == DOMAIN and name.startswith(prefix):
            return _diagnostics(entry, name.removeprefix(prefix))
    return _diagnostics(entry, None)


def _diagnostics(entry: MeterBridgeEntry, meter: str | None) -> dict[str, Any]:
    """Return what is known of a bridge, or of one of its meters, without secrets."""
    bridge = BRIDGES[entry.data[CONF_BRIDGE]]
    coordinator = entry.runtime_data if entry.state is ConfigEntryState.LOADED else None
    redactor = Redactor(
        keys=_KEYS | bridge.redact,
        ids=set(_ids(entry, bridge, coordinator)),
        words=set(_words(entry, coordinator)),
        public=_public(bridge, coordinator),
    )
    found = {
        "bridge": bridge.key,
        "entry": {
            "state": entry.state,
            "reason": entry.reason,
            "data": dict(entry.data),
            "options": dict(entry.options),
        },
        **(_known(coordinator, meter) if coordinator else {}),
    }
    plain = {key: redactor.plain(value) for key, value in found.items()}
    if coordinator and meter is None:
        redactor.keys |= _KEYS_OF_ANSWERS
        plain["answers"] = {
            asked: redactor.plain(_answer(said))
            for asked, said in coordinator.client.heard.last().items()
        }
    return plain


def _answer(said: Said) -> dict[str, object]:
    """Return an answer as it came; in one that is no JSON nobody knows the keys."""
    answer: dict[str, object] = {"status": said.status, "size": said.size}
    try:
        return {**answer, "json": orjson.loads(said.body or "")}
    except orjson.JSONDecodeError:
        return answer


def _known(coordinator: MeterCoordinator, meter: str | None) -> dict[str, object]:
    """Return what the bridge has said, and what became of it, also for one meter."""
    identity, snapshot = coordinator.identity, coordinator.data

    def concerns(reading: Reading) -> bool:
        return meter in (None, reading.meter.key)

    values = {
        key: value
        for key, value in coordinator.board.values.items()
        if meter in (None, coordinator.board.source(key).meter)
    }
    return {
        "identity": {
            "model": identity.model,
            "firmware": identity.firmware,
            "hardware": identity.hardware,
        },
        "last_update": {
            "success": coordinator.last_update_success,
            "error": coordinator.last_exception and repr(coordinator.last_exception),
        },
        "readings": tuple(filter(concerns, snapshot.readings)),
        **({"details": snapshot.details} if meter is None else {}),
        "values": values,
        "fresh": {
            key.removesuffix(METER_CONNECTION.key).rstrip("_") or "main": value
            for key, value in values.items()
            if key.endswith(METER_CONNECTION.key)
        },
    }


def _ids(
    entry: MeterBridgeEntry, bridge: Kind, coordinator: MeterCoordinator | None
) -> Iterator[str]:
    """Yield what stays the same for the life of a device."""
    yield (entry.unique_id or "").removeprefix(f"{bridge.key}_")
    yield from entry.data.get(CONF_PINNED, {}).values()
    if coordinator is None:
        return
    identity = coordinator.identity
    yield identity.serial
    yield from identity.also
    yield identity.mac or ""
    for reading in coordinator.data.readings:
        yield reading.meter.serial or ""


def _words(
    entry: MeterBridgeEntry, coordinator: MeterCoordinator | None
) -> Iterator[str]:
    """Yield what the owner chose, or the network gave."""
    yield entry.data.get(CONF_USERNAME, "")
    yield entry.data.get(CONF_PASSWORD, "")
    yield entry.data[CONF_HOST]
    yield parse_address(entry.data[CONF_HOST]).host
    if coordinator is not None:
        yield coordinator.identity.name or ""


def _public(bridge: Kind, coordinator: MeterCoordinator | None) -> Iterator[str]:
    """Yield what every bridge of this kind has, also inside an id."""
    yield from (bridge.key, bridge.name, bridge.manufacturer)
    if coordinator is not None:
        yield coordinator.identity.model or ""
