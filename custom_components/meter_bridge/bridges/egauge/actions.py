"""Actions of an eGauge: commands with fields, each with a response."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import probatio
from probatio import All, Length, Match, Optional, Required

from ..contract import BridgeAction
from ..errors import UnfitFieldsError
from ..fields import (
    CONFIRMED,
    ascii_line,
    mail_address,
    one_line,
    some,
    ssid,
    whole_number,
)
from .client import EgaugeClient

# The device rejects larger pieces of a backup.
_LARGEST_PIECE = 2 << 20
_SHORTEST_PASSWORD, _LONGEST_PASSWORD = 4, 24
_WORDS = one_line()
_TARGET = All(str, Match(r"(?ia)([0-9a-f]{2}:){5}[0-9a-f]{2}/[!-~]{1,64}\Z"))
_STAMP = All(str, Match(r"[0-9]{1,12}(\.[0-9]{1,9})?\Z"))
_DIGIT = "[0-9A-Za-z+/]"
_BASE64 = rf"(?:{_DIGIT}{{4}})*(?:{_DIGIT}{{2}}==|{_DIGIT}{{3}}=)?\Z"
_PIECE = All(str, Length(min=1, max=_LARGEST_PIECE), Match(_BASE64))


def _check_wlan(data: dict[str, Any]) -> dict[str, Any]:
    """Require the name of a network to add, and the number of any other."""
    wanted = "ssid" if data["action"] == "add" else "id"
    if wanted not in data:
        raise UnfitFieldsError(f"{wanted} is missing")
    return data


def _check_database(data: dict[str, Any]) -> dict[str, Any]:
    """Require a backup to restore, and allow it for nothing else."""
    if (data["action"] == "restore") != ("data" in data):
        raise UnfitFieldsError("data belongs to a restoration")
    return data


def _command(
    name: str,
) -> Callable[[EgaugeClient, Mapping[str, Any]], Awaitable[Mapping[str, object]]]:
    """Return a function that sends the fields of an action unchanged."""

    async def send(
        client: EgaugeClient, data: Mapping[str, Any]
    ) -> Mapping[str, object]:
        return await client.command(name, data)

    return send


async def _homeplug(
    client: EgaugeClient, data: Mapping[str, Any]
) -> Mapping[str, object]:
    """Set a new password for power line adapters."""
    return await client.command("homeplug", {"action": "setpwd", **_sure(data)})


async def _database(
    client: EgaugeClient, data: Mapping[str, Any]
) -> Mapping[str, object]:
    """Restore, zero or split the database; a backup is sent in pieces, latest first."""
    body = _sure(data)
    *pieces, last = body.pop("data", [None])
    for piece in pieces:
        await client.command("db", {**body, "data": piece, "more_chunks": True})
    return await client.command("db", body if last is None else {**body, "data": last})


async def _factory_reset(
    client: EgaugeClient, _data: Mapping[str, Any]
) -> Mapping[str, object]:
    """Erase everything, and restart."""
    return await client.command("factory-restore")


def _sure(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data without its confirmation."""
    return {key: value for key, value in data.items() if key != "confirm"}


ACTIONS: tuple[BridgeAction[EgaugeClient], ...] = (
    BridgeAction(
        key="egauge_activate_service",
        fields={
            Required("service"): probatio.In(["alert", "push"]),
            Required("provider"): _WORDS,
        },
        run_fn=_command("activate"),
    ),
    BridgeAction(
        key="egauge_test_email",
        fields={
            Required("address"): mail_address,
            Optional("smarthost"): _WORDS,
            Optional("mailuser"): _WORDS,
            Optional("mailpass"): _WORDS,
            Optional("fromaddr"): mail_address,
        },
        run_fn=_command("test-email"),
    ),
    BridgeAction(
        key="egauge_test_remote",
        fields={Required("address"): _WORDS, Required("linktype"): _WORDS},
        run_fn=_command("test-remote"),
    ),
    BridgeAction(
        key="egauge_wlan",
        fields={
            Required("action"): probatio.In(["add", "select", "forget"]),
            Optional("ssid"): ssid,
            Optional("key"): ascii_line(longest=64),
            Optional("hex"): bool,
            Optional("hidden"): bool,
            Optional("id"): whole_number(),
        },
        check=_check_wlan,
        run_fn=_command("wlan"),
    ),
    BridgeAction(
        key="egauge_homeplug",
        fields={
            Required("password"): ascii_line(
                shortest=_SHORTEST_PASSWORD, longest=_LONGEST_PASSWORD, but='"'
            ),
            Required("targets"): some(_TARGET),
            **CONFIRMED,
        },
        run_fn=_homeplug,
    ),
    BridgeAction(
        key="egauge_change_database",
        fields={
            Required("action"): probatio.In(["restore", "zero", "split"]),
            Optional("from"): _STAMP,
            Optional("to"): _STAMP,
            Optional("regs"): some(whole_number()),
            Optional("data"): some(_PIECE),
            **CONFIRMED,
        },
        check=_check_database,
        run_fn=_database,
    ),
    BridgeAction(key="factory_reset", fields={**CONFIRMED}, run_fn=_factory_reset),
)
