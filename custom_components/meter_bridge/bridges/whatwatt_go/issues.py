"""What the owner of a whatwatt Go has to fix."""

from collections.abc import Mapping
import re

from ..contract import BridgeFix, BridgeIssue
from ..snapshot import Snapshot
from .client import WhatwattClient
from .system import LOCKED, Details

_KEY = re.compile(r"[0-9a-f]{32}", re.IGNORECASE | re.ASCII)
# Since 1.10 the password is not sent unencrypted any more.
_FIRMWARE = (1, 10)
_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})(\.|$)")


def _is_old(snapshot: Snapshot[Details]) -> bool:
    """Tell whether the firmware is older; text of another form does not count."""
    match = _VERSION.match(snapshot.firmware or "")
    return match is not None and (int(match[1]), int(match[2])) < _FIRMWARE


def _versions(snapshot: Snapshot[Details]) -> Mapping[str, str]:
    """Return which firmware is installed, and which is wanted."""
    wanted = ".".join(map(str, _FIRMWARE))
    return {"installed": str(snapshot.firmware), "wanted": wanted}


ISSUES: tuple[BridgeIssue[Details], ...] = (
    BridgeIssue(
        key="meter_key",
        is_on_fn=lambda snapshot: snapshot.details.meter_status in LOCKED,
        explains_silence=True,
    ),
    BridgeIssue(key="firmware_old", is_on_fn=_is_old, facts_fn=_versions),
)


def _key(typed: str) -> str:
    """Return a key of the meter, which may have been typed in groups."""
    key = "".join(typed.split())
    if not _KEY.fullmatch(key):
        raise ValueError("has to be 32 hexadecimal digits")
    return key


FIXES = {
    "meter_key": BridgeFix(
        fields={"encryption_key": _key, "authentication_key": _key},
        run_fn=WhatwattClient.unlock_meter,
    )
}
