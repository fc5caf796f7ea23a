"""The latest reading and status of an IOmeter bridge, by request or by stream."""

from typing import override

from ..decoder import Decoder
from ..errors import BridgeResponseError
from ..snapshot import Reading, Snapshot
from ..wire import parse_json
from .models import (
    Status,
    parse_device_id,
    parse_installation,
    parse_meter_number,
    parse_reading,
    parse_status,
    snapshot,
)

READING, STATUS = "/v1/reading", "/v1/status"


class IOmeterDecoder(Decoder[Status]):
    """Keep the latest reading and the latest status.

    `has_status` is false for a bridge without one: the id of the installation is its
    serial then, else the number of its meter. `device_id`, `installation` and
    `meter_number` are those of the latest answers.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self.has_status = True
        self.status = Status()
        self.device_id: str | None = None
        self.installation: str | None = None
        self.meter_number: str | None = None
        self._reading: Reading | None = None

    @override
    def take(self, source: str, body: bytes | str) -> bool:
        """Keep a reading, which always counts as new, or a status.

        BridgeResponseError: this is not an answer of an IOmeter.
        """
        return self._keep(source, _check(parse_json(body)))

    def take_absence(self, source: str) -> bool:
        """Forget what the bridge has no more (404)."""
        return self._keep(source, None)

    def _keep(self, source: str, answer: object) -> bool:
        """Keep a decoded answer; return whether it says anything new."""
        if answer is not None:
            self.installation = parse_installation(answer)
        if source == READING:
            self._reading = parse_reading(answer)
            self.meter_number = parse_meter_number(answer)
            return True
        before = self.status
        self.status, self.device_id = parse_status(answer), parse_device_id(answer)
        return self.status != before

    @override
    def snapshot(self) -> Snapshot[Status]:
        """Return everything that is known now, with the serial of `identify`."""
        return snapshot(self._reading, self.status, self.serial)

    @property
    def serial(self) -> str | None:
        """Return what the bridge is known by."""
        if self.has_status:
            return self.device_id
        return self.installation or self.meter_number


def _check(answer: object) -> object:
    """Return an answer whose type name is an IOmeter's; raise on any other."""
    if not isinstance(answer, dict) or not str(answer.get("__typename")).startswith(
        "iometer."
    ):
        raise BridgeResponseError("The answer is not an IOmeter's")
    return answer
