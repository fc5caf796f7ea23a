"""/api/v1/report → readings (vendor's "Local Integration via REST/MQTT", v1.4).

Power arrives in kW, kvar and kVA, energy in kWh and kvarh; import and export are two
numbers without sign. The device has already applied its setting `conv_factor` to the
values, so it is only shown.
"""

from collections.abc import Iterator, Mapping

from ..obis import VOLUME
from ..snapshot import Medium, Meter, Reading
from ..wire import entries, moment, number, section, text, whole
from .bus import BusMeters
from .system import METER_OK, word

TO_BASE_UNIT = 3
_PHASES = {"total": 0, "l1": 20, "l2": 40, "l3": 60}
_TARIFFS = {"total": 0, "t1": 1, "t2": 2}
# Branch of the report → value group C.
_POWERS = {
    ("active", "positive"): 1,
    ("active", "negative"): 2,
    ("reactive", "positive"): 3,
    ("reactive", "negative"): 4,
    ("apparent",): 9,
}
_ENERGIES = {
    ("active", "positive"): 1,
    ("active", "negative"): 2,
    ("reactive", "positive"): 3,
    ("reactive", "negative"): 4,
    # "Imported" means reactive energy: quadrants 1 and 2 are its import.
    ("reactive", "imported", "inductive"): 5,
    ("reactive", "imported", "capacitive"): 6,
    ("reactive", "exported", "inductive"): 7,
    ("reactive", "exported", "capacitive"): 8,
}
_DEMANDS = {("active", "positive"): 1, ("active", "negative"): 2}
_PRESENT, _ENERGY, _DEMAND = 7, 8, 6
# Water and gas meters report seldom.
_VOLUME_STALE_SECONDS = 86_400.0


def parse_report(
    answer: object, bus_meters: BusMeters | None = None
) -> tuple[Reading, ...]:
    """Read a report; unless the status of the meter is OK, its values are invalid."""
    report, meter = section(answer, "report"), section(answer, "meter")
    if word(meter.get("status")) != METER_OK:
        return ()
    volumes = parse_volumes(
        report.get("volume"),
        bus_meters or BusMeters(),
        bus="bus",
        serial="meter_id",
        cumulative="cumulative",
    )
    values = dict(_values(report))
    if not values:
        return volumes
    seen = (whole(report.get("id")), text(report.get("date_time")))
    main = Reading(
        values=values,
        # The plain date_time is local time with a false Z.
        time=moment(report.get("date_time_utc"))
        or moment(report.get("date_time_local")),
        token=("report", *seen) if any(seen) else None,
        meter=parse_meter(meter),
        factor=number(report.get("conv_factor")),
        is_complete=True,
    )
    return (main, *volumes)


def parse_meter(meter: Mapping[str, object]) -> Meter:
    """Describe the electricity meter; report and system use different keys for it."""
    return Meter(
        serial=text(meter.get("id"))
        or text(meter.get("logical_name"))
        or text(meter.get("type")),
        manufacturer=text(meter.get("vendor")) or text(meter.get("manufacturer")),
        model=text(meter.get("model")),
    )


def parse_volumes(
    sent: object, bus_meters: BusMeters, *, bus: str, serial: str, cumulative: str
) -> tuple[Reading, ...]:
    """Read the meters of the meter bus (m³), without those that never reported.

    A meter without an id that stands at 0 may be none.
    """
    readings: dict[str, Reading] = {}
    for entry in entries(sent):
        volume = section(entry)
        found, name = number(volume.get(cumulative)), text(volume.get(serial))
        if found is None or not (name or found):
            continue
        key = bus_meters.key(whole(volume.get(bus)), name, taken=readings)
        if key is None:
            continue
        meter = Meter(
            key=key,
            medium=Medium.VOLUME,
            serial=name,
            stale_after=_VOLUME_STALE_SECONDS,
        )
        token = (found, text(volume.get("date_time") or volume.get("DT")))
        readings[key] = Reading(values={VOLUME: found}, token=token, meter=meter)
    return tuple(readings.values())


def _values(report: Mapping[str, object]) -> Iterator[tuple[str, float]]:
    """Yield every value of a report with its code; absent keys stay absent."""
    power = section(report, "instantaneous_power")
    for path, group in _POWERS.items():
        branch = section(power, *path)
        for key, value in _numbers(branch, _PHASES, TO_BASE_UNIT):
            yield f"{group + _PHASES[key]}.{_PRESENT}.0", value
    for name, branches, kind in (
        ("energy", _ENERGIES, _ENERGY),
        ("max_demand", _DEMANDS, _DEMAND),
    ):
        for path, group in branches.items():
            branch = section(report, name, *path)
            for key, value in _numbers(branch, _TARIFFS, TO_BASE_UNIT):
                yield f"{group}.{kind}.{_TARIFFS[key]}", value
    for name, group in (("current", 11), ("voltage", 12)):
        for key, value in _numbers(section(report, name), _PHASES):
            yield f"{group + _PHASES[key]}.{_PRESENT}.0", value
    if (factor := number(report.get("power_factor"))) is not None:
        yield "13.7.0", factor


def _numbers(
    branch: Mapping[str, object], keys: Mapping[str, int], places: int = 0
) -> Iterator[tuple[str, float]]:
    """Yield the keys that hold a number, its decimal point moved by `places`."""
    for key in keys:
        if (value := number(branch.get(key), places)) is not None:
            yield key, value
