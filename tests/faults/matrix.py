"""Every mishap, in the order of the table."""

from .answers import BODIES, STATUSES
from .devices import DEVICES, STREAMS
from .network import NETWORK
from .numbers import CLOCKS, COUNTERS, METERS

MISHAPS = {
    mishap.key: mishap
    for mishap in (
        *NETWORK,
        *STATUSES,
        *BODIES,
        *COUNTERS,
        *CLOCKS,
        *METERS,
        *STREAMS,
        *DEVICES,
    )
}
