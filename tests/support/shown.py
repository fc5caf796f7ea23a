"""Where a text that a bridge says may be shown, and why."""

from enum import Enum

_NAMES = frozenset({"title", "names", "attributes", "devices", "log", "issues"})


class Shown(Enum):
    """Reasons to show a text; the value is the places where that is right."""

    ON_THE_BOX = frozenset({"serials", "connections"})
    """An owner looks in the device registry for numbers that stand on the box."""
    ON_THE_BILL = frozenset({"states"})
    """A sensor shows the number of the meter, to compare it with the bill."""
    NAME = _NAMES | {"diagnostics"}
    """A bridge and its registers are called as the owner has called them."""
    NAME_ASKED_FOR = _NAMES
    """The same, under a key that stands for other things in diagnostics."""
    DEVICE = frozenset({"diagnostics", "states", "attributes", "devices"})
    """What kind of device it is, which software runs, and how it is."""
    RAW = frozenset({"diagnostics"})
    """The meter's number as text, a time, or a country."""
