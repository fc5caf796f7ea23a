"""Other bridges, and other passwords, in the place of those that we know."""

from tests.bridges.cozify_han.simulator import CozifyHanSimulator
from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.bridges.iometer.simulator import IometerSimulator
from tests.bridges.octopus_home_pro.simulator import OctopusHomeProSimulator
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.conftest import Start

from .simulator import Simulator


async def another(simulators: Start, key: str) -> Simulator:
    """Start a second bridge of a kind."""
    simulator = await simulators(key)
    swap(simulator)
    return simulator


def swap(simulator: Simulator) -> None:
    """Put another bridge of the same kind, on another meter, in its place."""
    match simulator:
        case CozifyHanSimulator(profile=profile):
            profile.mac, profile.serial = "02:5A:C3:10:7E:55", "SN-T01-0043"
            profile.uuid = "5b3ce2a7-1c94-4f0f-8a55-90c7d1e2f346"
        case EgaugeSimulator():
            simulator.serial = "G47111"
        case IometerSimulator():
            simulator.device_id = "6e1d8b63-4a72-4c9f-8b58-2d3f7a91c4ea"
            simulator.meter_number = "1TST0087654321"
        case OctopusHomeProSimulator(electricity=electricity, gas=gas):
            electricity.eui, electricity.serial = "02A1B2FFFEC30011", "99T0000011"
            gas.eui, gas.serial = "02A1B2FFFEC30012", "99G0000012"
        case WhatwattGoSimulator():
            simulator.device_id = "02A4C61BFFFF"
        case _:
            raise AssertionError(simulator)


async def locked(simulators: Start, key: str) -> Simulator:
    """Start a bridge of a kind that has a login, and ask for it."""
    simulator = await simulators(key)
    if isinstance(simulator, WhatwattGoSimulator):
        simulator.protection = True
    assert simulator.credentials
    return simulator


def lock_with(simulator: Simulator, password: str) -> None:
    """Give a bridge another password; what it let in before is out."""
    match simulator:
        case EgaugeSimulator(gate=gate):
            gate.password = password
            gate.revoke()
        case WhatwattGoSimulator():
            simulator.password = password
        case _:
            raise AssertionError(simulator)
