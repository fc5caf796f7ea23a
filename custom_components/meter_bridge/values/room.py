"""How much of Home Assistant's registries a bridge may fill."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..bridges.words import short_key

# More than any home has. They limit a bridge that sends new names for ever, which would
# fill memory, disk and registries.
MOST_ENTITIES, MOST_METERS = 512, 16


class Room:
    """A limited set of names; those known at the start count as well."""

    def __init__(self, most: int, known: Iterable[str] = ()) -> None:
        """Start with the known names, even if they are more than `most`."""
        self._most = most
        self._known = set(known)

    def __contains__(self, name: str) -> bool:
        """Tell whether a name is known."""
        return name in self._known

    def admit(self, name: str) -> bool:
        """Tell whether a name is known or there is room for it, which is taken then."""
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

    A key that is already in the registry stays whole.
    """
    return key if key in room else short_key(key)
