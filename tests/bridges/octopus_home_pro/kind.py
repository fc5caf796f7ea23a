"""The description of an Octopus Home Pro for the tests of all kinds."""

from tests.bridges.octopus_home_pro.simulator import OctopusHomeProSimulator
from tests.support.kind import Benchmark, Energy, Kind
from tests.support.shown import Shown


def _swap(simulator: OctopusHomeProSimulator) -> None:
    """Turn into another device on other meters."""
    electricity, gas = simulator.electricity, simulator.gas
    electricity.eui, electricity.serial = "02A1B2FFFEC30011", "99T0000011"
    gas.eui, gas.serial = "02A1B2FFFEC30012", "99G0000012"


KIND = Kind(
    simulator=OctopusHomeProSimulator,
    title="Octopus Home Pro",
    unique_id="octopus_home_pro_02A1B2FFFEC30001",
    pinned={"electricity": "02A1B2FFFEC30001", "gas": "02A1B2FFFEC30002"},
    asked="/get_meter_info",
    operations=3,
    swap=_swap,
    vocabulary=("Status", "type", "divisor", "multipler"),
    shown={
        Shown.ON_THE_BOX: frozenset({"eui", "serial"}),
        Shown.DEVICE: frozenset({"consformat", "demformat"}),
        Shown.RAW: frozenset({"rawcons", "rawinstdmand"}),
    },
    energy=Energy(
        grid=("electricity_1.8.0", None, "electricity_16.7.0"), gas="gas_3.0.0"
    ),
    benchmark=Benchmark(
        seconds=10,
        path="/get_meter_consumption",
        body={"meter_type": "elec"},
        # The time of the last reading is another state that changes.
        changes=((), ("16.7.0",), ("16.7.0", "1.8.0")),
    ),
)
