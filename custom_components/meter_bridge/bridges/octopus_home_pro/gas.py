"""Gas in both m³ and kWh: the meter counts one of them, the bill the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from ..contract import BridgeOption
from ..obis import IMPORT_ENERGY, VOLUME
from ..snapshot import Derivation

_LEAST_CALORIFIC_VALUE = 30
# National Gas publishes a value for each day and area, from 37.5 to 43 MJ/m³, mostly 39
# to 40; the bill names the one that was used.
CALORIFIC_VALUE = BridgeOption(
    key="calorific_value",
    default=39.5,
    minimum=0,
    maximum=50,
    step=0.1,
    unit="MJ/m³",
    least=_LEAST_CALORIFIC_VALUE,
)
# Corrects for temperature and pressure; the Gas (Calculation of Thermal Energy)
# Regulations 1996 set it for every household.
CORRECTION_FACTOR = BridgeOption(
    key="correction_factor", default=1.02264, minimum=0.5, maximum=1.5, step=0.00001
)
OPTIONS = (CALORIFIC_VALUE, CORRECTION_FACTOR)

_MJ_PER_KWH = Decimal("3.6")


@dataclass(frozen=True, slots=True, kw_only=True)
class GasConversion:
    """The energy in a cubic metre as the meter counts it; None if not known."""

    kwh_per_m3: Decimal | None

    @classmethod
    def of(cls, options: Mapping[str, float]) -> Self:
        """Read the owner's options; a calorific value below any gas turns this off."""
        calorific, correction = (
            Decimal(repr(options.get(option.key, option.default))) for option in OPTIONS
        )
        if calorific < _LEAST_CALORIFIC_VALUE:
            return cls(kwh_per_m3=None)
        return cls(kwh_per_m3=correction * calorific / _MJ_PER_KWH)

    @property
    def derived(self) -> tuple[Derivation, ...]:
        """Return how energy (Wh) comes from a volume (m³), and volume from energy."""
        if self.kwh_per_m3 is None:
            return ()
        wh_per_m3 = self.kwh_per_m3 * 1000
        return (
            Derivation(
                code=IMPORT_ENERGY, source=VOLUME, factor=float(wh_per_m3), places=0
            ),
            Derivation(
                code=VOLUME, source=IMPORT_ENERGY, factor=float(1 / wh_per_m3), places=3
            ),
        )
