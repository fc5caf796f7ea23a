"""Every mishap, in the order of the table."""

from .answers import BODIES, STATUSES
from .devices import DEVICES, STREAMS
from .floods import POURED, PUSHED
from .network import NETWORK
from .numbers import CLOCKS, COUNTERS, METERS

MISHAPS = {
    mishap.key: mishap
    for mishap in (
        *NETWORK,
        *POURED,
        *STATUSES,
        *BODIES,
        *COUNTERS,
        *CLOCKS,
        *METERS,
        *STREAMS,
        *PUSHED,
        *DEVICES,
    )
}
