"""How evenly the phases are loaded, and how near they are to the rating of the fuse."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import UnitOfElectricCurrent

from ..bridges.contract import BridgeBinarySensor, BridgeSensor
from ..bridges.descriptions import fuse_overloads, fuse_sensors
from ..bridges.fuse import Fuse
from ..bridges.wire import difference

type Number = float | bool | None

CURRENTS = {"31.7.0": 1, "51.7.0": 2, "71.7.0": 3}
"""The codes of the currents, with their phases."""

PHASE_IMBALANCE = SensorEntityDescription(
    key="phase_imbalance",
    translation_key="phase_imbalance",
    device_class=SensorDeviceClass.CURRENT,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
    suggested_display_precision=2,
    entity_registry_enabled_default=False,
)


@dataclass(slots=True, kw_only=True)
class Balance:
    """The load of the phases of one meter; `rating` (A) is None without a fuse."""

    rating: float | None = None
    _fuse: Fuse = field(default_factory=Fuse)

    def show(self, values: Mapping[str, float]) -> Mapping[str, Number]:
        """Return imbalance and fuse values by key, from the currents among `values`."""
        currents = {
            phase: values[code] for code, phase in CURRENTS.items() if code in values
        }
        shown: dict[str, Number] = {}
        if len(currents) == len(CURRENTS):
            amperes = [abs(current) for current in currents.values()]
            shown[PHASE_IMBALANCE.key] = difference(max(amperes), min(amperes))
        if self.rating is None or not currents:
            return shown
        shown["main_fuse"] = self.rating
        shown |= self._fuse.judge(self.rating, values)
        return shown


FUSE_SENSORS: tuple[BridgeSensor[object], ...] = fuse_sensors(lambda _details: None)
FUSE_OVERLOADS: tuple[BridgeBinarySensor[object], ...] = fuse_overloads()
