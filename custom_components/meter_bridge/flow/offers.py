"""Which sources of the Energy dashboard a bridge can really fill."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.core import HomeAssistant

from ..bridges import Kind
from ..bridges.contract import Feed
from ..bridges.obis import IMPORT_ENERGY, VOLUME
from ..bridges.snapshot import Reading, Snapshot
from .energy import (
    BATTERY,
    GAS,
    GRID,
    MEDIA,
    SOLAR,
    WATER,
    missing_sources,
    missing_types,
)

FEEDS: Mapping[str, frozenset[Feed]] = {
    SOLAR: frozenset({Feed.SOLAR}),
    BATTERY: frozenset({Feed.DISCHARGED, Feed.CHARGED}),
    GAS: frozenset({Feed.GAS}),
    WATER: frozenset({Feed.WATER}),
}
"""What makes a source out of sensors that only the bridge has."""
# The group of codes whose totals make a source, those of single tariffs included.
_GROUPS = {
    GRID: (IMPORT_ENERGY,),
    GAS: (VOLUME, IMPORT_ENERGY),
    WATER: (VOLUME,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The types of source that a bridge can add, by the tick that they need.

    One tick adds `meter`; those in `own` have a tick each. Something `is_missing` that
    meters of this kind could add, even if this one cannot. `is_later`: its meter has
    sent no total yet.
    """

    meter: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    is_missing: bool = False
    is_later: bool = False

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to tick."""
        return not self.meter and not self.own


async def may_offer(hass: HomeAssistant, bridge: Kind) -> bool:
    """Tell whether a bridge of this kind could add anything that is missing."""
    own = FEEDS if bridge.more_sensors else ()
    return bool(
        await missing_sources(hass, bridge.media) or await missing_types(hass, own)
    )


async def offer(
    hass: HomeAssistant, bridge: Kind, snapshot: Snapshot[Any] | None
) -> Offer:
    """Return what a bridge can add, by its present snapshot.

    Without a snapshot, its meters may have everything that their kind has.
    """
    missing = await missing_sources(hass, bridge.media)
    if snapshot is None:
        return Offer(meter=tuple(missing), is_missing=bool(missing))
    fed = await missing_types(hass, _fed(bridge, snapshot))
    of_meters = [source for source in fed if source not in (SOLAR, BATTERY)]
    found = {_has_total(source, snapshot) for source in missing}
    fits = of_meters or True in found
    return Offer(
        meter=tuple(dict.fromkeys([*missing, *of_meters]))
        if fits or None in found
        else (),
        own=tuple(source for source in fed if source in (SOLAR, BATTERY)),
        is_missing=bool(missing),
        is_later=not fits and bool(snapshot.readings),
    )


def _fed(bridge: Kind, snapshot: Snapshot[Any]) -> Iterator[str]:
    """Yield the types of source that sensors of the bridge's own can make."""
    sensors = bridge.more_sensors(snapshot.details) if bridge.more_sensors else ()
    never = {
        key
        for reading in snapshot.readings
        for key, count in reading.counts.items()
        if not count
    }
    # A site without generation has a total of it, too: leave it out.
    feeds = {each.feeds for each in sensors if each.key not in never}
    return (source for source, needed in FEEDS.items() if needed <= feeds)


def _has_total(source: str, snapshot: Snapshot[Any]) -> bool | None:
    """Tell whether a meter has the total that a source takes; None: not yet."""
    readings = [
        each for each in snapshot.readings if each.meter.medium is MEDIA[source]
    ]
    if not readings:
        # A meter that cannot be read yet has no reading at all.
        return None if not snapshot.readings else False
    if any(_has(each, _GROUPS[source]) for each in readings):
        return True
    # These name all that they have, and what the owner chose.
    return False if any(each.is_complete or each.own for each in readings) else None


def _has(reading: Reading, codes: Iterable[str]) -> bool:
    """Tell whether a reading has one of these totals, those of tariffs included."""
    named = [*reading.values, *reading.unread, *reading.stands_for]
    named += [each.code for each in reading.derived]
    groups = tuple(code.rpartition(".")[0] for code in codes)
    return reading.scaled is not None or any(
        each.rpartition(".")[0] in groups for each in named
    )
