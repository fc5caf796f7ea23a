"""The latest reading and status of an IOmeter bridge, by request or by stream."""

from typing import override

from ..decoder import Decoder
from ..errors import BridgeResponseError
from ..snapshot import Reading, Snapshot
from ..wire import parse_json
from .models import (
    Status,
    parse_device_id,
    parse_meter_number,
    parse_reading,
    parse_status,
    snapshot,
)

READING, STATUS = "/v1/reading", "/v1/status"


class IOmeterDecoder(Decoder[Status]):
    """Keep the latest reading and the latest status.

    `is_known_by_meter` is set for a bridge without status: the number of its meter is
    its serial then. `device_id` and `meter_number` are those of the latest answers.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self.is_known_by_meter = False
        self.status = Status()
        self.device_id: str | None = None
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
        serial = self.device_id
        if self.is_known_by_meter:
            serial = self._reading.meter.serial if self._reading else None
        return snapshot(self._reading, self.status, serial)


def _check(answer: object) -> object:
    """Return an answer whose type name is an IOmeter's; raise on any other."""
    if not isinstance(answer, dict) or not str(answer.get("__typename")).startswith(
        "iometer."
    ):
        raise BridgeResponseError("The answer is not an IOmeter's")
    return answer
