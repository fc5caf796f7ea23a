"""One import of past hours: the request, its progress and its results."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from homeassistant.util.dt import utc_from_timestamp

from ..bridges.snapshot import MAIN_METER
from .plan import HOUR

FILLED, STANDS = "filled", "stands"
"""Results of an hour: written, or already right. Others say why it was left out."""


FIRST_HOUR = "first_hour"
"""What an import waits for: Home Assistant has recorded no full hour yet."""


class State(StrEnum):
    """The state of an import."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    UNDONE = "undone"


@dataclass(slots=True, kw_only=True)
class Job:
    """One import, as it is stored in a file of the entry.

    Parts go back in time: `next` is the end of the part that follows. By sensor,
    `results` holds the result of each hour, `replaced` the row that was there before
    (None: no row), `lifted` from which hour on its sums were raised, and by how much.
    It was `asked` for at a time (Unix seconds), and `waits` for the first recorded hour
    of a sensor: a bridge that was just added has none yet to lead up to.
    """

    start: int
    end: int
    meter: str = MAIN_METER
    state: State = State.RUNNING
    next: int = 0
    results: dict[str, dict[int, str]] = field(default_factory=dict)
    replaced: dict[str, dict[int, list[float] | None]] = field(default_factory=dict)
    lifted: dict[str, list[list[float]]] = field(default_factory=dict)
    asked: float = 0.0
    waits: bool = False

    @property
    def progress(self) -> float:
        """Return the share that is done, from 0 to 1."""
        return (self.end - self.next) / (self.end - self.start)

    def is_for(self, start: int, end: int | None, meter: str) -> bool:
        """Return whether a request is for this import; without an end, any end fits."""
        return (self.start, self.meter) == (start, meter) and end in (None, self.end)

    def note(
        self, entity_id: str, results: Mapping[int, str], stood: Mapping[int, Any]
    ) -> None:
        """Note the result of hours, and the rows from before the first time written."""
        self.results.setdefault(entity_id, {}).update(results)
        kept = self.replaced.setdefault(entity_id, {})
        for hour, row in stood.items():
            kept.setdefault(hour, row)

    def note_lift(self, entity_id: str, start: int, more: float) -> None:
        """Note by how much a row's sum and all later ones were raised."""
        self.lifted.setdefault(entity_id, []).append([start, more])

    def has_added(self, entity_id: str, hour: int) -> bool:
        """Return whether the import added this hour's row where there was none."""
        replaced = self.replaced.get(entity_id, {})
        return hour in replaced and replaced[hour] is None

    def as_stored(self) -> dict[str, Any]:
        """Return this as plain data; adjacent hours with one result are merged."""
        return {
            "start": self.start,
            "end": self.end,
            "meter": self.meter,
            "state": self.state,
            "next": self.next,
            "asked": self.asked,
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
        """Return the import that `as_stored` was called on."""
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
            # Earlier versions did not wait.
            asked=stored.get("asked", 0.0),
        )

    def outcome(self) -> dict[str, Any]:
        """Return a summary: the state, and how many hours were filled or left out."""
        results = [each for by in self.results.values() for each in by.values()]
        return {
            "outcome": self.state,
            "start": written(self.start),
            "end": written(self.end),
            "filled": results.count(FILLED),
            "left": sum(each not in (FILLED, STANDS) for each in results),
        }

    def waiting(self) -> dict[str, str]:
        """Return what it waits for, if it does."""
        return {"waits_for": FIRST_HOUR} if self.waits else {}

    def report(self) -> dict[str, Any]:
        """Return the results of all hours by sensor; adjacent equal ones are merged."""
        return {
            "state": self.state,
            "start": written(self.start),
            "end": written(self.end),
            "progress": round(self.progress, 3),
            **self.waiting(),
            "sensors": {
                entity_id: [
                    {"start": written(first), "end": written(end), "result": result}
                    for first, end, result in _runs(by_hour)
                ]
                for entity_id, by_hour in self.results.items()
            },
        }


def _runs(by_hour: Mapping[int, str]) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and result of each run of adjacent hours with one result."""
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
    """Return the result of each single hour, the reverse of `_runs`."""
    return {
        hour: result for first, end, result in runs for hour in range(first, end, HOUR)
    }


def written(time: float) -> str:
    """Return a time as ISO 8601 text, to the minute, for the owner to read."""
    return utc_from_timestamp(time).isoformat(timespec="minutes")
