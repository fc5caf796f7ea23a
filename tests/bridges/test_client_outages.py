"""Bad answers of a bridge, for the client of each kind.

What an owner sees of these and more mishaps is in tests/faults; which error each
failure of a request is, in tests/bridges/transport; JSON that makes no sense, in
test_bad_input.py.
"""

from collections.abc import Callable, Mapping

import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.errors import (
    BridgeConnectionError,
    BridgeError,
    BridgeResponseError,
)
from tests.bridges.conftest import Connect
from tests.support.simulator import Simulator

type Mishap = Callable[[Simulator], None]

MISHAPS: Mapping[str, tuple[Mishap, type[BridgeError]]] = {
    "broken": (lambda it: it.fail_with(500), BridgeConnectionError),
    "busy": (lambda it: it.fail_with(429), BridgeConnectionError),
    "stalled": (lambda it: it.stall(), BridgeConnectionError),
    "nothing there": (lambda it: it.fail_with(404), BridgeResponseError),
    "elsewhere": (lambda it: it.redirect("http://127.0.0.1:9/"), BridgeResponseError),
}


@pytest.mark.usefixtures("warp")
@pytest.mark.parametrize("mishap", MISHAPS)
@pytest.mark.parametrize("key", BRIDGES)
async def test_no_good_answer(
    simulator: Simulator, connect: Connect, mishap: str
) -> None:
    """Each client distinguishes an outage from another device, and recovers."""
    cause, error = MISHAPS[mishap]
    cause(simulator)
    for ask in (connect().identify, connect().fetch):
        with pytest.raises(error):
            await ask()
    simulator.heal()
    client = connect()
    assert (await client.identify()).serial
    assert (await client.fetch()).readings
