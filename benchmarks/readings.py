"""The cost of a reading, from the bytes on the socket to the last state written."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from tests.kinds import KINDS
from tests.support.kind import Kind

from .alone import alone
from .feeder import Feeder
from .floor import BareStream, FloorSensor, ask_bare, floor_of, write
from .home import EVERY_READING, entities, home, new_entry, set_up, show
from .report import Aim, Cell, Part, figure
from .rounds import (
    PACE,
    Effort,
    Round,
    UpdateCounter,
    changed_by,
    in_turns,
    least,
    middle,
    polled,
    pushed,
    ratio,
)

_MOST_TIMES_FLOOR = 1.3
_MOST_UNCHANGED = 20.0
# How often each of two checkouts is measured, in a new process each time.
_REPEATS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The times of one kind of reading; `states` is None if readings were lost."""

    key: str
    states: float | None
    times: dict[str, list[float]] = field(default_factory=dict)

    def least(self, name: str) -> float | None:
        """Return the shortest time of this name."""
        return least(self.times.get(name, ()))


def readings(effort: Effort) -> list[Part]:
    """Measure every kind of bridge, beside that of another checkout if given."""
    if effort.before is None:
        return [_table(alone(measure, effort))]
    once = replace(effort, rounds=1 + effort.rounds // _REPEATS)
    runs: dict[Path | None, list[list[Found]]] = {effort.before: [], None: []}
    for _ in range(_REPEATS):
        for product, results in runs.items():
            results.append(alone(measure, once, product=product))
    before, after = (_joined(each) for each in runs.values())
    for was, now in zip(before, after, strict=True):
        # Home Assistant's part is the same for both.
        for name in ("floor", "bytes"):
            was.times[name] = now.times[name] = was.times[name] + now.times[name]
    return [_comparison(before, after), _table(after)]


def _joined(runs: Sequence[Sequence[Found]]) -> list[Found]:
    """Combine the rounds of several runs, row by row.

    Rows with lost readings have no rounds.
    """
    return [
        Found(
            key=rows[0].key,
            states=next((row.states for row in rows if row.states is not None), None),
            times={
                name: [each for row in rows for each in row.times.get(name, ())]
                for name in ("floor", "bytes", "ours")
            },
        )
        for rows in zip(*runs, strict=True)
    ]


def _table(found: Iterable[Found]) -> Part:
    """Return the figures of one checkout, and their aims."""
    part = Part(
        title="A reading, per bridge (µs of processor)",
        head=(
            *("Bridge", "States changed", "Floor", "Bytes alone"),
            *("Ours", "Ours, median", "x floor", "x floor and bytes"),
        ),
    )
    for each in found:
        if each.states is None:
            part.rows.append((each.key, "readings lost", *[None] * 6))
            continue
        floor, read, ours = map(each.least, ("floor", "bytes", "ours"))
        times, both = ratio(ours, floor), read and read + (floor or 0)
        figures = (
            *(floor, read, ours, middle(each.times["ours"])),
            *(times, ratio(ours, both)),
        )
        part.rows.append((each.key, figure(each.states), *figures))
        if times is not None:
            name = f"{each.key}, {each.states:.0f} states changed, x floor"
            part.aims.append(Aim(name=name, value=times, most=_MOST_TIMES_FLOOR))
        elif ours is not None:
            name = f"{each.key}, nothing changed"
            part.aims.append(
                Aim(name=name, value=ours, most=_MOST_UNCHANGED, unit="µs")
            )
    return part


def _comparison(before: Iterable[Found], after: Iterable[Found]) -> Part:
    """Return the figures of two checkouts side by side."""
    part = Part(
        title="A reading, before and after (µs of processor)",
        head=(
            *("Bridge", "States changed", "Before", "After"),
            *("Before / after", "Before, x floor", "After, x floor"),
        ),
    )
    for was, now in zip(before, after, strict=True):
        ours: list[Cell] = [was.least("ours"), now.least("ours")]
        times = [ratio(it.least("ours"), it.least("floor")) for it in (was, now)]
        cells = (*ours, ratio(was.least("ours"), now.least("ours")), *times)
        states = "readings lost" if now.states is None else figure(now.states)
        part.rows.append((now.key, states, *cells))
    return part


async def measure(effort: Effort) -> list[Found]:
    """Measure every kind of bridge in this process."""
    found: list[Found] = []
    with Feeder() as feeder:
        async with home() as hass:
            for kind in KINDS.values():
                if effort.takes(kind.key):
                    found += await _measure_kind(hass, feeder, kind, effort)
    return found


async def _measure_kind(
    hass: HomeAssistant, feeder: Feeder, kind: Kind, effort: Effort
) -> list[Found]:
    """Measure one kind of bridge."""
    found: list[Found] = []
    place = feeder.open("ours", kind.key, kind.benchmark.registers)
    other = feeder.open("bare", kind.key, kind.benchmark.registers)
    entry = await set_up(hass, await new_entry(hass, place, updates=EVERY_READING))
    await show(hass, entry)
    stream = BareStream(hass, other, kind.benchmark.path) if kind.streams else None
    ask_for_bytes = partial(
        ask_bare,
        async_get_clientsession(hass),
        kind.benchmark.method,
        f"http://{other.address}{kind.benchmark.path}",
        kind.benchmark.body,
    )
    await asyncio.sleep(0.3)
    shown = {entity.entity_id: entity for entity in entities(hass, entry)}
    taken = UpdateCounter(entry.runtime_data)
    for number, codes in enumerate(kind.benchmark.changes):
        if kind.streams:
            ours = pushed(feeder, "ours", codes, effort.readings, taken)
        else:
            ask = entry.runtime_data.async_refresh
            ours = polled(feeder, "ours", codes, effort.readings, ask)
        await ours()
        if (changes := await changed_by(hass, ours, effort)) is None:
            found.append(Found(key=kind.key, states=None))
            continue
        states, changed = changes
        rounds = {"ours": ours}
        if stream:
            bare = pushed(feeder, "bare", codes, effort.readings, stream)
        else:
            bare = polled(feeder, "bare", codes, effort.readings, ask_for_bytes)
        rounds["bytes"] = bare
        if changed:
            floor = await floor_of(
                hass, [shown[each] for each in changed], f"floor_{kind.key}_{number}"
            )
            rounds["floor"] = _written(floor, effort.readings)
        times = await in_turns(rounds, effort)
        found.append(Found(key=kind.key, states=states, times=times))
    if stream:
        await stream.stop()
    await hass.config_entries.async_remove(entry.entry_id)
    return found


def _written(floor: list[FloorSensor], count: int) -> Round:
    """Return a round that only writes the states."""
    values = [1000.0 + place for place in range(len(floor))]
    return lambda: write(floor, values, count, PACE)
