"""IOmeter (Germany): a core on the meter, a bridge on the Wi-Fi."""

from datetime import timedelta

from ..contract import BridgeType, CoreTwin, ZeroconfMatch
from .client import IOmeterClient
from .entities import BINARY_SENSORS, SENSORS
from .issues import ISSUES
from .models import Status

BRIDGE: BridgeType[IOmeterClient, Status] = BridgeType(
    key="iometer",
    name="IOmeter",
    manufacturer="IOmeter",
    connect=IOmeterClient,
    poll_interval=timedelta(seconds=10),
    # On battery the core reads seldom; other clients use 10 minutes, too.
    stale_after=600.0,
    stale_within=(60.0, 600.0),
    # Set-up takes two of its answers, which may be slow.
    setup_seconds=90.0,
    pushes=True,
    pins_later=True,
    knows_tariffs=True,
    core_twin=CoreTwin(
        domain="iometer",
        address_key="host",
        unique_id_fn=lambda identity: identity.serial,
    ),
    zeroconf=ZeroconfMatch(type="_iometer._tcp.local."),
    sensors=SENSORS,
    binary_sensors=BINARY_SENSORS,
    issues=ISSUES,
    redact=frozenset({"id", "installationId", "number"}),
)
