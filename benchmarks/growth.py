"""The cost of many bridges, each of which pushes a reading every second."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
import sys
import time

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import HomeAssistant, callback
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .alone import alone
from .feeder import Feeder, Place
from .fleet import FleetRun
from .gauges import Lag, Probe, resident
from .home import LIVE_POWER, home, new_entry
from .report import Aim, Cell, Part
from .rounds import Effort

SIZES, QUICK_SIZES = (1, 10, 100, 500, 1000), (1, 10, 100)
# Whole intervals of the thresholds (10 s).
_SECONDS, _QUICK_SECONDS = 20, 10
_WARM_SECONDS, _GRACE_SECONDS = 3, 1.0
# Time limits: until all bridges push, and in total.
_SET_UP_SECONDS, _HARD_SECONDS = 60.0, 120.0
_TOGETHER = 20
# If the simulators are later than this, their own speed would be measured.
_MOST_LATE = 1.0
_MOST_LAG, _MOST_SHARE, _MOST_GROWTH = 50.0, 100.0, 1.3
_HEAD = (
    "Bridges",
    "Entities each",
    "States a reading",
    "A reading (µs)",
    "Share of a core (%)",
    "Lag p50 (ms)",
    "Lag p99 (ms)",
    "Longest lag (ms)",
    "Memory each (KiB)",
    "Set up (s)",
)


class NotReachedError(Exception):
    """The bridges were not set up, or their readings not received, in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The cost of some bridges: `spent` seconds of processor time in `seconds`."""

    entities: float
    states: float
    readings: int
    seconds: float
    spent: float
    lag: Lag
    kibibytes: float | None
    setup: float

    @property
    def share(self) -> float:
        """Return the load of a core (%)."""
        return 100 * self.spent / self.seconds

    @property
    def reading(self) -> float:
        """Return the processor time of a reading (µs)."""
        return 1e6 * self.spent / self.readings

    @property
    def p99(self) -> float:
        """Return the 99th percentile of the lag (ms)."""
        return 1000 * self.lag.p99

    def cells(self) -> Sequence[Cell]:
        """Return the cells of the table."""
        return (
            *(round(self.entities), self.states, self.reading, self.share),
            *(1000 * self.lag.p50, self.p99, 1000 * self.lag.longest),
            *(self.kibibytes, self.setup),
        )


def growth(effort: Effort) -> list[Part]:
    """Measure every number of bridges in a process of its own; print as they finish."""
    sizes = QUICK_SIZES if effort.is_quick else SIZES
    seconds = _QUICK_SECONDS if effort.is_quick else _SECONDS
    part = Part(title="Bridges that push a reading a second", head=_HEAD)
    found: dict[int, Found] = {}
    for count, spread in (*((size, True) for size in sizes), (sizes[-1], False)):
        try:
            size = alone(grow, count, seconds, spread, seconds=_HARD_SECONDS)
            cells = size.cells()
            if spread:
                found[count] = size
        except (NotReachedError, TimeoutError) as error:
            why = str(error) or f"took more than {_HARD_SECONDS:.0f} s"
            cells = (f"not reached: {why}", *[None] * (len(_HEAD) - 2))
        part.rows.append((f"{count}{'' if spread else ', all at once'}", *cells))
        sys.stderr.write(f"benchmark: {list(part.lines())[-1]}\n")
    part.aims += _aims(found, sizes)
    return [part]


def _aims(found: dict[int, Found], sizes: Sequence[int]) -> list[Aim]:
    """Return the aims: for the most bridges, and their readings' cost beside ten's."""
    few, many, name = found.get(sizes[1]), found.get(sizes[-1]), f"{sizes[-1]} bridges"
    lag, share, times = inf, inf, inf
    if many:
        lag, share = many.p99, many.share
        times = many.reading / few.reading if few else inf
    return [
        Aim(name=f"{name}, p99 lag", value=lag, most=_MOST_LAG, unit="ms"),
        Aim(name=f"{name}, share of a core", value=share, most=_MOST_SHARE, unit="%"),
        Aim(
            name=f"a reading among {name}, x one among {sizes[1]}",
            value=times,
            most=_MOST_GROWTH,
        ),
    ]


async def grow(count: int, seconds: int, spread: bool) -> Found:  # noqa: FBT001 (piped)
    """Measure one number of bridges; raise NotReachedError if it cannot be done."""
    with Feeder() as feeder:
        places = feeder.fleet(count)
        async with home() as hass:
            begin = time.monotonic()
            # The first bridge also loads what all of them share: leave it out.
            entries = await set_up_all(hass, places[:1])
            before = resident()
            entries += await set_up_all(hass, places[1:])
            setup = time.monotonic() - begin
            more = resident() - before
            await feeder.run_fleet(_WARM_SECONDS)
            # Measure the lag separately: its probe costs more than one bridge.
            writes, begin, spent = _Writes(hass), time.monotonic(), time.thread_time()
            run = await feeder.run_fleet(seconds, spread=spread)
            spent, took = time.thread_time() - spent, time.monotonic() - begin
            writes.stop()
            await _judge(entries, run)
            probe = Probe()
            again = await feeder.run_fleet(seconds, spread=spread)
            lag = await probe.stop()
            await _judge(entries, again)
            return Found(
                entities=hass.states.async_entity_ids_count() / count,
                states=writes.count / run.sent,
                readings=run.sent,
                seconds=took,
                spent=spent,
                lag=lag,
                kibibytes=more / (count - 1) if count > 1 else None,
                setup=setup,
            )


class _Writes:
    """Counts the events of changed states."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start to count."""
        self.count = 0
        self.stop = hass.bus.async_listen(EVENT_STATE_CHANGED, self._note)

    @callback
    def _note(self, _event: object) -> None:
        """Count an event."""
        self.count += 1


async def set_up_all(
    hass: HomeAssistant, places: Sequence[Place]
) -> list[MockConfigEntry]:
    """Set up bridges, several at once, and wait until all of them push."""
    entries = []
    for place in places:
        entry = await new_entry(hass, place, updates=LIVE_POWER)
        # Equal names would cost time: Home Assistant tries numbers until one is free.
        hass.config_entries.async_update_entry(entry, title=f"Bridge {place.serial}")
        entries.append(entry)
    try:
        async with asyncio.timeout(_SET_UP_SECONDS):
            for at in range(0, len(entries), _TOGETHER):
                some = entries[at : at + _TOGETHER]
                await asyncio.gather(
                    *(hass.config_entries.async_setup(each.entry_id) for each in some)
                )
            await hass.async_block_till_done()
            while not all(map(_pushes, entries)):  # noqa: ASYNC110 (nobody tells)
                await asyncio.sleep(0.1)
    except TimeoutError:
        ready = sum(map(_pushes, entries))
        raise NotReachedError(
            f"{ready} of {len(entries)} pushed after {_SET_UP_SECONDS:.0f} s"
        ) from None
    return entries


def _pushes(entry: MockConfigEntry) -> bool:
    """Tell whether a bridge is set up and has pushed a reading."""
    return entry.state is ConfigEntryState.LOADED and entry.runtime_data.stream.is_open


async def _judge(entries: Sequence[MockConfigEntry], run: FleetRun) -> None:
    """Raise NotReachedError if readings were late or lost: figures would be wrong."""
    await asyncio.sleep(_GRACE_SECONDS)
    if run.late > _MOST_LATE:
        raise NotReachedError(f"the simulators were {run.late:.1f} s late")
    if run.requests:
        raise NotReachedError(f"bridges were polled {run.requests} times meanwhile")
    behind = sum(
        entry.runtime_data.data.readings[0].time != run.read_at for entry in entries
    )
    if behind:
        raise NotReachedError(f"{behind} bridges had not taken the last reading")
