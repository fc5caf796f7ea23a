"""whatwatt Go (Switzerland): a plug for the customer interface of any meter there."""

from datetime import timedelta

from ..contract import BridgeType, ZeroconfMatch
from ..snapshot import Medium
from .actions import ACTIONS
from .client import WhatwattClient
from .entities import BINARY_SENSORS, BUTTONS, SENSORS, SETTINGS, UPDATES
from .issues import FIXES, ISSUES
from .system import Details

BRIDGE: BridgeType[WhatwattClient, Details] = BridgeType(
    key="whatwatt_go",
    name="whatwatt Go",
    manufacturer="whatwatt",
    connect=WhatwattClient,
    # A device that the meter powers shuts down if it gets too many requests.
    poll_interval=timedelta(seconds=15),
    least_poll_interval=timedelta(seconds=10),
    stale_after=300.0,
    # Some meters report every quarter of an hour.
    stale_within=(60.0, 5400.0),
    pushes=True,
    knows_tariffs=True,
    asks_fuse=True,
    # A day's log is a file of 1.3 MB, which is read at 6 KB a second.
    recall_seconds=220.0,
    # Swiss utilities take fees for the highest quarter of an hour.
    shows_demand=True,
    pads_zeros=True,
    media=(Medium.ELECTRICITY, Medium.VOLUME),
    zeroconf=ZeroconfMatch(
        type="_http._tcp.local.", properties={"type": "100"}, serial_property="id"
    ),
    login_fields=("password",),
    sensors=SENSORS,
    binary_sensors=BINARY_SENSORS,
    buttons=BUTTONS,
    settings=SETTINGS,
    updates=UPDATES,
    actions=ACTIONS,
    issues=ISSUES,
    fixes=FIXES,
    page="",
    redact=frozenset(
        {
            *("id", "name", "logical_name", "meter_id", "M_ID"),
            # The type of some meters is their logical name, which contains the serial
            # number.
            "meter.type",
            *("ssid", "bssid", "mac", "ip", "gateway", "dns"),
        }
    ),
)
