"""Which meter of the meter bus is which: by its id, else by the bus that it is on."""

from collections.abc import Collection, Mapping

# A meter bus has a few meters; more than this are garbled names of the same ones.
_MOST_METERS = 32


class BusMeters:
    """The keys of the meters that were seen, each with the number of its bus.

    A meter without an id is known by its bus, and stays so once an id comes.
    """

    def __init__(self) -> None:
        """Know no meter yet."""
        self._buses: dict[str, int] = {}

    def key(
        self, bus: int | None, name: str | None, *, taken: Collection[str]
    ) -> str | None:
        """Return the key of a meter; None if nothing tells which one it is.

        `taken` are the keys of other meters in the same answer.
        """
        alone = f"volume_{bus}"
        if alone in self._buses and alone not in taken:
            return alone
        if name is not None:
            return self._keep(f"volume_{bus or 0}_{name}", bus or 0)
        if bus is None:
            return None
        known = [key for key, at in self._buses.items() if at == bus]
        if not known:
            return self._keep(alone, bus)
        return known[0] if len(known) == 1 and known[0] not in taken else None

    def _keep(self, key: str, bus: int) -> str:
        """Remember a meter; forget the first names if there are too many."""
        self._buses.setdefault(key, bus)
        if len(self._buses) > _MOST_METERS:
            named = (each for each, at in self._buses.items() if each != f"volume_{at}")
            del self._buses[next(named, next(iter(self._buses)))]
        return key

    def memory(self) -> Mapping[str, list[float]]:
        """Return what has to survive a restart of Home Assistant."""
        return {key: [bus] for key, bus in self._buses.items()}

    def recall(self, memory: Mapping[str, list[float]]) -> None:
        """Restore what `memory` returned before the restart."""
        self._buses = {
            key: int(numbers[0])
            for key, numbers in memory.items()
            if key.startswith("volume_")
        }
