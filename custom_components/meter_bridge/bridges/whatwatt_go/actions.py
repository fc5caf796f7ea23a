"""Actions of a whatwatt Go: operations that take fields, or return something."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import probatio
from probatio import Optional, Required

from ..contract import BridgeAction, Need
from ..errors import UnfitFieldsError
from ..fields import CONFIRMED, one_line, paragraphs, real_number
from ..network import ETHERNET_FIELDS, WIFI_FIELDS, check_addresses
from ..wire import section
from .client import WhatwattClient
from .firmware import install
from .mqtt import LONGEST, LONGEST_TEMPLATE, broker_url, configure, publish_topic
from .network import configure_ethernet, configure_wifi, scan
from .sd_file import copy, file_name
from .settings import METER_SETTINGS
from .web import WhatwattWeb

type Fields = Mapping[str, Any]
type Response = Mapping[str, object]

# The fields of `whatwatt_configure_meter`, as the device names them.
_METER = {"conv_factor": "conv_factor", "scaler": "scalers_set"}


async def _scan_wifi(client: WhatwattClient, _data: Fields) -> Response:
    """Look for wireless networks."""
    return await scan(client.web)


def _moving(
    configure: Callable[[WhatwattWeb, Fields], Awaitable[str | None]],
) -> Callable[[WhatwattClient, Fields], Awaitable[Response]]:
    """Return a function that changes an interface, and returns the new address."""

    async def move(client: WhatwattClient, data: Fields) -> Response:
        address = await configure(client.web, data)
        client.look_again()
        return {} if address is None else {"address": address}

    return move


async def _configure_meter(client: WhatwattClient, data: Fields) -> Response:
    """Change how the device scales what the meter sends."""
    changes = {_METER[key]: value for key, value in data.items() if key in _METER}
    answer = section((await client.web.change(METER_SETTINGS, changes)).json())
    client.look_again()
    return {key: answer.get(name) for key, name in _METER.items()}


def _check_meter(data: dict[str, Any]) -> dict[str, Any]:
    """Require something to change."""
    if data.keys().isdisjoint(_METER):
        raise UnfitFieldsError("There is nothing to change")
    return data


async def _configure_mqtt(client: WhatwattClient, data: Fields) -> Response:
    """Let the device send to a broker."""
    response = await configure(client.web, data)
    client.look_again()
    return response


def _check_mqtt(data: dict[str, Any]) -> dict[str, Any]:
    """Allow a login only for a broker that is named."""
    if "url" not in data and ("username" in data or "password" in data):
        raise UnfitFieldsError("The login belongs to no broker")
    return data


async def _list_sd_card(client: WhatwattClient, _data: Fields) -> Response:
    """Return the files of the memory card."""
    files = await client.card.files()
    return {"files": [{"name": name, "size": size} for name, size in files.items()]}


async def _download_sd_file(client: WhatwattClient, data: Fields) -> Response:
    """Copy a file of the memory card, slowly."""
    folder: Path = data[Need.FOLDER]
    return await copy(client.card, data["name"], folder, client.watch_supply)


async def _install_firmware(client: WhatwattClient, data: Fields) -> Response:
    """Install firmware from a file."""
    response = await install(client.web, data[Need.FILE], data[Need.PROGRESS])
    client.look_again()
    return response


async def _factory_reset(client: WhatwattClient, _data: Fields) -> Response:
    """Erase all settings, and restart."""
    await client.restore()
    return {}


ACTIONS: tuple[BridgeAction[WhatwattClient], ...] = (
    BridgeAction(key="scan_wifi", fields={}, run_fn=_scan_wifi),
    BridgeAction(
        key="configure_wifi",
        fields=WIFI_FIELDS,
        check=check_addresses,
        run_fn=_moving(configure_wifi),
        moves=True,
    ),
    BridgeAction(
        key="configure_ethernet",
        fields=ETHERNET_FIELDS,
        check=check_addresses,
        run_fn=_moving(configure_ethernet),
        moves=True,
    ),
    BridgeAction(
        key="whatwatt_configure_meter",
        fields={
            Optional("conv_factor"): real_number(least=0.001, most=10_000),
            Optional("scaler"): probatio.In(["default", "lge570", "custom"]),
            **CONFIRMED,
        },
        check=_check_meter,
        run_fn=_configure_meter,
    ),
    BridgeAction(
        key="whatwatt_configure_mqtt",
        fields={
            Optional("url"): broker_url,
            Optional("username"): one_line(longest=LONGEST),
            Optional("password"): one_line(longest=LONGEST),
            Required("topic"): publish_topic,
            Optional("template"): paragraphs(longest=LONGEST_TEMPLATE),
        },
        check=_check_mqtt,
        needs=frozenset({Need.BROKER}),
        run_fn=_configure_mqtt,
    ),
    BridgeAction(key="whatwatt_list_sd_card", fields={}, run_fn=_list_sd_card),
    BridgeAction(
        key="whatwatt_download_sd_file",
        fields={Required("name"): file_name, Optional(Need.FOLDER.value): str},
        needs=frozenset({Need.FOLDER}),
        run_fn=_download_sd_file,
    ),
    BridgeAction(
        key="whatwatt_install_firmware",
        fields={Required(Need.FILE.value): str},
        needs=frozenset({Need.FILE, Need.PROGRESS}),
        run_fn=_install_firmware,
    ),
    BridgeAction(key="factory_reset", fields={**CONFIRMED}, run_fn=_factory_reset),
)
