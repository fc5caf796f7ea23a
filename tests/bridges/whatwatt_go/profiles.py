"""The meters that a whatwatt Go has been seen with, and its names for values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tests.support.simulator import Json, number


@dataclass(frozen=True, slots=True)
class Field:
    """The names of a value: its path in the report, and its key in the live stream."""

    code: str
    path: str
    live: str = ""

    def show(self, value: Decimal, volt_digits: int) -> int | float:
        """Return W as kW and Wh as kWh; V, A and the power factor unchanged."""
        if self.path.startswith("voltage"):
            return number(value, volt_digits)
        if self.path.startswith(("current", "power_factor")):
            return number(value, 2)
        return number(value.scaleb(-3), 3)


def _phases(quantity: int, path: str, live: str = "") -> list[Field]:
    """Return the fields of a quantity on L1, L2, L3, whose codes are 20 apart."""
    return [
        Field(f"{20 * n + quantity}.7.0", f"{path}.l{n}", live.format(n))
        for n in (1, 2, 3)
    ]


def _tariffs(quantity: str, path: str, live: str) -> list[Field]:
    """Return the fields of a counter: total, T1 and T2."""
    return [
        Field(f"{quantity}.0", f"{path}.total", live),
        Field(f"{quantity}.1", f"{path}.t1", f"{live}_T1"),
        Field(f"{quantity}.2", f"{path}.t2", f"{live}_T2"),
    ]


_POWER = "instantaneous_power."
_IMPORTED = "energy.reactive.imported."
_EXPORTED = "energy.reactive.exported."

FIELDS = (
    Field("1.7.0", f"{_POWER}active.positive.total", "P_In"),
    *_phases(1, f"{_POWER}active.positive", "P_P{}_In"),
    Field("2.7.0", f"{_POWER}active.negative.total", "P_Out"),
    *_phases(2, f"{_POWER}active.negative", "P_P{}_Out"),
    Field("3.7.0", f"{_POWER}reactive.positive.total", "rP_In"),
    *_phases(3, f"{_POWER}reactive.positive", "rP_P{}_In"),
    Field("4.7.0", f"{_POWER}reactive.negative.total", "rP_Out"),
    *_phases(4, f"{_POWER}reactive.negative", "rP_P{}_Out"),
    Field("9.7.0", f"{_POWER}apparent.total"),
    *_phases(12, "voltage", "V_P{}"),
    *_phases(11, "current", "I_P{}"),
    *_tariffs("1.8", "energy.active.positive", "E_In"),
    *_tariffs("2.8", "energy.active.negative", "E_Out"),
    Field("3.8.0", "energy.reactive.positive.total", "rE_In"),
    Field("4.8.0", "energy.reactive.negative.total", "rE_Out"),
    # In the vendor's table quadrant 2 is "imported", and quadrant 4 "exported".
    Field("5.8.0", f"{_IMPORTED}inductive.total", "rEii"),
    Field("6.8.0", f"{_IMPORTED}capacitive.total", "rEic"),
    Field("7.8.0", f"{_EXPORTED}inductive.total", "rEei"),
    Field("8.8.0", f"{_EXPORTED}capacitive.total", "rEec"),
    *_tariffs("1.6", "max_demand.active.positive", "P_P_In"),
    Field("13.7.0", "power_factor", "PF"),
)


def _codes(*paths: str) -> frozenset[str]:
    """Return the codes of fields whose paths begin like this."""
    return frozenset(field.code for field in FIELDS if field.path.startswith(paths))


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A kind of meter: its protocol, and the registers that it sends."""

    interface: str
    protocol: str
    protocol_version: str | None = None
    vendor: str
    prefix: str
    logical_name: str
    meter_id: str | None = None
    model: str | None = None
    interval: float
    codes: frozenset[str]
    volt_digits: int = 0
    sends_tariff: bool = True


_ACTIVE = (f"{_POWER}active", "voltage", "current")

LGZ = Profile(
    interface="MBUS",
    protocol="DLMS",
    vendor="Landis+Gyr",
    prefix="LGZ",
    logical_name="LGZ1030000012345",
    interval=7.136,
    codes=(
        _codes(*_ACTIVE, f"{_POWER}reactive", "energy.active", "energy.reactive.pos")
        | {"4.8.0"}
    )
    - {"3.7.0", "4.7.0", "1.8.1", "1.8.2", "2.8.1", "2.8.2"},
)
ENSOR = Profile(
    interface="P1",
    protocol="DSMR",
    protocol_version="5.0",
    vendor="Ensor",
    prefix="ESR",
    logical_name="ESR51030700012345",
    meter_id="1ESR0012000345",
    model="1ESR0012000345",
    interval=1.004,
    codes=_codes(*_ACTIVE, "energy.active"),
    volt_digits=2,
)
KMP = Profile(
    interface="TTL",
    protocol="KMP",
    protocol_version="0",
    vendor="Kamstrup",
    prefix="KMP",
    logical_name="OMNIPOWER",
    meter_id="20012345",
    model="OMNIPOWER rev. AF1",
    interval=3.914,
    codes=_codes(*_ACTIVE, "energy.active", "power_factor")
    | {"3.7.0", "4.7.0", "3.8.0", "4.8.0"},
)
# From the vendor's document of 2025: no phases, no current tariff, four quadrants.
E450 = Profile(
    interface="MBUS",
    protocol="DLMS",
    vendor="Landis+Gyr",
    prefix="LGZ",
    logical_name="LGZ1030000023456",
    meter_id="20023456",
    model="20023456",
    interval=3.128,
    codes=_codes("energy.active", _IMPORTED, _EXPORTED) | {"1.7.0", "2.7.0"},
    sends_tariff=False,
)
# Made from the vendor's table of fields, without a public sample: everything that no
# other meter sends.
E570 = Profile(
    interface="P1",
    protocol="DLMS",
    vendor="Landis+Gyr",
    prefix="LGZ",
    logical_name="LGZ1030000034567",
    meter_id="20034567",
    model="E570",
    interval=5.0,
    codes=_codes(
        *_ACTIVE, f"{_POWER}apparent", "energy.active", _IMPORTED, _EXPORTED, "max_"
    ),
    volt_digits=1,
)


def report_values(
    profile: Profile, values: Mapping[str, Decimal]
) -> dict[str, dict[str, Json] | Json]:
    """Return the values of the report, nested; without keys for what is not sent."""
    tree: dict[str, Json] = {}
    for field in _sent(profile, values):
        *branches, leaf = field.path.split(".")
        node = tree
        for branch in branches:
            below = node.setdefault(branch, {})
            if not isinstance(below, dict):
                raise TypeError(field.path)
            node = below
        node[leaf] = field.show(values[field.code], profile.volt_digits)
    return tree


def live_values(
    profile: Profile, values: Mapping[str, Decimal], *, padded: bool
) -> dict[str, Json]:
    """Return the values of the live stream; zero for those not sent, if padded."""
    live: dict[str, Json] = {}
    if padded:
        live = {field.live: 0 for field in FIELDS if field.live}
    for field in _sent(profile, values):
        if field.live:
            live[field.live] = field.show(values[field.code], profile.volt_digits)
    return live


def meter_variables(
    profile: Profile, values: Mapping[str, Decimal], *, signed: bool
) -> dict[str, str]:
    """Return the variables of the meter, all as texts; null for what it does not send.

    Currents can have a sign, which is that of the power of their phase.
    """
    sent = {
        field.code: str(field.show(values[field.code], profile.volt_digits))
        for field in _sent(profile, values)
    }
    found = {_variable(field.code): sent.get(field.code, "null") for field in FIELDS}
    found["energy.in"], found["power.in"] = found["1_8_0"], found["1_7_0"]
    for phase in (20, 40, 60):
        name = _variable(f"{phase + 11}.7.0")
        is_export = values.get(f"{phase + 2}.7.0", 0) > 0
        if signed and found[name] != "null":
            found[f"s{name}"] = f"-{found[name]}" if is_export else found[name]
    return found


def _variable(code: str) -> str:
    """Return the name of a register among the variables."""
    return code.replace(".", "_")


def _sent(profile: Profile, values: Mapping[str, Decimal]) -> Iterable[Field]:
    """Return the fields that this meter sends now."""
    return (
        field
        for field in FIELDS
        if field.code in profile.codes and field.code in values
    )
