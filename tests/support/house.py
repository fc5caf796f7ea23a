"""A simulated household, whose meter all simulators read.

There are no rounding errors: power is in whole watts, time in whole milliseconds, and a
register counts their product. Powers are signed, positive for import.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

PHASES = (1, 2, 3)
TARIFFS = (1, 2)
QUADRANTS = (1, 2, 3, 4)
START = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)

# First code of phase 1; IEC 62056-61 puts a phase's codes 20 apart.
_PHASE_STEP = 20


@dataclass(slots=True)
class Register:
    """A register that counts exactly: watts (var, litres/hour) times milliseconds."""

    raw: int = 0

    @classmethod
    def of(cls, amount: str) -> Register:
        """Return a register at a level in kWh (kvarh, m³), at most nine decimals."""
        return cls(int(Decimal(amount) * 3_600_000_000))

    def flow(self, rate: int, milliseconds: int) -> None:
        """Count a flow at a rate in W (var, l/h)."""
        self.raw += rate * milliseconds

    @property
    def amount(self) -> Decimal:
        """Return Wh (varh, l), cut after three decimals as meters do, not rounded."""
        return Decimal(self.raw // 3600).scaleb(-3)


def _spread(total: int) -> dict[int, int]:
    """Distribute watts over the phases unevenly; their sum is the total."""
    first = total * 45 // 100
    second = total * 35 // 100
    return {1: first, 2: second, 3: total - first - second}


class House:
    """A household with a three-phase meter, two tariffs, solar power and gas.

    `elapsed` is the time in milliseconds since it began, whatever the clock is set to.
    """

    def __init__(self, start: datetime = START) -> None:
        """Start with counters of some years, and 321 W of import."""
        self.now = start
        self.elapsed = 0
        self.tariff = 1
        self.load = _spread(321)
        self.solar = dict.fromkeys(PHASES, 0)
        self.reactive = {1: 21, 2: -58, 3: 9}
        self.voltage = {1: Decimal("231.4"), 2: Decimal("229.8"), 3: Decimal("233.1")}
        self.frequency = Decimal("50.01")
        self.gas_rate = 0
        self.imported = {1: Register.of("8957.276"), 2: Register.of("2785.751")}
        self.exported = {1: Register.of("2860.417"), 2: Register.of("324.085")}
        self.quadrants = {
            1: Register.of("248.114"),
            2: Register.of("50.853"),
            3: Register.of("187.402"),
            4: Register.of("2691.084"),
        }
        self.gas = Register.of("4711.018")
        self.demand = {1: 5210, 2: 3870}

    def draw(self, watts: int, phase: int | None = None) -> None:
        """Import exactly these watts, in total or on one phase, without solar power."""
        for number, share in self._shares(watts, phase).items():
            self.load[number] = share
            self.solar[number] = 0

    def export(self, watts: int, phase: int | None = None) -> None:
        """Export exactly these watts: set solar power to that and the loads."""
        for number, share in self._shares(watts, phase).items():
            self.solar[number] = self.load[number] + share

    def react(self, var: int, phase: int | None = None) -> None:
        """Set reactive power (inductive is positive), in total or on one phase."""
        self.reactive.update(self._shares(var, phase))

    def burn(self, litres_per_hour: int) -> None:
        """Use gas at a rate (l/h)."""
        self.gas_rate = litres_per_hour

    def advance(self, seconds: float) -> None:
        """Let time pass, in whole milliseconds, and count what flowed."""
        milliseconds = round(seconds * 1000)
        self.now += timedelta(milliseconds=milliseconds)
        self.elapsed += milliseconds
        self.imported[self.tariff].flow(self.import_power, milliseconds)
        self.exported[self.tariff].flow(self.export_power, milliseconds)
        self.quadrants[self.quadrant].flow(abs(self.reactive_power), milliseconds)
        self.gas.flow(self.gas_rate, milliseconds)
        self.demand[self.tariff] = max(self.demand[self.tariff], self.import_power)

    @property
    def phase_power(self) -> dict[int, int]:
        """Net power of each phase in W."""
        return {phase: self.load[phase] - self.solar[phase] for phase in PHASES}

    @property
    def power(self) -> int:
        """Net power over all phases in W."""
        return sum(self.phase_power.values())

    @property
    def import_power(self) -> int:
        """Import power in W; phases are summed first, as summation meters do."""
        return max(self.power, 0)

    @property
    def export_power(self) -> int:
        """Export power in W, as a positive number."""
        return max(-self.power, 0)

    @property
    def reactive_power(self) -> int:
        """Net reactive power in var."""
        return sum(self.reactive.values())

    @property
    def quadrant(self) -> int:
        """Quadrant in which reactive energy is counted now."""
        if self.reactive_power >= 0:
            return 1 if self.power >= 0 else 2
        return 4 if self.power >= 0 else 3

    @property
    def import_energy(self) -> Decimal:
        """Imported energy in Wh over both tariffs."""
        return Register(sum(each.raw for each in self.imported.values())).amount

    @property
    def export_energy(self) -> Decimal:
        """Exported energy in Wh over both tariffs."""
        return Register(sum(each.raw for each in self.exported.values())).amount

    @property
    def apparent_power(self) -> int:
        """Apparent power in VA."""
        return round(Decimal(self.power**2 + self.reactive_power**2).sqrt())

    @property
    def power_factor(self) -> Decimal:
        """Share of the apparent power that is active, without sign."""
        if not self.apparent_power:
            return Decimal(1)
        share = Decimal(abs(self.power)) / self.apparent_power
        return min(share, Decimal(1)).quantize(Decimal("0.01"))

    @property
    def current(self) -> dict[int, Decimal]:
        """Current of each phase in A, without sign."""
        return {
            phase: (
                Decimal(power**2 + self.reactive[phase] ** 2).sqrt()
                / self.voltage[phase]
            ).quantize(Decimal("0.01"))
            for phase, power in self.phase_power.items()
        }

    def obis(self) -> dict[str, Decimal]:
        """All values of an electricity meter: OBIS code to W, Wh, V, A, Hz."""
        values = self._energies() | {
            "1.7.0": Decimal(self.import_power),
            "2.7.0": Decimal(self.export_power),
            "3.7.0": Decimal(max(self.reactive_power, 0)),
            "4.7.0": Decimal(max(-self.reactive_power, 0)),
            "9.7.0": Decimal(self.apparent_power),
            "13.7.0": self.power_factor,
            "14.7.0": self.frequency,
            "16.7.0": Decimal(self.power),
        }
        for phase in PHASES:
            step = _PHASE_STEP * phase
            power, reactive = self.phase_power[phase], self.reactive[phase]
            values |= {
                f"{step + 1}.7.0": Decimal(max(power, 0)),
                f"{step + 2}.7.0": Decimal(max(-power, 0)),
                f"{step + 3}.7.0": Decimal(max(reactive, 0)),
                f"{step + 4}.7.0": Decimal(max(-reactive, 0)),
                f"{step + 11}.7.0": self.current[phase],
                f"{step + 12}.7.0": self.voltage[phase],
                f"{step + 16}.7.0": Decimal(power),
            }
        return values

    def _energies(self) -> dict[str, Decimal]:
        """Counters in Wh and varh, and the highest import power in W."""
        first, second, third, fourth = (self.quadrants[number] for number in QUADRANTS)
        values = {
            "1.8.0": self.import_energy,
            "2.8.0": self.export_energy,
            "3.8.0": Register(first.raw + second.raw).amount,
            "4.8.0": Register(third.raw + fourth.raw).amount,
            "1.6.0": Decimal(max(self.demand.values())),
        }
        for tariff in TARIFFS:
            values[f"1.8.{tariff}"] = self.imported[tariff].amount
            values[f"2.8.{tariff}"] = self.exported[tariff].amount
            values[f"1.6.{tariff}"] = Decimal(self.demand[tariff])
        for number in QUADRANTS:
            values[f"{4 + number}.8.0"] = self.quadrants[number].amount
        return values

    @staticmethod
    def _shares(amount: int, phase: int | None) -> Mapping[int, int]:
        """Return the share of each phase."""
        return _spread(amount) if phase is None else {phase: amount}
