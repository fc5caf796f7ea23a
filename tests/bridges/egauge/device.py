"""The device: its identity, clock, alerts, and the commands that it received."""

from datetime import timedelta
import secrets
from typing import override

from tests.bridges.egauge.database import Database, Register, levels
from tests.bridges.egauge.gate import Gate
from tests.bridges.egauge.meter import household
from tests.support.house import House
from tests.support.simulator import Json, Simulator

SERIAL = "G47110"
type Status = dict[str, Json]


class EgaugeDevice(Simulator):
    """The state of the device, which a test can change by the attributes.

    `commands` lists every command that was accepted, with its body. `script` holds the
    statuses that the next long command goes through before it is done; `refusal` is
    what the device answers to every command instead. `refuses_filter` is what it
    answers to a filter of /sys (a status, or an error), `unknown_parts` what it does
    not have there.
    """

    key = "egauge"
    counts_by_itself = True

    def __init__(self, house: House) -> None:
        """Start as an EG4030 with present firmware in this house."""
        super().__init__(house)
        self.gate = Gate()
        self.serial = SERIAL
        self.model = "EG4030"
        self.hostname = "eGauge-cellar"
        self.firmware = "4.8.2"
        self.latest_firmware: Json = "4.9.1"
        self.boot_reason = "software reset"
        self.booted_at = house.now.timestamp() - 7_200
        self.alerts = 2
        self.reboot_seconds = 0.3
        self.without_rates = False
        self.refuses_filter = ""
        self.unknown_parts: set[str] = set()
        self.refusal = ""
        self.database = Database(household(), int(house.now.timestamp()) - 5_000_000)
        self.commands: list[tuple[str, Json]] = []
        self.script: list[Status] = []
        self.statuses: dict[str, list[Status]] = {}

    @override
    def set_clock(self, ahead: timedelta) -> None:
        """Set the clock of the device; counters still use true seconds."""
        self.gate.clock_skew = ahead.total_seconds()

    @property
    def time(self) -> float:
        """The time of the device's clock."""
        return self.house.now.timestamp() + self.gate.clock_skew

    def register(self, name: str) -> Register:
        """Return the register with this name."""
        return next(each for each in self.database.registers if each.name == name)

    def rename(self, name: str, new: str) -> None:
        """Rename a register; its number in the database stays."""
        self.register(name).name = new

    def remove(self, name: str) -> None:
        """Delete a register."""
        self.database.registers.remove(self.register(name))

    def add(self, register: Register) -> None:
        """Add a register."""
        self.database.registers.append(register)
        self.tick()

    def begin(self) -> str:
        """Start a long command; return the token for its status."""
        token = secrets.token_hex(16)
        self.statuses[token] = [dict(each) for each in self.script]
        return token

    def status(self, token: str) -> Json:
        """Return the next status of a long command, None for an unknown token."""
        if token not in self.statuses:
            return {}
        steps = self.statuses[token]
        step: Status = steps.pop(0) if steps else {"done": True}
        if step.get("done"):
            steps.insert(0, step)
        return {"ts": str(self.time), **step}

    def system(self) -> dict[str, Json]:
        """Return all values under /sys."""
        return {
            "alert": [{"id": "pxydn", "reason": "Proxy-connection lost"}],
            "boot": {"reason": self.boot_reason, "time": str(self.booted_at)},
            "db": {"max-registers": 64, "level": levels()},
            "model": self.model,
            "reboot": False,
            "sn": self.serial,
            "time": f"{self.time:.6f}",
            "uptime": self.house.now.timestamp() - self.booted_at,
            "version": {"firmware": self.firmware, "hardware": "3EA", "kernel": "4.19"},
        }

    def alert_log(self) -> dict[str, Json]:
        """Return the alerts that are not acknowledged."""
        entry: dict[str, Json] = {
            "acked": False,
            "count": 1,
            "detail": "Proxy-connection lost",
            "first": str(self.time - 900),
            "last": str(self.time - 60),
            "name": "pxydn",
            "prio": 3,
        }
        log: list[Json] = [{**entry, "id": index} for index in range(self.alerts)]
        return {"drops": 0, "log": log}
