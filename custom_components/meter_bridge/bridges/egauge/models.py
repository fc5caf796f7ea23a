"""eGauge's JSON → snapshot (vendor's "WebAPI", /sys and /register)."""

from dataclasses import dataclass, field
from datetime import datetime

from ..snapshot import Reading
from ..uptime import StartTime
from ..wire import difference, number, section, text
from .meaning import Meaning
from .parts import Parts
from .registers import Listing, Register
from .roles import Roles

# Two requests for the time never agree exactly.
_OFFSET_JITTER = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What the device reports about itself.

    `time_offset` is by how many seconds its clock is ahead of ours, `alerts` how many
    are not acknowledged. None: it was not sent, or the user may not see it.
    """

    serial: str | None = None
    model: str | None = None
    firmware: str | None = None
    hardware: str | None = None
    boot_reason: str | None = None
    last_restart: datetime | None = None
    time_offset: int | None = None
    alerts: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What the device says of itself, which registers it has, and their roles."""

    registers: tuple[Register, ...] = ()
    roles: Roles = field(default_factory=Roles)
    system: System = field(default_factory=System)


def parse_system(
    answer: object, before: System, now: datetime, start_time: StartTime
) -> System:
    """Read /sys without the alerts; a time offset that only jitters stays the same."""
    sent = section(answer, "result")
    reason = text(section(sent, "boot").get("reason"))
    return System(
        serial=text(sent.get("sn")),
        model=text(sent.get("model")),
        firmware=text(section(sent, "version").get("firmware")),
        hardware=text(section(sent, "version").get("hardware")),
        boot_reason=reason and reason.replace(" ", "_"),
        last_restart=start_time.update(number(sent.get("uptime")), now),
        time_offset=_offset(number(sent.get("time")), before.time_offset, now),
    )


def parse_alerts(answer: object) -> int | None:
    """Count the alerts in an answer of /log/alert; None if it has no list of them."""
    log = section(answer).get("log")
    return len(log) if isinstance(log, list) else None


def reading_of(listing: Listing, meaning: Meaning, parts: Parts) -> Reading:
    """Return the present values and the counts of all registers.

    The device's clock may be set at any time: it only shows whether this is another
    reading, not which one is newer.
    """
    registers = listing.registers
    rates, counters = listing.rates, listing.counters
    own = {
        register.value_key: rate
        for register in registers
        if (rate := rates.get(register.key)) is not None
    }
    for key in meaning.turned & own.keys():
        own[key] = difference(0, own[key])
    return Reading(
        values={},
        token=(listing.time, registers),
        own=own,
        quantities=meaning.quantities,
        counts={
            each.key: count
            for key, totals in meaning.totals.items()
            if key in counters
            for each in totals
            if (
                count := parts.count(key, each.counting.sign)
                if each.part
                else counters[key]
            )
            is not None
        },
        countings=meaning.countings,
        conclude=meaning.roles.conclude,
        stands_for=meaning.roles.totals,
    )


def _offset(time: float | None, before: int | None, now: datetime) -> int | None:
    """Return by how many seconds the device's clock is ahead of ours."""
    if time is None:
        return None
    offset = time - now.timestamp()
    if before is not None and abs(offset - before) <= _OFFSET_JITTER:
        return before
    return round(offset)
