"""The latest system, alerts and registers of an eGauge."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import override

from ..decoder import Decoder
from ..errors import BridgeRefusedError, BridgeResponseError
from ..obis import NET_POWER
from ..questions import Said
from ..snapshot import Snapshot
from ..uptime import StartTime
from ..wire import parse_json, section, text
from .meaning import meaning_of
from .models import Details, System, parse_alerts, parse_system, reading_of
from .parts import Parts
from .registers import POWER, Listing, Register, mean_rate, parse_listing
from .roles import Roles, as_chosen

# Raw counters do not change when the owner moves the epoch that all others count from.
REGISTERS = "/api/register?raw&rate&time=now&virtual=value"
SYSTEM_PARTS = ("sn", "model", "version", "uptime", "boot", "time")
SYSTEM = f"/api/sys?filter=%7B{','.join(SYSTEM_PARTS)}%7D"
ALERTS = "/api/log/alert?acked=false"


def read_answer(body: bytes | str) -> object:
    """Decode an answer; raise BridgeRefusedError with the device's reason, if any."""
    answer = parse_json(body)
    if refusal := text(section(answer).get("error")):
        raise BridgeRefusedError(refusal)
    return answer


class EgaugeDecoder(Decoder[Details]):
    """Keep the latest system and the latest registers."""

    def __init__(self, answers: Said | None = None) -> None:
        """Start with the owner's answers about registers; nothing has been read."""
        self._chosen = as_chosen(answers or {})
        self.system = System()
        self._start_time = StartTime()
        self._listing = Listing()
        self.parts = Parts()

    @override
    def take(self, source: str, body: bytes | str) -> bool:
        """Keep an answer, which always counts as new.

        BridgeRefusedError: the device's reason for a refusal. BridgeResponseError: this
        is not an answer of an eGauge.
        """
        answer = read_answer(body)
        if source == REGISTERS:
            self._take_registers(answer)
        elif source == SYSTEM:
            self.take_system(answer)
        else:
            self.system = replace(self.system, alerts=parse_alerts(answer))
        return True

    def take_system(self, answer: object) -> None:
        """Keep the system, whose serial number proves that this is an eGauge.

        Its alerts come in an answer of their own.
        """
        now = datetime.now(UTC)
        system = parse_system(answer, self.system, now, self._start_time)
        if system.serial is None:
            raise BridgeResponseError("The answer is not an eGauge's")
        self.system = system

    def _take_registers(self, answer: object) -> None:
        """Keep the registers, with the rates of all that have any."""
        self._listing = self._with_rates(parse_listing(answer))

    def _with_rates(self, listing: Listing) -> Listing:
        """Work out rates that were not sent from the previous answer's counters."""
        if not self._listing.rows or len(listing.rates) == len(listing.registers):
            return listing
        rows = (*listing.rows[:1], self._listing.rows[0])
        mean = {
            register.key: rate
            for register in listing.registers
            if (rate := mean_rate(register, rows)) is not None
        }
        return replace(listing, rates={**mean, **listing.rates})

    @property
    def counters(self) -> Mapping[str, int]:
        """Return the counters of the latest answer, by the key of the register."""
        return self._listing.counters

    @property
    def listing(self) -> Listing:
        """Return the latest registers."""
        return self._listing

    @property
    def roles(self) -> Roles:
        """Return what the latest registers stand for."""
        return meaning_of(self._listing.registers, self._chosen).roles

    def registers_of(
        self, keys: frozenset[str]
    ) -> tuple[dict[str, str], dict[str, tuple[str, int]]]:
        """Return the register of each of these totals, by key.

        Totals that count one direction only are in the second mapping, with the sign of
        that direction.
        """
        meaning = meaning_of(self._listing.registers, self._chosen)
        behind = meaning.roles.behind(keys)
        asked = [
            (register, each)
            for register, totals in meaning.totals.items()
            for each in totals
            if each.key in behind
        ]
        whole = {each.key: register for register, each in asked if not each.part}
        apart = {
            each.key: (register, each.counting.sign)
            for register, each in asked
            if each.part
        }
        return whole, apart

    @property
    def apart(self) -> frozenset[str]:
        """Return the keys of the registers whose directions are counted apart."""
        return self.roles.directions.apart & self.counters.keys()

    def count_apart(self, between: Iterable[Mapping[str, int]]) -> None:
        """Count each direction, by the latest counters and those in between."""
        listing, apart = self._listing, self.apart
        if listing.time is not None and apart:
            now = {key: listing.counters[key] for key in apart}
            self.parts.take(listing.time, now, between)

    def powers_of(self, keys: frozenset[str]) -> tuple[Register, ...]:
        """Return the registers behind these powers."""
        behind = set(keys)
        if NET_POWER in keys:
            behind.update(key for key, _ in self.roles.power)
        return tuple(
            each
            for each in self._listing.registers
            if each.type == POWER and each.value_key in behind
        )

    @override
    def snapshot(self) -> Snapshot[Details]:
        """Return everything that is known now."""
        registers = self._listing.registers
        meaning = meaning_of(registers, self._chosen)
        return Snapshot(
            readings=(reading_of(self._listing, meaning, self.parts),),
            details=Details(
                registers=registers, roles=meaning.roles, system=self.system
            ),
            serial=self.system.serial,
            firmware=self.system.firmware,
        )
