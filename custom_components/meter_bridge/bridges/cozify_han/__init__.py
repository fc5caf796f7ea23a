"""Cozify HAN (Finland): a reader in the meter's H1 port, on Ethernet or Wi-Fi."""

from datetime import timedelta

from ..contract import BridgeType
from .actions import ACTIONS
from .client import CozifyHanClient
from .decoder import STALE_SECONDS
from .details import Details
from .entities import BINARY_SENSORS, SENSORS, SETTINGS

BRIDGE: BridgeType[CozifyHanClient, Details] = BridgeType(
    key="cozify_han",
    name="Cozify HAN",
    manufacturer="Cozify",
    connect=CozifyHanClient,
    # There is a new telegram every 10 s; until then the same one is returned.
    poll_interval=timedelta(seconds=10),
    stale_after=STALE_SECONDS,
    pushes=True,
    # Finnish utilities take fees for the highest hour.
    demand_minutes=60,
    shows_demand=True,
    dhcp_hostname="cozify-han-*",
    sensors=SENSORS,
    binary_sensors=BINARY_SENSORS,
    settings=SETTINGS,
    actions=ACTIONS,
    # `s` is the name of the wireless network in the settings, `n` an interface's
    # addresses, `ss` and `sp` the login of a wireless network; passwords are masked.
    page="/ui",
    redact=frozenset(
        {
            *("uuid", "name", "serial", "mac", "ethIp", "wifiIp", "hostname"),
            # Under w is the Wi-Fi: its name and its password.
            *("meterId", "w", "s", "n", "ss", "sp"),
        }
    ),
)
