"""The values of a reading of a meter that was not known before."""

from dataclasses import replace

from custom_components.meter_bridge.bridges.obis import KnownPowers, with_net_power
from custom_components.meter_bridge.bridges.snapshot import Reading


def sent_values(reading: Reading) -> dict[str, float]:
    """Return the values of a reading by the scale that comes with it."""
    scale, scaled = reading.scale, reading.scaled
    if scale is None or scaled is None:
        return dict(reading.values)
    usual = replace(scale, multiplier=scale.multiplier or 1)
    return {**reading.values, **scaled(usual)}


def all_values(reading: Reading) -> dict[str, float]:
    """Return the values that were sent, and those worked out from them."""
    values = sent_values(reading)
    values = with_net_power(values, KnownPowers(codes=frozenset(values)))
    worked_out = {
        each.code: round(values[each.source] * each.factor, each.places)
        for each in reading.derived
        if each.source in values and each.code not in values
    }
    return values | worked_out
