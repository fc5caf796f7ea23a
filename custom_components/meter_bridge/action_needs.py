"""What an action needs of Home Assistant: a file, a folder, a broker, progress."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from homeassistant.components.file_upload import process_uploaded_file
from homeassistant.components.network import async_get_source_ip
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, CONF_USERNAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send

from .bridges.contract import Need
from .bridges.errors import NoBrokerError, UnusableFileError
from .bridges.transport.address import parse_address
from .const import DOMAIN
from .coordinator import MeterBridgeEntry

_MOST_BYTES = 16 << 20
_LOCAL_MEDIA = "local"
# Keys in the entry of Home Assistant's MQTT integration.
_MQTT, _BROKER, _TRANSPORT, _CERTIFICATE = "mqtt", "broker", "transport", "certificate"
_WEBSOCKETS = "websockets"
_PORT = 1883
# Host names of a broker that work on Home Assistant's own machine only.
_OWN_NAMES = ("core-mosquitto", "localhost")


def installation_signal(entry: MeterBridgeEntry) -> str:
    """Return the dispatcher signal for the progress of an installation.

    Its arguments: the part that is done (0 to 1; None: unknown), and whether the
    installation is over.
    """
    return f"{DOMAIN}_installing_{entry.entry_id}"


@asynccontextmanager
async def needs_met(
    hass: HomeAssistant,
    entry: MeterBridgeEntry,
    needs: Collection[Need],
    data: Mapping[str, Any],
) -> AsyncIterator[dict[str, Any]]:
    """Yield the fields of an action, with what it needs added.

    UnusableFileError: the file or folder is not there, or is not allowed.
    NoBrokerError: Home Assistant has none, or none that a device can use.
    """
    met = dict(data)
    if Need.FILE in needs:
        met[Need.FILE] = await hass.async_add_executor_job(
            _read_file, hass, data[Need.FILE]
        )
    if Need.FOLDER in needs:
        met[Need.FOLDER] = await hass.async_add_executor_job(
            _folder, hass, data.get(Need.FOLDER)
        )
    if Need.BROKER in needs and "url" not in data:
        met[Need.BROKER] = await _broker(hass, entry)
    if Need.PROGRESS not in needs:
        yield met
        return

    @callback
    def tell(part: float | None, *, is_over: bool = False) -> None:
        async_dispatcher_send(hass, installation_signal(entry), part, is_over)

    try:
        yield {**met, Need.PROGRESS: tell}
    finally:
        await entry.runtime_data.async_refresh()
        tell(None, is_over=True)


def _read_file(hass: HomeAssistant, named: str) -> bytes:
    """Return a file that was uploaded, or the one at an allowed path."""
    try:
        if Path(named).is_absolute():
            if not hass.config.is_allowed_path(named):
                raise UnusableFileError("The path is not allowed")
            return _content(Path(named))
        with process_uploaded_file(hass, named) as uploaded:
            return _content(uploaded)
    except (OSError, ValueError) as error:
        raise UnusableFileError("The file cannot be read") from error


def _content(path: Path) -> bytes:
    """Return what is in a file, unless it is too large."""
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if not 0 < len(content) <= _MOST_BYTES:
        raise UnusableFileError("The file is empty or too large")
    return content


def _folder(hass: HomeAssistant, named: str | None) -> Path:
    """Return the resolved path of an allowed folder: no link leads elsewhere."""
    wanted = named or hass.config.media_dirs.get(_LOCAL_MEDIA)
    if not wanted or not Path(wanted).is_absolute():
        raise UnusableFileError("No folder is named")
    try:
        if not hass.config.is_allowed_path(wanted):
            raise UnusableFileError("The folder is not allowed")
        folder = Path(wanted).resolve()
        is_there = folder.is_dir()
    except (OSError, ValueError) as error:
        raise UnusableFileError("No folder can have this name") from error
    if not is_there:
        raise UnusableFileError("There is no such folder")
    return folder


async def _broker(hass: HomeAssistant, entry: MeterBridgeEntry) -> dict[str, str]:
    """Return how the bridge reaches the broker of Home Assistant's own MQTT entry."""
    for known in hass.config_entries.async_entries(
        _MQTT, include_ignore=False, include_disabled=False
    ):
        data = known.data
        if data.get(_TRANSPORT) == _WEBSOCKETS or not data.get(_BROKER):
            continue
        host = str(data[_BROKER])
        if _is_own(host):
            host = await async_get_source_ip(hass, target_ip=_target(entry))
        scheme = "mqtts" if data.get(_CERTIFICATE) else "mqtt"
        bare = f"[{host}]" if ":" in host else host
        return {
            "url": f"{scheme}://{bare}:{data.get(CONF_PORT, _PORT)}",
            CONF_USERNAME: data.get(CONF_USERNAME) or "",
            CONF_PASSWORD: data.get(CONF_PASSWORD) or "",
        }
    raise NoBrokerError("Home Assistant has no broker")


def _is_own(host: str) -> bool:
    """Tell whether a host name or address means Home Assistant's own machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() in _OWN_NAMES


def _target(entry: MeterBridgeEntry) -> str:
    """Return the bridge's host, which decides the address of ours that it reaches."""
    return parse_address(entry.data[CONF_HOST]).host
