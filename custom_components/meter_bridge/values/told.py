"""What owners say about meters whose bridge passes on only a number."""

from collections.abc import Mapping
from dataclasses import replace

from ..bridges.obis import VOLUME
from ..bridges.snapshot import Medium, Reading
from ..bridges.wire import shift
from ..const import CONF_MEDIUM, CONF_UNIT

type Told = Mapping[str, Mapping[str, str]]
"""Medium and unit, by the key of the meter."""

_LITRES = "L"


def as_told(reading: Reading, told: Told) -> Reading:
    """Return a reading as its owner says that it is meant; litres become m³."""
    meter = reading.meter
    if meter.medium is not Medium.VOLUME or meter.key not in told:
        return reading
    words = told[meter.key]
    values = reading.values
    if words[CONF_UNIT] == _LITRES and VOLUME in values:
        values = {**values, VOLUME: shift(values[VOLUME], -3)}
    medium = Medium(words[CONF_MEDIUM])
    return replace(
        reading,
        values=values,
        meter=replace(meter, medium=medium, unit=words[CONF_UNIT]),
    )
