"""How much of Home Assistant's registries a bridge may fill."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from ..bridges.words import printable

# More than any home has: a bridge that has other names all the time must not fill
# memory, disk and registries.
MOST_ENTITIES, MOST_METERS = 512, 16
# The longest key that stands in a unique id as it is; the sum takes 32 characters.
_LONGEST_KEY, _SUM = 64, 32


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


def short_key(key: str) -> str:
    """Return a key as it may stand in an id: long ones are cut, with a sum of all.

    The same goes for one with control characters.
    """
    if len(key) <= _LONGEST_KEY and key.isprintable():
        return key
    digest = sha256(key.encode(errors="surrogatepass")).hexdigest()
    return f"{printable(key[: _LONGEST_KEY - _SUM - 1])}_{digest[:_SUM]}"


def id_key(key: str, room: Room) -> str:
    """Return the part of a unique id that stands for a key.

    One that a registry has already stays.
    """
    return key if key in room else short_key(key)
