"""Set up what a whatwatt Go sends to a broker, with variables that it really has."""

import asyncio
from collections.abc import Collection, Mapping
import re
from typing import Any

from yarl import URL

from ..errors import BridgeResponseError, UnfitFieldsError, UnresolvedError
from ..fields import one_line
from ..wire import flag, section
from .decoder import SYSTEM
from .variables import VARIABLES, parse_variables
from .web import WhatwattWeb

MQTT_SETTINGS = "/api/v1/mqtt/settings"
LONGEST, LONGEST_TEMPLATE = 127, 1023
_VARIABLE = re.compile(r"\$\{([^}$]*)(\}?)")
_NAME = re.compile(r"[A-Za-z0-9_.]{1,32}")
_OBIS = re.compile(r"s?\d{1,2}_\d_\d")
# Texts of the default template, and numbers beside those of the meter.
_TEXTS = {"sys_id": "sys.id", "meter_id": "meter.id", "status": "meter.status"}
_NUMBERS = ("timestamp", "tariff")
# The device connects within some seconds.
_TRIES, _PAUSE_SECONDS = 5, 2.0


def broker_url(value: object) -> str:
    """Return the address of a broker, without the login that it may not contain."""
    typed = one_line(longest=LONGEST)(value)
    url = URL(typed)
    if url.scheme not in ("mqtt", "mqtts") or not url.host or url.user or url.password:
        raise ValueError("has to be mqtt:// or mqtts:// and a host")
    return typed


def publish_topic(value: object) -> str:
    """Return a topic that can be sent to."""
    topic = one_line(longest=LONGEST)(value)
    if set(topic) & set("+#$"):
        raise ValueError("has characters of a filter")
    return topic


async def configure(web: WhatwattWeb, data: Mapping[str, Any]) -> dict[str, object]:
    """Let the device send to a broker; return what it sends, and whether it connects.

    UnresolvedError: the template has variables that the device does not send now.
    """
    login = data if "url" in data else data.get("broker")
    if login is None:
        raise UnfitFieldsError("There is no broker")
    known = await _variables(web)
    template = data.get("template") or _template(known)
    _check(template, known)
    body = {
        "enable": True,
        "url": login["url"],
        "username": login.get("username", ""),
        "password": login.get("password", ""),
        "publish": {"topic": data["topic"], "template": template},
    }
    (await web.change(MQTT_SETTINGS, body)).json()
    return {
        "topic": data["topic"],
        "template": template,
        "connected": await _is_connected(web),
    }


async def _variables(web: WhatwattWeb) -> Collection[str]:
    """Return the names of the variables that have a value, in the device's order."""
    answer = (await web.request("GET", VARIABLES, name="")).json()
    if not isinstance(answer, list):
        raise BridgeResponseError("The answer is no list of variables")
    return list(parse_variables(answer))


def _template(known: Collection[str]) -> str:
    """Return JSON of all that the meter sends, as far as the device takes so much."""
    fields = [f'"{key}":"${{{name}}}"' for key, name in _TEXTS.items() if name in known]
    for name in (*_NUMBERS, *filter(_OBIS.fullmatch, known)):
        if name in known:
            field = f'"{name}":${{{name}}}'
            if len(",".join((*fields, field))) + len("{}") <= LONGEST_TEMPLATE:
                fields.append(field)
    return f"{{{','.join(fields)}}}"


def _check(template: str, known: Collection[str]) -> None:
    """Raise UnresolvedError for variables that would stand in the message as they are.

    The error names them, but only what looks like a variable: other text may be a
    secret.
    """
    unknown = [
        name if _NAME.fullmatch(name) else "…"
        for name, end in _VARIABLE.findall(template)
        if not end or name not in known
    ]
    if unknown:
        raise UnresolvedError(", ".join(dict.fromkeys(unknown)))


async def _is_connected(web: WhatwattWeb) -> bool:
    """Tell whether the device reaches the broker soon."""
    for _ in range(_TRIES):
        # At first it may still be connected to another broker.
        await asyncio.sleep(_PAUSE_SECONDS)
        system = (await web.request("GET", SYSTEM)).json()
        if flag(section(system, "clouds", "mqtc").get("connected")):
            return True
    return False
