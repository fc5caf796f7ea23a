"""What the owner of a whatwatt Go has to fix."""

import re

from ..contract import BridgeIssue
from ..snapshot import Snapshot
from .system import Details

# The meter encrypts its data: its key was not entered, or is wrong.
_LOCKED = ("key_required", "encryption_key")
# Since 1.10 the password is not sent unencrypted any more.
_FIRMWARE = (1, 10)
_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})(\.|$)")


def _is_old(snapshot: Snapshot[Details]) -> bool:
    """Tell whether the firmware is older; text of another form does not count."""
    match = _VERSION.match(snapshot.firmware or "")
    return match is not None and (int(match[1]), int(match[2])) < _FIRMWARE


ISSUES: tuple[BridgeIssue[Details], ...] = (
    BridgeIssue(
        key="meter_key",
        is_on_fn=lambda snapshot: snapshot.details.meter_status in _LOCKED,
        explains_silence=True,
    ),
    BridgeIssue(key="firmware_old", is_on_fn=_is_old),
)
