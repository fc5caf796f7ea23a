"""Where a text of a bridge may be shown, and why."""

from enum import Enum

_NAMES = frozenset({"title", "names", "attributes", "devices", "log", "issues"})


class Shown(Enum):
    """Reasons to show a text; each value has the places where it may appear."""

    ON_THE_BOX = frozenset({"serials", "connections"})
    """Owners compare the serial number of a device with the one on its label."""
    ON_THE_BILL = frozenset({"states"})
    """A sensor shows the number of the meter, for comparison with the bill."""
    NAME = _NAMES | {"diagnostics"}
    """A bridge and its registers have the names that the owner gave them."""
    NAME_ASKED_FOR = _NAMES
    """The same, but the key has another meaning in diagnostics."""
    DEVICE = frozenset({"diagnostics", "states", "attributes", "devices"})
    """The model of a device, its software, and its condition."""
    RAW = frozenset({"diagnostics"})
    """The meter's number as text, a time, or a country."""
