"""eGauge's JSON → snapshot (vendor's "WebAPI", /sys and /register)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..obis import EXPORT_ENERGY, IMPORT_ENERGY, NET_POWER
from ..snapshot import Reading
from ..uptime import StartTime
from ..wire import number, section, shift, text
from .registers import Listing, Register
from .totals import Totals

_GRID, _POWER = "grid", "P"
_PLACES_OF_KILO = 3
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
    """Everything except the main meter: the registers with their values, the device.

    `values` holds present values, in the unit of the register's type code, and totals,
    in the unit of their kind (`kinds.Total`).
    """

    registers: tuple[Register, ...] = ()
    values: Mapping[str, float] = field(default_factory=dict)
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


def values_of(listing: Listing, totals: Totals, now: float) -> dict[str, float]:
    """Return present values and totals of the registers at `now` (Unix seconds)."""
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


def registers_by_total(
    registers: tuple[Register, ...],
) -> dict[str, tuple[Register, int]]:
    """Return the register of each total, and the places to shift its number by."""
    found = {key: (each, 0) for each in registers if (key := each.total_key)}
    return found | {
        code: (register, _PLACES_OF_KILO)
        for code, register in _energies_of_grid(registers).items()
    }


def _energies_of_grid(registers: Iterable[Register]) -> dict[str, Register]:
    """Return the registers of the main meter's energies; none without both."""
    powers = {each.name.lower(): each for each in registers if each.type == _POWER}
    plus, minus = powers.get(f"{_GRID}+"), powers.get(f"{_GRID}-")
    return {IMPORT_ENERGY: plus, EXPORT_ENERGY: minus} if plus and minus else {}


def reading_of(listing: Listing, values: Mapping[str, float]) -> Reading:
    """Return the main meter's reading, from the power registers named after the grid.

    `Grid` is net power (W, import positive), `Grid+` and `Grid-` are imported and
    exported energy (Wh). The device's clock may be set at any time: it only shows
    whether this is another reading, not which one is newer.
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
    for code, register in _energies_of_grid(listing.registers).items():
        if (energy := values.get(register.total_key or "")) is not None:
            found[code] = shift(energy, _PLACES_OF_KILO)
    return Reading(values=found, token=listing.time)


def counted_by(register: Register) -> str | None:
    """Return the code of the main meter that counts the same energy as a register."""
    if register.type != _POWER:
        return None
    return {
        _GRID: IMPORT_ENERGY,
        f"{_GRID}+": IMPORT_ENERGY,
        f"{_GRID}-": EXPORT_ENERGY,
    }.get(register.name.lower())


def _offset(time: float | None, before: int | None, now: datetime) -> int | None:
    """Return by how many seconds the device's clock is ahead of ours."""
    if time is None:
        return None
    offset = time - now.timestamp()
    if before is not None and abs(offset - before) <= _OFFSET_JITTER:
        return before
    return round(offset)
