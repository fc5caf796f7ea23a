"""One import of past hours: what was asked for, and what became of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from homeassistant.util.dt import utc_from_timestamp

from ..bridges.snapshot import MAIN_METER
from .plan import HOUR

FILLED, STANDS = "filled", "stands"
"""What became of an hour; every other word tells why it was left."""


class State(StrEnum):
    """How an import stands."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    UNDONE = "undone"


@dataclass(slots=True, kw_only=True)
class Job:
    """One import, as it is kept in a file of the entry.

    `next` is the end of the part that comes next: parts go back in time. `results`
    tells for each sensor what became of which hour, `replaced` what stood there before
    (None: nothing), `lifted` by how much its sums were lifted from which hour on.
    """

    start: int
    end: int
    meter: str = MAIN_METER
    state: State = State.RUNNING
    next: int = 0
    results: dict[str, dict[int, str]] = field(default_factory=dict)
    replaced: dict[str, dict[int, list[float] | None]] = field(default_factory=dict)
    lifted: dict[str, list[list[float]]] = field(default_factory=dict)

    @property
    def progress(self) -> float:
        """Return the part that is done, from 0 to 1."""
        return (self.end - self.next) / (self.end - self.start)

    def is_for(self, start: int, end: int | None, meter: str) -> bool:
        """Tell whether this is what is asked for; without an end, whatever that was."""
        return (self.start, self.meter) == (start, meter) and end in (None, self.end)

    def note(
        self, entity_id: str, results: Mapping[int, str], stood: Mapping[int, Any]
    ) -> None:
        """Note what became of hours, and what stood there before the first import."""
        self.results.setdefault(entity_id, {}).update(results)
        kept = self.replaced.setdefault(entity_id, {})
        for hour, row in stood.items():
            kept.setdefault(hour, row)

    def note_lift(self, entity_id: str, start: int, more: float) -> None:
        """Note by how much sums were lifted from a row on."""
        self.lifted.setdefault(entity_id, []).append([start, more])

    def take_lifts(self, entity_id: str) -> list[list[float]]:
        """Return by how much sums were lifted, and forget it."""
        return self.lifted.pop(entity_id, [])

    def has_added(self, entity_id: str, hour: int) -> bool:
        """Tell whether a row is one that the import has added."""
        replaced = self.replaced.get(entity_id, {})
        return hour in replaced and replaced[hour] is None

    def as_stored(self) -> dict[str, Any]:
        """Return this as plain data: hours that follow each other stand together."""
        return {
            "start": self.start,
            "end": self.end,
            "meter": self.meter,
            "state": self.state,
            "next": self.next,
            "results": {each: list(_runs(by)) for each, by in self.results.items()},
            "replaced": {
                each: [[hour, *row] for hour, row in by.items() if row]
                for each, by in self.replaced.items()
            },
            "added": {
                each: list(_runs({hour: FILLED for hour, row in by.items() if not row}))
                for each, by in self.replaced.items()
            },
            "lifted": self.lifted,
        }

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> Job:
        """Return what `as_stored` was called on."""
        replaced: dict[str, dict[int, list[float] | None]] = {
            each: dict.fromkeys(_hours(runs)) for each, runs in stored["added"].items()
        }
        for each, rows in stored["replaced"].items():
            replaced[each] |= {hour: row for hour, *row in rows}
        return cls(
            start=stored["start"],
            end=stored["end"],
            meter=stored["meter"],
            state=State(stored["state"]),
            next=stored["next"],
            results={each: _hours(runs) for each, runs in stored["results"].items()},
            replaced=replaced,
            lifted=stored["lifted"],
        )

    def outcome(self) -> dict[str, Any]:
        """Return in short how it ended: how many hours were filled, and left."""
        results = [each for by in self.results.values() for each in by.values()]
        return {
            "outcome": self.state,
            "start": written(self.start),
            "end": written(self.end),
            "filled": results.count(FILLED),
            "left": sum(each not in (FILLED, STANDS) for each in results),
        }

    def report(self) -> dict[str, Any]:
        """Return what became of which hours, for each sensor, equal ones together."""
        return {
            "state": self.state,
            "start": written(self.start),
            "end": written(self.end),
            "progress": round(self.progress, 3),
            "sensors": {
                entity_id: [
                    {"start": written(first), "end": written(end), "result": result}
                    for first, end, result in _runs(by_hour)
                ]
                for entity_id, by_hour in self.results.items()
            },
        }


def _runs(by_hour: Mapping[int, str]) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and result of hours that follow each other and are equal."""
    first = end = 0
    result = ""
    for hour in sorted(by_hour):
        if hour != end or by_hour[hour] != result:
            if result:
                yield first, end, result
            first, result = hour, by_hour[hour]
        end = hour + HOUR
    if result:
        yield first, end, result


def _hours(runs: Iterable[Sequence[Any]]) -> dict[int, str]:
    """Return the result of each hour of what `_runs` has yielded."""
    return {
        hour: result for first, end, result in runs for hour in range(first, end, HOUR)
    }


def written(time: float) -> str:
    """Return a time as the owner reads it."""
    return utc_from_timestamp(time).isoformat(timespec="minutes")
