"""Every mishap, in the order of the table, and where one still does harm."""

from .answers import BODIES, STATUSES
from .devices import DEVICES, STREAMS
from .network import NETWORK
from .numbers import CLOCKS, COUNTERS

MISHAPS = {
    mishap.key: mishap
    for mishap in (
        *NETWORK,
        *STATUSES,
        *BODIES,
        *COUNTERS,
        *CLOCKS,
        *STREAMS,
        *DEVICES,
    )
}

DEFECTS = {
    ("octopus_home_pro", "The device: another of its kind takes its place at once"): (
        "its readings do not name it, and who it is was asked within the last hour"
    ),
}
"""What is not as it should be, by bridge and mishap, and why."""
