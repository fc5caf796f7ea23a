"""Diagnostics: what helps to find a fault, without secrets and ids."""

from collections.abc import Iterator
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.util.dt import utc_from_timestamp
import orjson

from .bridges import Kind, async_bridge_of
from .bridges.errors import UnknownKindError
from .bridges.snapshot import Reading
from .bridges.transport.address import parse_address
from .bridges.transport.answers import RecordedAnswer
from .const import CONF_BRIDGE, CONF_PINNED, DOMAIN
from .coordinator import MeterBridgeEntry, MeterCoordinator
from .redaction import Redactor
from .values.sources import METER_CONNECTION

_KEYS = {CONF_HOST, CONF_USERNAME, CONF_PASSWORD, "serial", "realm"}
# Keys that are left out of raw answers: names that firmware may use for private data.
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
    """Return the diagnostics of a bridge."""
    return await _diagnostics(hass, entry, None)


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: MeterBridgeEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return the diagnostics of the bridge, or of the meter whose device this is."""
    prefix = f"{entry.unique_id}_"
    for domain, name in device.identifiers:
        if domain == DOMAIN and name.startswith(prefix):
            return await _diagnostics(hass, entry, name.removeprefix(prefix))
    return await _diagnostics(hass, entry, None)


async def _diagnostics(
    hass: HomeAssistant, entry: MeterBridgeEntry, meter: str | None
) -> dict[str, Any]:
    """Return the diagnostics of a bridge, or of one of its meters, without secrets."""
    try:
        bridge = await async_bridge_of(hass, entry)
    except UnknownKindError:
        return _diagnostics_of_unknown_kind(entry)
    coordinator = entry.runtime_data if entry.state is ConfigEntryState.LOADED else None
    redactor = Redactor(
        keys=_KEYS | bridge.redact,
        ids=set(_ids(entry, bridge, coordinator)),
        words=set(_words(entry, coordinator)),
        public=_public(bridge, coordinator),
    )
    found = {
        "bridge": bridge.key,
        "entry": _entry(entry),
        **(_known(coordinator, meter) if coordinator else {}),
    }
    latest = coordinator.client.answers.latest() if coordinator else {}

    def redacted() -> dict[str, Any]:
        plain = {key: redactor.plain(value) for key, value in found.items()}
        if coordinator and meter is None:
            redactor.keys |= _KEYS_OF_ANSWERS
            plain["answers"] = {
                name: redactor.plain(_answer(recorded))
                for name, _, recorded in redactor.named(latest)
            }
        return plain

    # A megabyte of answers takes long.
    return await hass.async_add_executor_job(redacted)


def _diagnostics_of_unknown_kind(entry: MeterBridgeEntry) -> dict[str, Any]:
    """Return the diagnostics of an entry that a newer version has made.

    Nobody knows here which of its data are secret: only the keys are shown.
    """
    redactor = Redactor(keys={*entry.data, *entry.options}, ids=(), words=(), public=())
    return {
        "bridge": entry.data.get(CONF_BRIDGE),
        "entry": redactor.plain(_entry(entry)),
    }


def _entry(entry: MeterBridgeEntry) -> dict[str, object]:
    """Return what Home Assistant stores of an entry, and how its setup went."""
    return {
        "state": entry.state,
        "reason": entry.reason,
        "data": dict(entry.data),
        "options": dict(entry.options),
    }


def _answer(recorded: RecordedAnswer) -> dict[str, object]:
    """Return status, size and JSON of an answer.

    A body that is not JSON is left out: without keys nobody knows what is secret.
    """
    answer: dict[str, object] = {"status": recorded.status, "size": recorded.size}
    try:
        return {**answer, "json": orjson.loads(recorded.body or "")}
    except orjson.JSONDecodeError:
        return answer


def _known(coordinator: MeterCoordinator, meter: str | None) -> dict[str, object]:
    """Return what the bridge sent and which values came of it, for one meter or all."""
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
        "connection": {
            "way": "stream" if coordinator.stream.is_open else "poll",
            "since": coordinator.stream.since,
            "poll_seconds": coordinator.poll_seconds,
        },
        "last_update": {
            "success": coordinator.last_update_success,
            "error": coordinator.last_exception and repr(coordinator.last_exception),
        },
        "judged": {
            key or "main": account.judged()
            for key, account in coordinator.board.accounts.items()
            if meter in (None, key)
        },
        "outages": list(_outages(coordinator, meter)),
        "readings": tuple(filter(concerns, snapshot.readings)),
        **({"details": snapshot.details} if meter is None else {}),
        "values": values,
        "fresh": {
            key.removesuffix(METER_CONNECTION.key).rstrip("_") or "main": value
            for key, value in values.items()
            if key.endswith(METER_CONNECTION.key)
        },
    }


def _outages(
    coordinator: MeterCoordinator, meter: str | None
) -> Iterator[dict[str, object]]:
    """Yield the outages that wait to be filled, and why others were not."""
    outages = coordinator.outages
    for outage, reasons in (
        *((each, {}) for each in outages.open),
        *((each.outage, each.reasons) for each in outages.left),
    ):
        if meter in (None, outage.meter):
            yield {
                "meter": outage.meter or "main",
                "start": utc_from_timestamp(outage.gap.last),
                "end": utc_from_timestamp(outage.gap.first),
                "held": outage.is_held,
                "registers": None if outage.keys is None else sorted(outage.keys),
                "left": reasons,
            }


def _ids(
    entry: MeterBridgeEntry, bridge: Kind, coordinator: MeterCoordinator | None
) -> Iterator[str]:
    """Yield the ids that a device keeps for life."""
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
    """Yield the words that the owner chose or the network assigned."""
    yield entry.data.get(CONF_USERNAME, "")
    yield entry.data.get(CONF_PASSWORD, "")
    yield entry.data[CONF_HOST]
    yield parse_address(entry.data[CONF_HOST]).host
    if coordinator is not None:
        yield coordinator.identity.name or ""


def _public(bridge: Kind, coordinator: MeterCoordinator | None) -> Iterator[str]:
    """Yield the words of every bridge of this kind: they may stay inside an id."""
    yield from (bridge.key, bridge.name, bridge.manufacturer)
    if coordinator is not None:
        yield coordinator.identity.model or ""
