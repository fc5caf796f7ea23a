"""Fixtures of this bridge's tests: paths, entities, and streams."""

import pytest

from custom_components.meter_bridge import stream as stream_module
from tests.bridges.iometer.simulator import IometerSimulator
from tests.support.waiting import eventually

READING, STATUS = "/v1/reading", "/v1/status"
POWER = "sensor.bridge_power"
IMPORT = "sensor.bridge_energy_import"
PIN = "sensor.bridge_pin"
METER_CONNECTION = "binary_sensor.bridge_meter_connection"
BRIDGE_CONNECTION = "binary_sensor.bridge_bridge_connection"
JSON, EVENTS = "application/json", "text/event-stream"


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry a broken stream at once."""
    monkeypatch.setattr(stream_module, "_RETRY_MINIMUM", 0.05)


async def followed(simulator: IometerSimulator) -> None:
    """Wait until both streams are open."""
    await eventually(lambda: simulator.open_streams == 2)


def asked(simulator: IometerSimulator, since: int = 0) -> list[tuple[str, str]]:
    """Return path and Accept header of the requests after that time."""
    return [
        (request.path, request.headers["Accept"])
        for request in simulator.requests[since:]
    ]
