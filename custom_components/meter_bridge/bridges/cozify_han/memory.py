"""What a reader has said so far, in whichever message and by whichever way."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from math import inf
import time

from ..contract import Identity
from ..snapshot import Meter, Reading, Snapshot
from ..uptime import Restarts
from .details import (
    Details,
    parse_health,
    parse_meter_make,
    parse_settings,
    parse_state,
)
from .fuse import Fuse
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

STALE_SECONDS = 60.0
"""A reader passes on a telegram every 10 s; without a new one the meter is silent."""


@dataclass(slots=True, kw_only=True)
class Memory:
    """The last message of each type."""

    identity: Identity | None = None
    details: Details = field(default_factory=Details)
    _telegram: Telegram = field(default_factory=Telegram)
    _telegram_at: float = -inf
    _meter: Meter = field(default_factory=Meter)
    _fuse: Fuse = field(default_factory=Fuse)
    _restarts: Restarts = field(default_factory=Restarts)

    @property
    def firmware(self) -> str | None:
        """Return the version that the reader runs."""
        return self.details.state.firmware

    def take(self, message: object) -> bool:
        """Keep what a message says; tell whether that is news.

        A telegram always is: whether the meter was read again is judged elsewhere.
        """
        kind, before = kind_of(message), self.details
        if kind == METER:
            self._take_telegram(parse_telegram(message))
            return True
        if kind == STATE:
            self.identity = parse_identity(message) or self.identity
            self.details = replace(before, state=parse_state(message))
        elif kind in (CONFIGURATION, CONFIGURATION_MESSAGE):
            self.details = replace(before, settings=parse_settings(message))
        elif kind == HEALTH:
            health = parse_health(message, self._restarts, datetime.now(UTC))
            self.details = replace(before, health=health)
        elif kind == METER_IDENTITY:
            self._meter = parse_meter(message)
            manufacturer, device_type = parse_meter_make(message)
            self.details = replace(
                before, meter_manufacturer=manufacturer, meter_type=device_type
            )
        return self.details != before

    def _take_telegram(self, telegram: Telegram) -> None:
        """Keep a telegram, and note when the meter was really read again."""
        if telegram != self._telegram:
            self._telegram_at = time.monotonic()
        self._telegram = telegram

    def snapshot(self) -> Snapshot[Details]:
        """Return everything known now.

        Without any value there is no reading; the loads of a silent meter are not
        known.
        """
        sent = self._telegram
        reading = Reading(
            values=sent.values, time=sent.time, token=sent.token, meter=self._meter
        )
        is_fresh = time.monotonic() - self._telegram_at <= STALE_SECONDS
        loads = self._fuse.judge(
            self.details.settings.fuse, sent.currents if is_fresh else {}
        )
        return Snapshot(
            readings=(reading,) if sent.values else (),
            details=replace(self.details, loads=loads),
            serial=self.identity.serial if self.identity else None,
            firmware=self.firmware,
        )
