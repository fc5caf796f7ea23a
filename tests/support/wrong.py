"""How a reading of a counter can be wrong."""

from enum import Enum, auto


class Wrong(Enum):
    """What is sent instead of the true level of a counter."""

    ZERO = auto()
    NEGATIVE = auto()
    DROP = auto()
    DIP = auto()
    JUMP = auto()
    LEAP = auto()
    MISSING = auto()
