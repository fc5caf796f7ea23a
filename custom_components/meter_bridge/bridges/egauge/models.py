"""eGauge's JSON → snapshot (vendor's "WebAPI", /sys and /register)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..obis import NET_POWER
from ..snapshot import Reading
from ..uptime import Restarts
from ..wire import number, section, shift, text
from .registers import Listing, Register
from .totals import Totals

_GRID, _POWER = "grid", "P"
_IMPORTED, _EXPORTED = "1.8.0", "2.8.0"
_PLACES_OF_KILO = 3
# Two looks at a clock never agree to the second.
_OFFSET_WOBBLE = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What the device says of itself.

    `time_offset` is by how many seconds its clock is ahead of ours, `alerts` how many
    are not acknowledged. None is what was not said, or may not be known to the user.
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
    """Everything beside the main meter: the registers and their values, the device.

    Values are in the unit of their type code, totals in that of their kind.
    """

    registers: tuple[Register, ...] = ()
    values: Mapping[str, float] = field(default_factory=dict)
    system: System = field(default_factory=System)


def parse_system(
    answer: object,
    before: System,
    now: datetime,
    alerts: int | None,
    restarts: Restarts,
) -> System:
    """Read /sys at `now`; times that only wobble stay as they were before."""
    sent = section(answer, "result")
    reason = text(section(sent, "boot").get("reason"))
    return System(
        serial=text(sent.get("sn")),
        model=text(sent.get("model")),
        firmware=text(section(sent, "version").get("firmware")),
        hardware=text(section(sent, "version").get("hardware")),
        boot_reason=reason and reason.replace(" ", "_"),
        last_restart=restarts.take(number(sent.get("uptime")), now),
        time_offset=_offset(number(sent.get("time")), before.time_offset, now),
        alerts=alerts,
    )


def parse_alerts(answer: object) -> int | None:
    """Count the alerts that were asked for from /log/alert."""
    log = section(answer).get("log")
    return len(log) if isinstance(log, list) else None


def values_of(listing: Listing, totals: Totals, now: float) -> dict[str, float]:
    """Return what the registers measure now, and what they add up to."""
    values = {}
    counters = listing.counters
    for register in listing.registers:
        rate = listing.rates.get(register.key)
        if rate is not None:
            values[register.value_key] = rate
        if (
            (key := register.total_key)
            and (counter := counters.get(register.key)) is not None
            and (total := totals.take(register, counter, rate or 0.0, now)) is not None
        ):
            values[key] = total
    return values


def reading_of(listing: Listing, values: Mapping[str, float]) -> Reading:
    """Return the main meter's reading: what the registers of the grid say.

    A power register named Grid is its net power, W, import positive; one with a plus
    and one with a minus its energies, Wh. Its clock may be set at any time, so that it
    tells new readings from old ones, and no more.
    """
    grid = {
        register.name.lower(): register
        for register in listing.registers
        if register.type == _POWER
    }
    found: dict[str, float] = {}
    net = grid.get(_GRID)
    if net and (power := values.get(net.value_key)) is not None:
        found[NET_POWER] = power
    plus, minus = grid.get(f"{_GRID}+"), grid.get(f"{_GRID}-")
    if plus and minus:
        for code, register in ((_IMPORTED, plus), (_EXPORTED, minus)):
            if (energy := values.get(register.total_key or "")) is not None:
                found[code] = shift(energy, _PLACES_OF_KILO)
    return Reading(values=found, token=listing.time)


def _offset(time: float | None, before: int | None, now: datetime) -> int | None:
    """Return by how many seconds the device's clock is ahead of ours."""
    if time is None:
        return None
    offset = time - now.timestamp()
    if before is not None and abs(offset - before) <= _OFFSET_WOBBLE:
        return before
    return round(offset)
