"""The description of an eGauge for the tests of all kinds."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.bridges.egauge.database import Register as VirtualRegister
from tests.bridges.egauge.registers import KnownRegisters, ManyRegisters
from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.support.certificates import self_signed_tls
from tests.support.kind import (
    Benchmark,
    Calls,
    Energy,
    Kind,
    Login,
    Peer,
    Register,
)
from tests.support.plants import Plants
from tests.support.shown import Shown
from tests.support.wrong import Wrong


def _swap(simulator: EgaugeSimulator) -> None:
    """Turn into another device."""
    simulator.serial = "G47111"


async def _restart(simulator: EgaugeSimulator) -> None:
    """Restart, and wait until the device is back."""
    simulator.reboot()
    assert simulator.rebooting
    await simulator.rebooting


def _change_password(simulator: EgaugeSimulator, password: str) -> None:
    """Change the password, which revokes all tokens."""
    simulator.gate.password = password
    simulator.gate.revoke()


def _http(simulator: EgaugeSimulator, _: Path) -> None:
    """Be reached without encryption."""
    simulator.tls = None


def _https(simulator: EgaugeSimulator, folder: Path) -> None:
    """Be reached by TLS, with a certificate that nobody vouches for."""
    simulator.tls = self_signed_tls(folder / "device.pem")


def _plant(simulator: EgaugeSimulator, plants: Plants) -> None:
    """Replace user name, password and realm by secrets."""
    gate = simulator.gate
    gate.username = plants.secret_for("login", "user")
    gate.password = plants.secret_for("login", "password")
    gate.realm = plants.secret_for("login", "realm")


def _actions(secret: str) -> Calls:
    """Return calls of actions with texts, each with a secret."""
    target = f"00:11:22:33:44:55/{secret}"
    yield "egauge_wlan", {"action": "add", "ssid": secret, "key": secret}
    yield "egauge_wlan", {"action": "select", "ssid": secret}
    yield "egauge_test_email", {"address": "me@example.com", "mailpass": secret}
    yield "egauge_test_remote", {"address": secret, "linktype": secret}
    yield "egauge_homeplug", {"password": secret, "targets": [target], "confirm": True}


def _crowd(simulator: EgaugeSimulator, turn: int) -> None:
    """Have 512 virtual registers with other names, some of them long."""
    database = simulator.database
    own = [each for each in database.registers if each.did is not None]
    names = (f"register {turn} {it} {'x' * (it % 80)}" for it in range(512))
    virtual = [VirtualRegister(name, "P", lambda _: Decimal(7)) for name in names]
    database.registers = own + virtual


def _parse(answer: Any) -> Mapping[str, Register]:  # noqa: ANN401 (JSON)
    """Return the registers of an answer."""
    return {
        register["name"]: Register(register["rate"], register["type"])
        for register in answer["registers"]
    }


KIND = Kind(
    simulator=EgaugeSimulator,
    title="eGauge-cellar",
    unique_id="egauge_G47110",
    pinned={"scheme": "http", "realm": "eGauge Administration"},
    asked="/api/auth/unauthorized",
    operations=12,
    swap=_swap,
    restart=_restart,
    actions=_actions,
    crowds={"512 new registers a poll": _crowd},
    login=Login(
        change=_change_password,
        plant=_plant,
        ways={"http": _http, "https": _https},
    ),
    vocabulary=(
        *("type", "ts", "rlm", "nnc", "error", "jwt", "rights", "first", "last"),
    ),
    shown={
        Shown.ON_THE_BOX: frozenset({"sn"}),
        Shown.NAME: frozenset({"name"}),
        Shown.NAME_ASKED_FOR: frozenset({"result"}),
        Shown.DEVICE: frozenset(
            {
                *("model", "hardware", "firmware", "version", "kernel", "minimum"),
                "reason",
            }
        ),
        Shown.RAW: frozenset({"rows", "time"}),
    },
    # The owner can set a register, so any level is believed.
    energy=Energy(believed=frozenset({Wrong.LEAP, Wrong.ZERO, Wrong.NEGATIVE})),
    benchmark=Benchmark(
        seconds=5,
        path="/api/register?raw&rate&time=now&virtual=value",
        registers=24,
        with_registers=ManyRegisters,
        at_home=KnownRegisters,
        changes=tuple(
            tuple(str(index) for index in range(count)) for count in (0, 1, 5, 20)
        ),
        peer=Peer(package="egauge-async", parse=_parse),
    ),
)
