"""The price of imported energy, by the tariff that is active."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from homeassistant.components.sensor import SensorEntityDescription, SensorStateClass

from ..bridges.obis import IMPORT_ENERGY

IMPORT_PRICE = SensorEntityDescription(
    key="import_price",
    translation_key="import_price",
    state_class=SensorStateClass.MEASUREMENT,
    suggested_display_precision=4,
)
# Where a bridge says itself which tariff is active.
_TARIFF = "tariff"


@dataclass(slots=True, kw_only=True)
class Price:
    """Follow which tariff is active; `prices` (per kWh) are those that were entered.

    Where the bridge does not say it, the tariff whose register counts is the active
    one: nobody knows before one has moved alone.
    """

    prices: Mapping[int, float]
    _levels: dict[int, float] = field(default_factory=dict)
    _active: int | None = None

    def now(self, values: Mapping[str, object]) -> float | None:
        """Return the price at these values of the meter and its bridge."""
        if (word := values.get(_TARIFF)) is not None:
            return self.prices.get(int(str(word)))
        levels = {
            tariff: level
            for tariff in range(1, 5)
            if isinstance(level := values.get(_register(tariff)), int | float)
        }
        if len(levels) < 2:  # noqa: PLR2004 (there is one tariff)
            return self.prices.get(1)
        moved = [
            tariff
            for tariff, level in levels.items()
            if level != self._levels.get(tariff, level)
        ]
        self._levels = levels
        if moved:
            self._active = moved[0] if len(moved) == 1 else None
        return None if self._active is None else self.prices.get(self._active)


def _register(tariff: int) -> str:
    """Return the register of imported energy of a tariff."""
    return f"{IMPORT_ENERGY[:-1]}{tariff}"
