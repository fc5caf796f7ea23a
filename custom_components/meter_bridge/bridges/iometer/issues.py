"""What the owner of an IOmeter has to fix."""

import re

from ..contract import BridgeIssue
from ..snapshot import Snapshot
from .models import Status

# The radio between core and bridge fails now and then, and recovers by itself.
_DISCONNECTED_SECONDS = 600.0
# Long enough to read the meter's display below the core, or to change its batteries.
_DETACHED_SECONDS = 300.0
# The vendor supports the interface that we use from these builds on.
_BRIDGE_BUILD, _CORE_BUILD = 69, 62
_BUILD = re.compile(r"build-(\d{1,6})")


def _is_old(snapshot: Snapshot[Status]) -> bool:
    """Tell whether core or bridge is older; other forms of version do not count."""
    return any(
        build and (match := _BUILD.fullmatch(build)) and int(match[1]) < least
        for build, least in (
            (snapshot.details.bridge_version, _BRIDGE_BUILD),
            (snapshot.details.core_version, _CORE_BUILD),
        )
    )


ISSUES: tuple[BridgeIssue[Status], ...] = (
    BridgeIssue(
        key="pin_missing",
        is_on_fn=lambda snapshot: snapshot.details.pin == "missing",
    ),
    BridgeIssue(
        key="core_detached",
        is_on_fn=lambda snapshot: snapshot.details.core_attached is False,
        after=_DETACHED_SECONDS,
        explains_silence=True,
    ),
    BridgeIssue(
        key="core_disconnected",
        is_on_fn=lambda snapshot: snapshot.details.core_connected is False,
        after=_DISCONNECTED_SECONDS,
        explains_silence=True,
    ),
    BridgeIssue(key="firmware_old", is_on_fn=_is_old),
)
