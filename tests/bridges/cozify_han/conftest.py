"""Fixtures of this bridge's tests: ids, paths, and streams."""

from custom_components.meter_bridge.bridges.cozify_han.details import Details
from tests.bridges.cozify_han.simulator import CozifyHanSimulator
from tests.support.clients import Published, power
from tests.support.waiting import eventually

MAC = "02:5a:c3:10:7e:44"
SERIAL = "SN-T01-0042"
UUID = "0c6f9b1e-7a44-4d0e-9f63-2d51c08a7be4"

STATE, CONFIGURATION, HEALTH = "/han", "/configuration", "/health"
METER, OLD_METER, METER_ID = "/meter", "/meter/data", "/meter/id"
SOCKET, EVENTS, OLD_EVENTS = "/ws", "/sse", "/events"


async def followed(simulator: CozifyHanSimulator, way: str = SOCKET) -> None:
    """Wait until the stream is open on this path."""
    await eventually(lambda: simulator.ways == [way], seconds=5)


def says(published: Published[Details], watts: float) -> bool:
    """Tell whether the last snapshot has this net power."""
    return bool(published) and power(published[-1]) == watts
