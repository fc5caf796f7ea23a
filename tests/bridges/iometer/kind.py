"""The description of an IOmeter for the tests of all kinds."""

from collections.abc import Mapping
from typing import Any

from tests.bridges.iometer.simulator import IometerSimulator
from tests.support.kind import Benchmark, Kind, Peer, Register
from tests.support.shown import Shown

_POWERS = ("16.7.0", "36.7.0", "56.7.0", "76.7.0")


def _swap(simulator: IometerSimulator) -> None:
    """Turn into another bridge on another meter."""
    simulator.device_id = "6e1d8b63-4a72-4c9f-8b58-2d3f7a91c4ea"
    simulator.meter_number = "1TST0087654321"
    simulator.installation_id = "0b7e52d9-64c1-4f3a-9d08-e1a5b2c7f463"


def _parse(answer: Any) -> Mapping[str, Register]:  # noqa: ANN401 (JSON)
    """Return the registers of an answer."""
    return {
        register["obis"]: Register(register["value"], register["unit"])
        for register in answer["meter"]["reading"]["registers"]
    }


KIND = Kind(
    simulator=IometerSimulator,
    title="IOmeter",
    unique_id="iometer_5d0c7a52-3f61-4b8e-9a47-1c2e6f80b3d9",
    pinned={
        "installation": "c81f4e06-92b7-4d35-8e1a-70b5d3c6a2f4",
        "serial": "5d0c7a52-3f61-4b8e-9a47-1c2e6f80b3d9",
        "meter": "1TST0012345678",
    },
    asked="/v1/status",
    operations=2,
    swap=_swap,
    streams=2,
    vocabulary=("__typename", "obis", "unit", "time"),
    shown={
        Shown.ON_THE_BOX: frozenset({"id"}),
        Shown.ON_THE_BILL: frozenset({"number"}),
        Shown.DEVICE: frozenset(
            {
                *("version", "attachmentStatus", "connectionStatus", "pinStatus"),
                "powerStatus",
            }
        ),
    },
    benchmark=Benchmark(
        path="/v1/reading",
        changes=(
            (),
            ("16.7.0",),
            (*_POWERS, "1.8.0"),
            (*_POWERS, "1.8.0", "1.8.1", "1.8.2", "2.8.0"),
        ),
        # Without the status: with each one, Home Assistant's own integration would
        # update all entities again, and ours none.
        peer=Peer(package="iometer", parse=_parse, beside="/v1/status"),
    ),
)
