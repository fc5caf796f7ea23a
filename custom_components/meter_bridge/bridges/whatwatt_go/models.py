"""whatwatt Go's JSON → snapshot (vendor's "Local Integration via REST/MQTT", v1.4).

Power arrives in kW, kvar and kVA, energy in kWh and kvarh; `conv_factor` is a setting
that the device has applied to its values already, so it is shown and not applied.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..obis import VOLUME, with_net_power
from ..snapshot import Medium, Meter, Reading
from ..wire import flag, moment, number, section, shift, text, whole

_TO_BASE_UNIT = 3
_PHASES = {"total": 0, "l1": 20, "l2": 40, "l3": 60}
_TARIFFS = {"total": 0, "t1": 1, "t2": 2}
# Branch of the report → value groups C and D.
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
    # The vendor numbers the quadrants so: imported 1 and 2, exported 3 and 4.
    ("reactive", "imported", "inductive"): 5,
    ("reactive", "imported", "capacitive"): 6,
    ("reactive", "exported", "inductive"): 7,
    ("reactive", "exported", "capacitive"): 8,
}
_DEMANDS = {("active", "positive"): 1, ("active", "negative"): 2}
# Key of the live stream → code, for what is sent in thousands of the unit.
_LIVE_THOUSANDS = {
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
    "E_In": "1.8.0",
    "E_In_T1": "1.8.1",
    "E_In_T2": "1.8.2",
    "E_Out": "2.8.0",
    "E_Out_T1": "2.8.1",
    "E_Out_T2": "2.8.2",
    "rE_In": "3.8.0",
    "rE_Out": "4.8.0",
    "rEii": "5.8.0",
    "rEic": "6.8.0",
    "rEei": "7.8.0",
    "rEec": "8.8.0",
}
_LIVE_UNITS = {
    "I_P1": "31.7.0",
    "I_P2": "51.7.0",
    "I_P3": "71.7.0",
    "V_P1": "32.7.0",
    "V_P2": "52.7.0",
    "V_P3": "72.7.0",
    "PF": "13.7.0",
}
# Import and export power of one conductor: a meter sends both or neither.
_PAIRS = {
    code: f"{int(code.split('.')[0]) + step}.7.0"
    for code, step in (
        (f"{group + start}.7.0", step)
        for start in _PHASES.values()
        for group, step in ((1, 1), (2, -1))
    )
}
METER_OK = "ok"


def parse_report(answer: object) -> tuple[Reading, ...]:
    """Read /api/v1/report; a meter whose status is not OK has no valid values."""
    report, meter = section(answer, "report"), section(answer, "meter")
    if word(meter.get("status")) != METER_OK:
        return ()
    values = dict(_report_values(report))
    if not values:
        return ()
    main = Reading(
        values=with_net_power(values),
        # The plain date_time is local time with a false Z.
        time=moment(report.get("date_time_utc")),
        token=("report", whole(report.get("id")), text(report.get("date_time"))),
        meter=_main_meter(meter),
    )
    return (main, *_volumes(report.get("volume"), "bus", "meter_id", "cumulative"))


def _main_meter(meter: Mapping[str, object]) -> Meter:
    """Describe the electricity meter; report and system use other words for it."""
    return Meter(
        serial=text(meter.get("id"))
        or text(meter.get("logical_name"))
        or text(meter.get("type")),
        manufacturer=text(meter.get("vendor")) or text(meter.get("manufacturer")),
        model=text(meter.get("model")),
    )


def _report_values(report: Mapping[str, object]) -> Iterator[tuple[str, float]]:
    """Yield every value of a report under its own name; absent keys stay absent."""
    for branches, name, places, kind in (
        (_POWERS, "instantaneous_power", _PHASES, 7),
        (_ENERGIES, "energy", _TARIFFS, 8),
        (_DEMANDS, "max_demand", _TARIFFS, 6),
    ):
        for path, group in branches.items():
            branch = section(report, name, *path)
            for key, offset in places.items():
                if (value := number(branch.get(key))) is not None:
                    code = (
                        f"{group + offset}.{kind}.0"
                        if kind == 7  # noqa: PLR2004
                        else f"{group}.{kind}.{offset}"
                    )
                    yield code, shift(value, _TO_BASE_UNIT)
    for name, group in (("current", 11), ("voltage", 12)):
        for key, offset in _PHASES.items():
            if (value := number(section(report, name).get(key))) is not None:
                yield f"{group + offset}.7.0", value
    if (value := number(report.get("power_factor"))) is not None:
        yield "13.7.0", value


def parse_live(event: object, proven: set[str], meter: Meter) -> tuple[Reading, ...]:
    """Read one event of /api/v1/live, which pads what the meter lacks with 0.

    A zero counts only for codes in `proven`; a value other than zero proves its code,
    and the opposite direction of the same power.
    """
    sent = section(event)
    values: dict[str, float] = {}
    for keys, places in ((_LIVE_THOUSANDS, _TO_BASE_UNIT), (_LIVE_UNITS, 0)):
        for key, code in keys.items():
            if (value := number(sent.get(key))) is not None:
                values[code] = shift(value, places)
    for code, value in values.items():
        if value:
            proven |= {code, _PAIRS.get(code, code)}
    values = {code: value for code, value in values.items() if code in proven}
    if not values:
        return ()
    main = Reading(
        values=with_net_power(values),
        # Local time without offset: good for telling two events apart, no more.
        token=("live", text(sent.get("Date")), text(sent.get("Time"))),
        meter=meter,
    )
    return (main, *_volumes(sent.get("Vol"), "Bus", "M_ID", "Cum"))


def _volumes(sent: object, bus: str, serial: str, cumulative: str) -> Iterator[Reading]:
    """Yield a reading (m³) for each meter of the meter bus that has reported one."""
    for entry in sent if isinstance(sent, list) else ():
        volume = section(entry)
        found, name = number(volume.get(cumulative)), text(volume.get(serial))
        if found is not None and name is not None:
            yield Reading(
                values={VOLUME: found},
                token=(found, text(volume.get("date_time") or volume.get("DT"))),
                meter=Meter(
                    key=f"volume_{whole(volume.get(bus)) or 0}_{name}",
                    medium=Medium.VOLUME,
                    serial=name,
                    # Water and gas meters report now and then.
                    stale_after=86_400.0,
                ),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What the device says of itself and its links.

    Voltages in V, signal in dBm; None is what this firmware does not say.
    """

    meter_status: str | None = None
    tariff: int | None = None
    conv_factor: int | None = None
    report_interval: float | None = None
    last_restart: datetime | None = None
    voltages: Mapping[str, float] = field(default_factory=dict)
    license: str | None = None
    wifi_rssi: int | None = None
    ethernet: bool | None = None
    clouds: Mapping[str, bool] = field(default_factory=dict)
    sd_card: bool | None = None


def parse_system(answer: object, last_restart: datetime | None) -> Details:
    """Read /api/v1/system."""
    device, meter = section(answer, "device"), section(answer, "meter")
    link = text(section(answer, "ethernet").get("status"))
    clouds = section(answer, "clouds")
    return Details(
        meter_status=word(meter.get("status")),
        tariff=_tariff(meter.get("tariff")),
        report_interval=number(meter.get("report_interval")),
        last_restart=last_restart,
        voltages={
            key: value
            for key, sent in section(device, "plug").items()
            if (value := number(sent)) is not None
        },
        license=word(section(device, "license").get("type")),
        wifi_rssi=whole(section(answer, "wifi").get("rssi")),
        ethernet=None if link is None else link.lower() == "up",
        clouds={
            key: connected
            for key in clouds
            if (connected := flag(section(clouds, key).get("connected"))) is not None
        },
        sd_card=flag(section(answer, "sd_card").get("installed")),
    )


def parse_system_meter(answer: object) -> Meter:
    """Describe the electricity meter as /api/v1/system does."""
    return _main_meter(section(answer, "meter"))


def with_report(details: Details, answer: object) -> Details:
    """Add what only a report says, or says sooner."""
    report = section(answer, "report")
    return replace(
        details,
        meter_status=word(section(answer, "meter").get("status")),
        tariff=_tariff(report.get("tariff")) or details.tariff,
        conv_factor=whole(report.get("conv_factor")),
    )


def with_live(details: Details, event: object) -> Details:
    """Add the tariff, which the live stream says sooner."""
    tariff = _tariff(section(event).get("T")) or details.tariff
    return details if tariff == details.tariff else replace(details, tariff=tariff)


def _tariff(sent: object) -> int | None:
    """Return the active tariff: 1 or 2."""
    found = whole(sent)
    return found if found in (1, 2) else None


def word(sent: object) -> str | None:
    """Return one of the device's words as a key: `KEY REQUIRED` is key_required."""
    word = text(sent)
    return None if word is None else word.lower().replace(" ", "_")
