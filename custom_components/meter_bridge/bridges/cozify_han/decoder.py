"""The latest message of each type that a reader has sent, by request or by stream."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import override

from ..client import Identity
from ..decoder import Decoder
from ..errors import BridgeResponseError
from ..fuse import Fuse
from ..snapshot import Meter, Reading, Snapshot
from ..uptime import StartTime
from ..wire import parse_json
from .details import (
    Details,
    Settings,
    parse_health,
    parse_meter_make,
    parse_settings,
    parse_state,
)
from .models import (
    CONFIGURATION,
    CONFIGURATION_MESSAGE,
    HEALTH,
    METER,
    METER_IDENTITY,
    STATE,
    Telegram,
    kind_of,
    parse_identity,
    parse_meter,
    parse_telegram,
)

STATE_PATH, CONFIGURATION_PATH, HEALTH_PATH = "/han", "/configuration", "/health"
METER_PATH, OLD_METER_PATH, METER_ID_PATH = "/meter", "/meter/data", "/meter/id"
SOCKET_PATH = "/ws"
# The types of message that may answer each request; a stream sends all of them.
_EXPECTED: Mapping[str, tuple[str, ...]] = {
    STATE_PATH: (STATE,),
    CONFIGURATION_PATH: (CONFIGURATION, CONFIGURATION_MESSAGE),
    HEALTH_PATH: (HEALTH,),
    METER_PATH: (METER,),
    OLD_METER_PATH: (METER,),
    METER_ID_PATH: (METER_IDENTITY,),
}

STALE_SECONDS = 60.0
"""A reader sends a telegram every 10 s; without a new one the meter is silent."""


class CozifyHanDecoder(Decoder[Details]):
    """Keep the latest message of each type.

    `latest_type` is the type of the message that was taken last; None if it was not one
    of a HAN reader's.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self.identity: Identity | None = None
        self.details = Details()
        self.latest_type: str | None = None
        self._telegram = Telegram()
        self._meter = Meter()
        self._fuse = Fuse()
        self._judge_fuse = partial(self._fuse.judge, None)
        self._start_time = StartTime()

    @property
    def firmware(self) -> str | None:
        """Return the version that the reader runs."""
        return self.details.state.firmware

    @override
    def take(self, source: str, body: bytes | str) -> bool:
        """Keep a message; return whether it says anything new.

        A telegram with any value counts as new: whether the meter was read again since
        is judged elsewhere. BridgeResponseError: the answer has another type than this
        request asks for.
        """
        message = parse_json(body)
        kind = self.latest_type = kind_of(message)
        if kind not in _EXPECTED.get(source, (kind,)):
            raise BridgeResponseError("The answer is not a HAN reader's")
        if kind == METER:
            telegram = parse_telegram(message)
            if telegram.says_nothing:
                return False
            self._telegram = telegram
            return True
        before = self.details
        self._take_details(source, kind, message)
        return self.details != before

    def _take_details(self, source: str, kind: str | None, message: object) -> None:
        """Keep a message of any other type than a telegram.

        Settings are complete where they were requested; a stream may send a part.
        """
        if kind == STATE:
            self.identity = parse_identity(message) or self.identity
            self.details = replace(self.details, state=parse_state(message))
        elif kind in (CONFIGURATION, CONFIGURATION_MESSAGE):
            is_part = source not in _EXPECTED
            before = self.details.settings if is_part else Settings()
            settings = parse_settings(message, before)
            self.details = replace(self.details, settings=settings)
            self._judge_fuse = partial(self._fuse.judge, settings.fuse)
        elif kind == HEALTH:
            health = parse_health(message, self._start_time, datetime.now(UTC))
            self.details = replace(self.details, health=health)
        elif kind == METER_IDENTITY:
            self._meter = parse_meter(message)
            manufacturer, device_type = parse_meter_make(message)
            self.details = replace(
                self.details, meter_manufacturer=manufacturer, meter_type=device_type
            )

    @override
    def snapshot(self) -> Snapshot[Details]:
        """Return everything that is known now.

        There is a reading once any value was sent.
        """
        sent = self._telegram
        reading = Reading(
            values=sent.values,
            time=sent.time,
            token=sent.token,
            meter=self._meter,
            conclude=self._judge_fuse,
        )
        return Snapshot(
            readings=(reading,) if sent.values else (),
            details=self.details,
            serial=self.identity.serial if self.identity else None,
            firmware=self.firmware,
        )
