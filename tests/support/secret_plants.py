"""Secrets planted in all that a bridge says, and where they come to light again."""

from collections.abc import Iterable, Iterator, Mapping
import json
import logging
from random import Random
import re
import string
import traceback

from aiohttp import web
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
import pytest

from custom_components.meter_bridge.const import DOMAIN
from custom_components.meter_bridge.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
)
from tests.faults.bodies import in_events

from .mishaps import Answer
from .simulator import Json, Simulator

# A part of a secret that is long enough to be known by.
_PART = 6
_LETTERS = string.ascii_lowercase + string.digits
_HARDWARE = re.compile(r"[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5,7}")
_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")


class Plants:
    """What was planted, and under which keys."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        """Leave alone what stands under these keys: without it nothing is read."""
        self._vocabulary = set(vocabulary)
        self.keys: dict[str, set[str]] = {}

    def add(self, key: str, secret: str) -> str:
        """Know one secret more."""
        self.keys.setdefault(secret, set()).add(key)
        return secret

    def in_place_of(self, key: str, said: str) -> str:
        """Return a secret of the same shape, always the same one."""
        random = Random(said)  # noqa: S311 (no secret, merely looks like one)
        if _HARDWARE.fullmatch(said):
            pairs = (f"{random.randrange(256):02X}" for _ in re.split("[:-]", said))
            return self.add(key, ":".join(pairs))
        if _ADDRESS.fullmatch(said):
            parts = (str(random.randrange(100, 256)) for _ in range(4))
            return self.add(key, ".".join(parts))
        return self.add(key, "".join(random.choices(_LETTERS, k=12)))

    def _planted(self, key: str, value: Json) -> Json:
        """Copy a value with a secret in the place of each text."""
        if isinstance(value, dict):
            return {each: self._planted(each, inner) for each, inner in value.items()}
        if isinstance(value, list):
            return [self._planted(key, inner) for inner in value]
        if not isinstance(value, str) or not value or key in self._vocabulary:
            return value
        if value.lstrip().startswith("{"):
            return json.dumps(self._planted(key, json.loads(value)))
        return self.in_place_of(key, value)

    def change(self, body: bytes) -> bytes:
        """Plant in a body, if it is JSON; add what some firmware may come to say."""
        try:
            said: Json = json.loads(body)
        except ValueError:
            return body
        if isinstance(said, dict):
            said = {**said, **_MORE}
        return json.dumps(self._planted("", said)).encode()

    def found_in(self, text: str) -> Iterator[str]:
        """Yield the secrets of which at least a part stands in a text.

        Digits alone are no part: they may be anything.
        """
        spelt = _spelt(text)
        for secret in self.keys:
            known = _spelt(secret)
            parts = {known[at : at + _PART] for at in range(len(known) - _PART + 1)}
            if secret in text or any(
                part in spelt and not part.isdecimal() for part in parts
            ):
                yield secret


# In every answer, beside what the simulator says.
_MORE: dict[str, Json] = {
    "wifiSsid": "a network",
    "access_point": {"BSSID": "02:00:5E:10:00:01", "psk": "a passphrase"},
    "userName": "a user",
    "admin-password": "a password",
    "api_token": "a token",
    "sta_ip": "192.0.2.77",
    "UUID": "an id",
}


def _spelt(text: str) -> str:
    """Return letters and digits alone: one address is written in many ways."""
    return "".join(letter for letter in text.lower() if letter.isalnum())


def plant(simulator: Simulator, plants: Plants) -> None:
    """Let a simulator say secrets wherever it says a text."""

    async def say(_request: web.Request, answer: Answer) -> web.StreamResponse:
        whole = await answer()
        if isinstance(whole, web.Response) and isinstance(whole.body, bytes):
            whole.body = plants.change(whole.body)
        return whole

    simulator._mishaps[None] = say  # noqa: SLF001 (changes bodies, leaves heads)
    simulator.twist = in_events(plants.change)


async def emitted(
    hass: HomeAssistant, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> Mapping[str, str]:
    """Return everything that the integration tells others, by where it tells it."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    diagnostics = [await async_get_config_entry_diagnostics(hass, entry)] + [
        await async_get_device_diagnostics(hass, entry, device) for device in devices
    ]
    states = [state for each in entities if (state := hass.states.get(each.entity_id))]
    return {
        "log": "\n".join(
            _logged(record)
            for record in caplog.records
            if record.name.startswith(("homeassistant", "custom_components"))
        ),
        "diagnostics": json.dumps(diagnostics),
        "issues": "\n".join(
            f"{issue_id} {issue.data} {issue.translation_placeholders}"
            for (domain, issue_id), issue in ir.async_get(hass).issues.items()
            if domain == DOMAIN
        ),
        "states": "\n".join(state.state for state in states),
        "attributes": "\n".join(str(state.attributes) for state in states),
        "names": "\n".join(f"{it.entity_id} {it.original_name}" for it in entities),
        "title": entry.title,
        "reason": str(entry.reason),
        "devices": "\n".join(
            f"{it.name} {it.model} {it.manufacturer} {it.sw_version} {it.hw_version}"
            for it in devices
        ),
        "serials": "\n".join(str(each.serial_number) for each in devices),
        "connections": "\n".join(str(each.connections) for each in devices),
    }


def _logged(record: logging.LogRecord) -> str:
    """Return all that a line of the log tells, with what it was made from."""
    told = f"{record.getMessage()} {record.msg} {record.args}"
    if record.exc_info and record.exc_info[1]:
        told += error_text(record.exc_info[1])
    return told


def error_text(error: BaseException) -> str:
    """Return all that an error tells, and what caused it."""
    return f"{''.join(traceback.format_exception(error))} {vars(error)}"
