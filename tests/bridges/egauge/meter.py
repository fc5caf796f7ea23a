"""The registers of an eGauge in the simulated household."""

from collections.abc import Callable
from decimal import Decimal

from tests.bridges.egauge.database import Register
from tests.support.house import PHASES, House, Register as Flow

_NAMES = {1: "a", 2: "b", 3: "c"}
_MILLISECONDS = 1000


def _counted(flows: Callable[[House], dict[int, Flow]]) -> Callable[[House], int]:
    """Return a counter of watt-seconds, from the house's own registers."""
    return lambda house: (
        sum(flow.raw for flow in flows(house).values()) // _MILLISECONDS
    )


imported = _counted(lambda house: house.imported)
exported = _counted(lambda house: house.exported)


def household() -> list[Register]:
    """Return registers for a three-phase connection with solar power.

    Virtual registers have no number (`did`), and come first.
    """

    def solar(house: House) -> int:
        return sum(house.solar.values())

    def net(house: House) -> int:
        return imported(house) - exported(house)

    registers = [
        Register("use", "P", lambda house: house.power + solar(house)),
        Register("gen", "P", solar),
    ]
    for phase in PHASES:
        registers += _phase(phase)
    return [
        *registers,
        Register("frequency", "F", lambda house: house.frequency, 6),
        Register("Grid", "P", lambda house: house.power, 7, net),
        Register("Grid+", "P", lambda house: house.import_power, 8, imported),
        Register("Grid-", "P", lambda house: house.export_power, 9, exported),
        Register("Grid*", "S", lambda house: house.apparent_power, 10),
        Register("reactivePower", "PQ", lambda house: house.reactive_power, 11),
        Register("powerFactor", "#3", lambda house: house.power_factor, 12),
        Register("Solar", "P", solar, 13),
        Register("gas", "Qv", _gas_rate, 14, _gas),
        Register("cellar", "T", lambda _: Decimal("14.375"), 15),
        Register("damp", "h", lambda _: Decimal("61.2"), 16),
        Register("earnings", "$", lambda house: _price(solar(house)), 17),
        Register("relay", "d", lambda _: 5, 18),
    ]


def _gas_rate(house: House) -> Decimal:
    """Return the gas flow in m³/s."""
    return Decimal(house.gas_rate) / 3_600_000


def _gas(house: House) -> int:
    """Return the gas counter in 10^-9 m³; the house counts l/h times milliseconds."""
    return house.gas.raw * 5 // 18


def _price(watts: int) -> Decimal:
    """Return the earnings of solar power in a second."""
    return Decimal(watts) * Decimal("0.08") / 3_600_000


def _phase(phase: int) -> list[Register]:
    """Return the registers of voltage and current of a phase."""
    name = _NAMES[phase]
    return [
        Register(
            f"voltage_{name}", "V", lambda house: house.voltage[phase], 2 * phase - 2
        ),
        Register(
            f"current_{name}", "I", lambda house: house.current[phase], 2 * phase - 1
        ),
    ]
