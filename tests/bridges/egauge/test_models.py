"""Answers to registers, rates and totals: of a usual meter and of odd ones."""

from collections.abc import Mapping
import json

import pytest

from custom_components.meter_bridge.bridges.egauge.descriptions import register_sensors
from custom_components.meter_bridge.bridges.egauge.kinds import (
    KINDS,
    UNKNOWN,
    WRAP,
    average_rate,
)
from custom_components.meter_bridge.bridges.egauge.meaning import meaning_of
from custom_components.meter_bridge.bridges.egauge.models import Details, reading_of
from custom_components.meter_bridge.bridges.egauge.parts import Parts
from custom_components.meter_bridge.bridges.egauge.registers import (
    Listing,
    Register,
    parse_listing,
)
from custom_components.meter_bridge.bridges.errors import BridgeResponseError
from custom_components.meter_bridge.bridges.obis import REGISTERS
from custom_components.meter_bridge.bridges.snapshot import Reading
from custom_components.meter_bridge.bridges.wire import steps_between
from tests.bridges.egauge.conftest import FIXTURES, believed

UNITS = {"V": "V", "I": "A", "F": "Hz", "#3": None, "P": "W", "S": "VA", "PQ": "var"}
CODES = (
    *("P", "S", "var", "PQ", "V", "Vdc", "I", "Idc", "F", "THD", "Qe", "R", "T", "dT"),
    *("Ee", "#", "#3", "%", "$", "d", "a", "aq", "h", "Pa", "ppm", "m", "Q", "Qv", "v"),
)


def _reading(listing: Listing, **roles: str) -> Reading:
    """Return the reading of a listing, by the roles that the owner has chosen."""
    chosen = tuple(sorted(roles.items()))
    return reading_of(listing, meaning_of(listing.registers, chosen), Parts())


def load(name: str) -> Mapping[str, object]:
    """Load an answer of a three-phase meter that measures only the grid."""
    text = (FIXTURES / f"{name}.json").read_text()
    found: Mapping[str, object] = json.loads(text)
    return found


def listing(
    *entries: Mapping[str, object], row: list[object] | None = None
) -> dict[str, object]:
    """Return an answer with these registers and rows."""
    ranges = [{"ts": "1000", "delta": 1, "rows": [row]}] if row else []
    return {"ts": "1000", "registers": list(entries), "ranges": ranges}


def test_a_whole_listing() -> None:
    """A meter has 21 registers, each with its unit."""
    found = parse_listing(load("listing"))
    assert len(found.registers) == 21
    sensors = register_sensors(Details(registers=found.registers))
    by_key = {each.key: each for each in sensors}
    for register in found.registers:
        sensor = by_key[register.value_key]
        assert sensor.native_unit_of_measurement == UNITS[register.type]
    states = {each.key: each.state_class for each in sensors}
    assert states["register_20_energy"] == "total"
    assert states["register_21_energy"] == "total_increasing"
    assert states["register_22_apparent_energy"] == "total_increasing"
    assert states["register_23_reactive_energy"] == "total"


def test_a_whole_minute() -> None:
    """Rates follow from two rows a minute apart."""
    found = parse_listing(load("minute"))
    assert len(found.registers) == 23
    named = {each.name: found.rates[each.key] for each in found.registers}
    assert named["L1 volts"] == pytest.approx(231.4, abs=0.005)
    assert round(named["Grid"]) == 8123
    assert round(named["Grid*"]) == 8444
    assert round(named["VAr"]) == 2307
    assert named["Hertz"] == pytest.approx(49.98, abs=0.005)
    assert named["PF"] == pytest.approx(0.962, abs=0.0005)
    assert named["use"] == named["Grid"]
    values = believed(_reading(found))
    assert values["register_20_energy"] == 2_619_543.9140
    assert values["virtual_gen_energy"] == 1_433_337.3218
    # Export needs Grid+ beside Grid-; without it there is neither import nor export.
    main = {code: value for code, value in values.items() if code in REGISTERS}
    assert main == {"16.7.0": named["Grid"]}


def test_every_code_has_its_kind() -> None:
    """All type codes of the vendor's tables are known, and each has a description."""
    assert KINDS.keys() == set(CODES)
    entries = [
        {"name": code, "type": code, "did": did} for did, code in enumerate(CODES)
    ]
    found = parse_listing(listing(*entries))
    sensors = register_sensors(Details(registers=found.registers))
    assert len(sensors) == len(CODES) + 7
    assert len({each.key for each in sensors}) == len(sensors)
    assert all(
        each.entity_registry_enabled_default
        for each in sensors
        if (
            each.key.endswith(("power", "_energy", "voltage", "volume"))
            and "apparent_energy" not in each.key
            and "reactive_energy" not in each.key
        )
    )


def test_an_unknown_code_is_a_number() -> None:
    """A register of an unknown type has a sensor without unit, disabled by default."""
    found = parse_listing(listing({"name": "new", "type": "lx", "did": 3, "rate": 7}))
    (register,) = found.registers
    assert register.kind is UNKNOWN
    (sensor,) = register_sensors(Details(registers=found.registers))
    assert not sensor.entity_registry_enabled_default
    assert sensor.native_unit_of_measurement is None
    assert believed(_reading(found)) == {"register_3_value": 7}


def test_the_sensors_stay_the_same_while_the_registers_do() -> None:
    """A new register leaves the descriptions of the others as they are."""
    one = {"name": "Grid", "type": "P", "did": 0}
    two = {"name": "Solar", "type": "P", "did": 1}

    def sensors(*entries: Mapping[str, object]) -> tuple[object, ...]:
        registers = parse_listing(listing(*entries)).registers
        return register_sensors(Details(registers=registers))

    assert sensors(one) is sensors(one)
    assert sensors(one, two)[:2] == sensors(one)
    assert sensors(one, two)[0] is sensors(one)[0]


@pytest.mark.parametrize(
    "entry",
    [
        None,
        {},
        {"name": "x"},
        {"name": "x", "type": 1},
        {"name": "", "type": "P"},
        {"name": "x", "type": "P", "did": "0"},
        {"name": "x", "type": "P", "did": True},
        {"name": "x", "type": "P", "did": -1},
    ],
)
def test_odd_registers_are_left_out(entry: Mapping[str, object]) -> None:
    """A malformed register is left out; the others keep their columns."""
    good = {"name": "Grid", "type": "P", "did": 7}
    found = parse_listing(listing(entry, good, row=["1", "36000000"]))
    assert [each.key for each in found.registers] == ["register_7"]
    assert believed(_reading(found)) == {"register_7_energy": 10}


@pytest.mark.parametrize(
    "ranges",
    [
        None,
        [None],
        [{"ts": "x", "rows": []}],
        [{"ts": "1", "delta": 1, "rows": None}],
        [{"ts": "1", "delta": 1, "rows": [["1"], None, ["1", "2", "3"]]}],
        [{"ts": "1", "delta": 1, "rows": [[1, "x"]]}],
        [{"ts": "1", "delta": 1, "rows": [["", "99999999999999999999"]]}],
        [{"ts": "1", "delta": 1, "rows": [["", "9223372036854775808"]]}],
        [{"ts": "1", "delta": 1, "rows": [["-9223372036854775809", ""]]}],
        [{"ts": "1", "delta": 0, "rows": [["x", "x"], ["x", "x"]]}],
        [{"ts": "1", "delta": 1, "rows": [["x", "x"], ["x", "x"]]}],
    ],
)
def test_odd_rows_say_nothing(ranges: object) -> None:
    """A rate needs no row; a row that does not match the registers is ignored."""
    answer = listing(
        {"name": "oven", "type": "P", "did": 0, "rate": 5},
        {"name": "door", "type": "d", "did": 1},
    )
    found = parse_listing({**answer, "ranges": ranges})
    assert believed(_reading(found)) == {"register_0_power": 5}


@pytest.mark.parametrize("answer", [None, [], {}, {"registers": None}])
def test_no_list_of_registers_is_an_error(answer: object) -> None:
    """An answer without the list must not look like a meter without registers."""
    with pytest.raises(BridgeResponseError):
        parse_listing(answer)


def test_the_list_of_registers_is_bounded() -> None:
    """Registers and rows beyond what a device can have are ignored."""
    registers = [{"name": "a", "type": "P", "did": did} for did in range(5000)]
    row: list[object] = ["36000000"] * 5000
    found = parse_listing(
        {
            "registers": registers,
            "ranges": [{"ts": "1", "rows": []}] * 500
            + [{"ts": "9", "delta": 1, "rows": [row] * 1000}],
        }
    )
    assert len(found.registers) == len(found.counters) == 512
    assert len(found.rows) == 2


def test_no_rate_from_almost_equal_times() -> None:
    """Two rows with almost the same time give no rate, rather than a huge one."""
    found = parse_listing(
        {
            "registers": [{"name": "Grid", "type": "P", "did": 0}],
            "ranges": [{"ts": "0", "delta": 1e-320, "rows": [["7"], ["5"]]}],
        }
    )
    assert found.rows[0].time > found.rows[1].time
    assert found.rates == {}


def test_counters_wrap_around() -> None:
    """Differences are taken modulo 2^63."""
    top, bottom = (1 << 63) - 1, -(1 << 63)
    assert steps_between(bottom + 9, top, WRAP) == 10
    assert steps_between(top, bottom + 9, WRAP) == -10
    assert steps_between(7, 9, WRAP) == -2
    assert average_rate(KINDS["V"], bottom + 230_000 - 1, top, 1.0) == 230


def test_zero_is_a_reading() -> None:
    """A counter at zero is a value; only a counter that was not sent is missing."""
    grid = ({"name": "grid+", "type": "P", "did": 1}, {"name": "grid-", "type": "P"})
    found = parse_listing(listing(grid[0], {**grid[1], "did": 2}, row=["7200", "0"]))
    values = believed(_reading(found))
    assert (values["1.8.0"], values["2.8.0"]) == (2, 0)
    found = parse_listing(listing(grid[0], {**grid[1], "did": 2}, row=["7200", 0]))
    values = believed(_reading(found))
    assert values["1.8.0"] == 2
    assert "2.8.0" not in values
    only_new = parse_listing(
        {
            "registers": [{**grid[0]}, {**grid[1], "did": 2}],
            "ranges": [
                {"ts": "2", "delta": 1, "rows": [["7", "7"], ["5", None]]},
            ],
        }
    )
    assert only_new.rates == {"register_1": 2}


KWH = 3_600_000


def test_only_a_net_register_may_fall() -> None:
    """A physical register with +, - or | in its name never falls."""
    for register, may_fall in (
        (Register(key="register_0", name="Grid", type="P", number=0), True),
        (Register(key="register_1", name="Grid+", type="P", number=1), False),
        (Register(key="virtual_use", name="use|", type="P"), True),
        (Register(key="register_2", name="any", type="S"), False),
    ):
        assert register.counting
        assert register.counting.may_fall is may_fall


@pytest.mark.parametrize(
    ("code", "counter", "amount"),
    [
        ("P", 42_274_897_200, 11_743.027),
        ("P", -1, -0.0001),
        ("S", KWH, 1),
        ("PQ", KWH, 1),
        ("Qv", 4_711_018_999_999, 4711.018),
        ("$", (1 << 29) * 5, 5),
        ("Q", 1500, 1.5),
    ],
)
def test_each_counter_has_its_unit(code: str, counter: int, amount: float) -> None:
    """Totals are in kWh, kVAh, kvarh, m³, money or kg, as exact decimal numbers."""
    counting = Register(key="register_3", name="any", type=code).counting
    assert counting
    assert counting.amount(counter) == amount


def test_some_kinds_have_no_total() -> None:
    """Voltages do not add up to anything."""
    assert Register(key="register_2", name="voltage_a", type="V").counting is None


@pytest.mark.parametrize(
    ("code", "rate"),
    [
        ("P", 1_000_001),
        ("S", -1_000_001),
        ("PQ", 1_000_001),
        ("V", 1_000_001),
        ("I", 10_001),
        ("F", 400),
        ("T", -101),
    ],
)
def test_a_present_value_that_cannot_be_is_missing(code: str, rate: float) -> None:
    """A register whose type tells what it measures is checked like any other value."""
    sent = {"name": "any", "type": code, "did": 3, "rate": rate}
    assert believed(_reading(parse_listing(listing(sent)))) == {}


@pytest.mark.parametrize("code", ["#3", "h", "%", "a", "dT", "new"])
def test_a_plain_number_may_have_any_value(code: str) -> None:
    """A register of plain numbers is not checked: its type does not say what it is."""
    sent = {"name": "powerFactor", "type": code, "did": 3, "rate": -4711}
    assert list(believed(_reading(parse_listing(listing(sent)))).values()) == [-4711]


# A direct feed: solar power joins on the grid's side of what `Grid` measures.
_FEED: tuple[Mapping[str, object], ...] = (
    {"name": "use", "type": "P", "rate": 1234.5},
    {"name": "gen", "type": "P", "rate": 3234.4},
    {"name": "Grid", "type": "P", "did": 0, "rate": 1234.5},
    {"name": "to us", "type": "P", "did": 1, "rate": 0},
    {"name": "from us", "type": "P", "did": 2, "rate": 1999.9},
)
_COUNTED: list[object] = ["0", "0", "0", "7200000", "3600000"]


def test_the_owner_says_what_registers_mean() -> None:
    """Where `Grid` is not the grid, net power is consumption less generation."""
    found = parse_listing(listing(*_FEED, row=_COUNTED))
    assert believed(_reading(found))["16.7.0"] == 1234.5
    values = believed(
        _reading(
            found,
            net_power="use_less_gen",
            import_energy="register_1",
            export_energy="register_2",
        )
    )
    assert (values["16.7.0"], values["1.8.0"], values["2.8.0"]) == (-1999.9, 2000, 1000)
    # A role whose register has been removed is ignored.
    values = believed(_reading(found, net_power="register_9", import_energy="none"))
    assert {"16.7.0", "1.8.0", "2.8.0"}.isdisjoint(values)


def test_a_battery_is_subtracted_as_well() -> None:
    """Net power is less what a battery delivers."""
    found = parse_listing(listing(*_FEED, {"name": "bat", "type": "P", "rate": 100.1}))
    values = believed(_reading(found, net_power="use_less_gen"))
    assert values["16.7.0"] == -2100.0


def test_net_power_needs_all_its_parts() -> None:
    """While generation is missing, consumption alone gives no net power."""
    use, _, *others = _FEED
    found = parse_listing(listing(use, {"name": "gen", "type": "P"}, *others))
    assert "16.7.0" not in believed(_reading(found, net_power="use_less_gen"))


def test_names_are_told_apart_by_case() -> None:
    """Two registers whose names differ only in case have different keys."""
    sent = [
        {"name": name, "type": "P", "rate": rate}
        for rate, name in enumerate(("Grid", "GRID", "grid"))
    ]
    found = parse_listing(listing(*sent))
    sensors = register_sensors(Details(registers=found.registers))
    assert len({each.key for each in sensors}) == 6
    values = believed(_reading(found, net_power="virtual_GRID"))
    assert values["16.7.0"] == values["virtual_GRID_power"] == 1


def test_a_total_that_counts_the_same_names_the_other() -> None:
    """A register's total names the meter's total that it equals, by the roles."""
    found = parse_listing(listing(*_FEED))
    chosen = (
        ("export_energy", "register_2"),
        ("import_energy", "register_1"),
        ("net_power", "none"),
    )
    roles = meaning_of(found.registers, chosen).roles
    sensors = register_sensors(Details(registers=found.registers, roles=roles))
    counted_by = {each.key: each.counted_by for each in sensors if each.counted_by}
    assert counted_by == {"register_1_energy": "1.8.0", "register_2_energy": "2.8.0"}
