"""The description of a Cozify HAN reader for the tests of all kinds."""

from tests.bridges.cozify_han.simulator import CozifyHanSimulator
from tests.support.kind import Benchmark, Calls, Kind
from tests.support.shown import Shown

_VOLTS = ("32.7.0", "52.7.0", "72.7.0")
_FIVE = (*_VOLTS, "1.8.0", "2.8.0")


def _swap(simulator: CozifyHanSimulator) -> None:
    """Turn into another reader on another meter."""
    profile = simulator.profile
    profile.mac, profile.serial = "02:5A:C3:10:7E:55", "SN-T01-0043"
    profile.uuid = "5b3ce2a7-1c94-4f0f-8a55-90c7d1e2f346"


def _actions(secret: str) -> Calls:
    """Return calls of actions, with a secret in each text."""
    sure = {"confirm": True}
    yield "scan_wifi", {}
    yield "configure_network", {"ssid": secret, "password": secret, **sure}
    yield "configure_network", {"wifi": True, "dhcp": ["wifi"], **sure}


KIND = Kind(
    simulator=CozifyHanSimulator,
    title="Cozify HAN",
    unique_id="cozify_han_02:5a:c3:10:7e:44",
    asked="/han",
    operations=10,
    swap=_swap,
    streams=1,
    restart=CozifyHanSimulator.restart,
    actions=_actions,
    vocabulary=("type", "status"),
    shown={
        Shown.ON_THE_BOX: frozenset({"mac"}),
        Shown.DEVICE: frozenset(
            {
                *("deviceType", "model", "meterName", "manufacturerId", "m"),
                *("v", "version", "channel", "state", "cpu_reset_reason"),
            }
        ),
        Shown.RAW: frozenset({"t"}),
    },
    benchmark=Benchmark(
        seconds=10,
        most_rows=2300,
        path="/ws",
        changes=(
            (),
            ("32.7.0",),
            _FIVE,
            # Each of these powers changes net power as well.
            (
                *(*_FIVE, "3.8.0", "4.8.0", "1.7.0", "21.7.0", "41.7.0", "61.7.0"),
                *("2.7.0", "22.7.0", "42.7.0", "62.7.0", "3.7.0"),
            ),
        ),
    ),
)
