"""Events of /api/v1/live → readings.

The stream is a flat object in the units of the report. It sends 0 for registers that
the meter does not have, and has no key for some that the report has.
"""

from collections.abc import Collection, Iterable, Set as AbstractSet
from dataclasses import dataclass, field, replace

from ..obis import EXPORT_ENERGY, IMPORT_ENERGY, REGISTERS, Quantity
from ..snapshot import MAIN_METER, Meter, Reading
from ..wire import number, section
from .bus import BusMeters
from .report import TO_BASE_UNIT, parse_volumes

# Key of the stream → code, of values that are sent in thousands of the unit.
_THOUSANDS = {
    "P_In": "1.7.0",
    "P_Out": "2.7.0",
    "P_P1_In": "21.7.0",
    "P_P2_In": "41.7.0",
    "P_P3_In": "61.7.0",
    "P_P1_Out": "22.7.0",
    "P_P2_Out": "42.7.0",
    "P_P3_Out": "62.7.0",
    "P_P_In": "1.6.0",
    "P_P_In_T1": "1.6.1",
    "P_P_In_T2": "1.6.2",
    "rP_In": "3.7.0",
    "rP_Out": "4.7.0",
    "rP_P1_In": "23.7.0",
    "rP_P2_In": "43.7.0",
    "rP_P3_In": "63.7.0",
    "rP_P1_Out": "24.7.0",
    "rP_P2_Out": "44.7.0",
    "rP_P3_Out": "64.7.0",
    "E_In": IMPORT_ENERGY,
    "E_In_T1": "1.8.1",
    "E_In_T2": "1.8.2",
    "E_Out": EXPORT_ENERGY,
    "E_Out_T1": "2.8.1",
    "E_Out_T2": "2.8.2",
    "rE_In": "3.8.0",
    "rE_Out": "4.8.0",
    # The vendor's two tables disagree on quadrants 1 and 2; the report's follows IEC.
    "rEii": "5.8.0",
    "rEic": "6.8.0",
    "rEei": "7.8.0",
    "rEec": "8.8.0",
}
_UNITS = {
    "I_P1": "31.7.0",
    "I_P2": "51.7.0",
    "I_P3": "71.7.0",
    "V_P1": "32.7.0",
    "V_P2": "52.7.0",
    "V_P3": "72.7.0",
    "PF": "13.7.0",
}
_KEYS = {
    **{key: (code, TO_BASE_UNIT) for key, code in _THOUSANDS.items()},
    **{key: (code, 0) for key, code in _UNITS.items()},
}
# Import and export power of the total and of each phase.
_DIRECTIONS = tuple(
    (f"{1 + start}.7.0", f"{2 + start}.7.0") for start in (0, 20, 40, 60)
)
# Import power is no proof of an export register, which some meters do not have.
_EXPORTS = frozenset(
    {*(exported for _, exported in _DIRECTIONS), EXPORT_ENERGY, "2.8.1", "2.8.2"}
)
# A meter bus has a few meters; more than this are garbled names of the same ones.
_MOST_METERS = 32


@dataclass(slots=True, kw_only=True)
class Proof:
    """Which registers each meter really has, since the stream pads with zeros.

    A report names all of them. Until there is one, a value other than 0 proves its own
    register, and where anything has been exported also the opposite direction.
    """

    is_complete: bool = False
    _registers: dict[str, set[str]] = field(default_factory=dict)

    def take_report(self, readings: Iterable[Reading]) -> None:
        """Count the registers of a report as proven, and no others of its meters."""
        for reading in readings:
            self._registers.pop(reading.meter.key, None)
            self._believe(reading.meter.key, reading.values)
            self.is_complete |= reading.meter.key == MAIN_METER

    def of(self, reading: Reading) -> Reading:
        """Return a streamed reading without the values that may be padding."""
        key, sent = reading.meter.key, reading.values
        nonzero = {code for code, value in sent.items() if value}
        if key == MAIN_METER and self.is_complete:
            proven: AbstractSet[str] = self._registers[key] | nonzero
        else:
            self._believe(key, nonzero)
            proven = self._registers[key]
            if not proven.isdisjoint(_EXPORTS):
                for pair in _DIRECTIONS:
                    if not nonzero.isdisjoint(pair):
                        self._believe(key, pair)
        if sent.keys() <= proven:
            return reading
        return replace(
            reading,
            values={code: value for code, value in sent.items() if code in proven},
        )

    def _believe(self, meter: str, codes: Collection[str]) -> None:
        """Count registers as proven; forget bus meters if there are too many."""
        if meter not in self._registers and len(self._registers) >= _MOST_METERS:
            self._registers = {
                key: codes
                for key, codes in self._registers.items()
                if key == MAIN_METER
            }
        self._registers.setdefault(meter, set()).update(codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """One event: its readings of each meter, including the padding."""

    main: Reading
    volumes: tuple[Reading, ...]

    def missing(self, report: Iterable[Reading]) -> tuple[Reading, ...]:
        """Return the part of a report that the event leaves out.

        Power is never part of it: import and export of different moments would give a
        wrong net power.
        """
        streamed = {self.main.meter.key, *(each.meter.key for each in self.volumes)}
        parts = []
        for reading in report:
            if reading.meter.key == self.main.meter.key:
                values = {
                    code: value
                    for code, value in reading.values.items()
                    if code not in self.main.values
                    and REGISTERS[code].quantity is not Quantity.ACTIVE_POWER
                }
                if values:
                    parts.append(replace(reading, values=values))
            elif reading.meter.key not in streamed:
                parts.append(reading)
        return tuple(parts)

    def readings(
        self, proof: Proof, missing: Iterable[Reading] = ()
    ) -> tuple[Reading, ...]:
        """Return the values that are proven, completed by a part of a report."""
        found = {
            proven.meter.key: proven
            for reading in (self.main, *self.volumes)
            if (proven := proof.of(reading)).values
        }
        for part in missing:
            reading = found.get(part.meter.key)
            if reading is None:
                found[part.meter.key] = part
            else:
                found[part.meter.key] = replace(
                    reading, values={**part.values, **reading.values}
                )
        return tuple(found.values())


def parse_live(
    event: object, meter: Meter, count: int, bus_meters: BusMeters | None = None
) -> Live | None:
    """Read one event about the main meter; None if it holds no reading.

    Every event is a new reading, but the meter's clock may be missing or stopped, so
    that `count` has to tell events apart.
    """
    sent = section(event)
    values = {
        code: value
        for key, (code, places) in _KEYS.items()
        if (value := number(sent.get(key), places)) is not None
    }
    volumes = parse_volumes(
        sent.get("Vol"),
        bus_meters or BusMeters(),
        bus="Bus",
        serial="M_ID",
        cumulative="Cum",
    )
    if not values and not volumes:
        return None
    main = Reading(values=values, token=("live", count), meter=meter)
    return Live(main=main, volumes=volumes)
