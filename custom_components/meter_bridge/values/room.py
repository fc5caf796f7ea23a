"""How much of Home Assistant's registries a bridge may fill."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..bridges.words import short_key

# More than any home has: a bridge that has other names all the time must not fill
# memory, disk and registries.
MOST_ENTITIES, MOST_METERS = 512, 16


class Room:
    """A limited number of names, those included that are known already."""

    def __init__(self, most: int, known: Iterable[str] = ()) -> None:
        """Count what there is already, be it more than what there may be."""
        self._most = most
        self._known = set(known)

    def __contains__(self, name: str) -> bool:
        """Tell whether a name is known."""
        return name in self._known

    def admit(self, name: str) -> bool:
        """Tell whether a name is known, or there is room for it; then it is known."""
        if name in self._known:
            return True
        if len(self._known) >= self._most:
            return False
        self._known.add(name)
        return True

    def forget(self, name: str) -> None:
        """Make room again."""
        self._known.discard(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """Room for the entities of a bridge, by `id_key`, and for its meters."""

    entities: Room = field(default_factory=lambda: Room(MOST_ENTITIES))
    meters: Room = field(default_factory=lambda: Room(MOST_METERS))


def id_key(key: str, room: Room) -> str:
    """Return the part of a unique id that stands for a key.

    One that a registry has already stays.
    """
    return key if key in room else short_key(key)
