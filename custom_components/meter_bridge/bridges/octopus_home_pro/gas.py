"""Gas in both m³ and kWh: the meter counts one of them, the bill the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from ..contract import BridgeOption
from ..obis import VOLUME

# National Gas publishes a value for each day and area, from 37.5 to 43 MJ/m³ and mostly
# between 39 and 40; the bill names the one that was reckoned with.
CALORIFIC_VALUE = BridgeOption(
    key="calorific_value",
    default=39.5,
    minimum=0,
    maximum=50,
    step=0.1,
    unit="MJ/m³",
)
# For temperature and pressure, as the Gas (Calculation of Thermal Energy) Regulations
# 1996 set it for every household.
CORRECTION_FACTOR = BridgeOption(
    key="correction_factor", default=1.02264, minimum=0.5, maximum=1.5, step=0.00001
)
OPTIONS = (CALORIFIC_VALUE, CORRECTION_FACTOR)

_LEAST_CALORIFIC_VALUE = 30
_ENERGY = "1.8.0"
_MJ_PER_KWH = Decimal("3.6")
_STEP = Decimal("0.001")


@dataclass(frozen=True, slots=True, kw_only=True)
class GasConversion:
    """How much energy is in a cubic metre as the meter counts it; None is not known."""

    kwh_per_m3: Decimal | None

    @classmethod
    def of(cls, options: Mapping[str, float]) -> Self:
        """Read the owner's options; a calorific value that no gas has means none."""
        calorific, correction = (
            Decimal(repr(options.get(option.key, option.default))) for option in OPTIONS
        )
        if calorific < _LEAST_CALORIFIC_VALUE:
            return cls(kwh_per_m3=None)
        return cls(kwh_per_m3=correction * calorific / _MJ_PER_KWH)

    def complete(self, values: Mapping[str, float]) -> dict[str, float]:
        """Add energy (Wh) to a volume (m³), or volume to energy, to three decimals."""
        complete = dict(values)
        if self.kwh_per_m3 is None:
            return complete
        if VOLUME in values:
            kwh = Decimal(repr(values[VOLUME])) * self.kwh_per_m3
            complete[_ENERGY] = int(kwh.quantize(_STEP) * 1000)
        elif _ENERGY in values:
            m3 = Decimal(repr(values[_ENERGY])) / 1000 / self.kwh_per_m3
            complete[VOLUME] = float(m3.quantize(_STEP))
        return complete
