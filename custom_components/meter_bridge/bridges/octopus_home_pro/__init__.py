"""Octopus Home Pro (Great Britain): reads the smart meters for electricity and gas."""

from datetime import timedelta

from ..contract import BridgeType
from ..snapshot import Medium
from .client import OctopusHomeProClient
from .entities import BINARY_SENSORS, SENSORS
from .gas import OPTIONS
from .models import Details

BRIDGE: BridgeType[OctopusHomeProClient, Details] = BridgeType(
    key="octopus_home_pro",
    name="Octopus Home Pro",
    manufacturer="Octopus Energy",
    connect=OctopusHomeProClient,
    # The electricity meter reports every 10 s on this kind of network.
    poll_interval=timedelta(seconds=10),
    demand_minutes=30,
    stale_after=300.0,
    media=(Medium.ELECTRICITY, Medium.GAS),
    has_main_meter=False,
    options=OPTIONS,
    sensors=SENSORS,
    binary_sensors=BINARY_SENSORS,
    redact=frozenset({"eui", "serial", "siteid"}),
)
