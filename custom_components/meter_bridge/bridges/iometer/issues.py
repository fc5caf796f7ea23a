"""What the owner of an IOmeter has to fix."""

from collections.abc import Mapping
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


def _old(status: Status) -> list[tuple[str, str, int]]:
    """Return each part that is too old: its name, its build, and the build wanted.

    A version in another form is not compared.
    """
    return [
        (part, build, least)
        for part, build, least in (
            ("Bridge", status.bridge_version, _BRIDGE_BUILD),
            ("Core", status.core_version, _CORE_BUILD),
        )
        if build and (match := _BUILD.fullmatch(build)) and int(match[1]) < least
    ]


def _versions(snapshot: Snapshot[Status]) -> Mapping[str, str]:
    """Return which builds are installed, and which are wanted."""
    old = _old(snapshot.details)
    return {
        "installed": ", ".join(f"{part} {build}" for part, build, _ in old),
        "wanted": ", ".join(f"{part} build-{least}" for part, _, least in old),
    }


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
    BridgeIssue(
        key="firmware_old",
        is_on_fn=lambda snapshot: bool(_old(snapshot.details)),
        facts_fn=_versions,
    ),
)
