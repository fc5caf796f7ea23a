"""Fill the power of hours that were missed; imports the recorder.

Home Assistant keeps mean, minimum and maximum of each hour. For the hours in which it
was down, it takes the last value before.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isclose
import time

from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import (
    get_metadata,
    statistics_during_period,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.util.dt import utc_from_timestamp

from ..bridges.client import HourlyPower
from .plan import HOUR
from .records import converter, own, queue
from .registers import Register

# A sensor that is live has five-minute rows within this time.
_LIVE_SECONDS = 2 * HOUR
_ROUNDING = 1e-6


@dataclass(slots=True, kw_only=True)
class PowerRecord:
    """The hours of one power sensor, in the unit of its statistic.

    `newest` is when its latest five-minute row starts: hours before that are compiled.
    """

    register: Register
    metadata: StatisticMetaData
    hours: dict[int, HourlyPower] = field(default_factory=dict)
    newest: float = 0.0

    def convert(self, power: HourlyPower) -> HourlyPower:
        """Convert an hour from a reading's unit to the statistic's."""
        shown = self.register.shown
        convert: Callable[[float], float] = converter(self.metadata, self.register.unit)
        return HourlyPower(
            mean=convert(shown(power.mean)),
            least=convert(shown(power.least)),
            most=convert(shown(power.most)),
        )


async def read_powers(
    hass: HomeAssistant, registers: Iterable[Register], hours: range
) -> list[PowerRecord]:
    """Read these hours of each power sensor that has statistics."""
    return await get_instance(hass).async_add_executor_job(
        _read, hass, list(registers), hours
    )


def _read(
    hass: HomeAssistant, registers: Sequence[Register], hours: range
) -> list[PowerRecord]:
    """Read rows, each in the unit of its statistic."""
    by_id = {each.entity_id: each for each in registers}
    found = []
    for entity_id, (_, kept) in get_metadata(hass, statistic_ids=set(by_id)).items():
        if kept["mean_type"] is not StatisticMeanType.ARITHMETIC:
            continue
        record = PowerRecord(register=by_id[entity_id], metadata=own(kept))
        unit_class, unit = kept["unit_class"], kept["unit_of_measurement"]
        units = {unit_class: unit} if unit_class and unit else {}
        begin, end = utc_from_timestamp(hours.start), utc_from_timestamp(hours.stop)
        chosen = {entity_id}
        lines = statistics_during_period(
            hass, begin, end, chosen, "hour", units, {"mean", "min", "max"}
        )
        for line in lines.get(entity_id, ()):
            mean, least, most = line.get("mean"), line.get("min"), line.get("max")
            if mean is not None and least is not None and most is not None:
                record.hours[int(line["start"])] = HourlyPower(
                    mean=mean, least=least, most=most
                )
        live = utc_from_timestamp(time.time() - _LIVE_SECONDS)
        rows = statistics_during_period(
            hass, live, None, chosen, "5minute", units, {"mean"}
        )
        record.newest = max(
            (row["start"] for row in rows.get(entity_id, ())), default=0
        )
        found.append(record)
    return found


def write_powers(
    hass: HomeAssistant, record: PowerRecord, known: Mapping[int, HourlyPower]
) -> bool:
    """Queue the hours that differ from what is known; return whether there are any."""
    lines: list[StatisticData] = []
    for hour, power in known.items():
        new, old = record.convert(power), record.hours.get(hour)
        if hour + HOUR > record.newest or (old and _is_like(old, new)):
            continue
        lines.append(
            {
                "start": utc_from_timestamp(hour),
                "mean": new.mean,
                "min": new.least,
                "max": new.most,
            }
        )
    queue(hass, record.metadata, lines)
    return bool(lines)


def _is_like(one: HourlyPower, other: HourlyPower) -> bool:
    """Tell whether both are equal, apart from errors of adding floats."""
    return all(
        isclose(a, b, rel_tol=_ROUNDING, abs_tol=_ROUNDING)
        for a, b in (
            (one.mean, other.mean),
            (one.least, other.least),
            (one.most, other.most),
        )
    )
