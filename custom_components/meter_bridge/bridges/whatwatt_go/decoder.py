"""What a whatwatt Go has sent: its system, its report, and live events."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from math import inf
import time
from typing import override

from ..decoder import Decoder
from ..errors import BridgeResponseError
from ..snapshot import Meter, Reading, Snapshot
from ..uptime import StartTime
from ..wire import number, parse_json, section, text
from .bus import BusMeters
from .live import Proof, parse_live
from .report import parse_meter, parse_report
from .settings import METER_SETTINGS, SETTINGS, Settings, parse_settings
from .system import METER_OK, Details, parse_system, with_live, with_report, word
from .variables import VARIABLES, signed_currents

SYSTEM, REPORT, LIVE = "/api/v1/system", "/api/v1/report", "/api/v1/live"
# Values that the stream leaves out come from the report, while it is at most this old.
_REPORT_HOLDS_SECONDS = 180.0


class WhatwattDecoder(Decoder[Details]):
    """Keep the latest system, and the latest readings of report and stream.

    `serial`, `name`, `model`, `firmware` and `mac` are those of the latest system.
    `needs_system` is set when the system has to be requested again, since a report or a
    live event contradicts it. `needs_report` tells whether
    the stream leaves out values that only a report has.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self.serial: str | None = None
        self.name: str | None = None
        self.model: str | None = None
        self.firmware: str | None = None
        self.mac: str | None = None
        self.details = Details()
        self.needs_system = False
        self.bus_meters = BusMeters()
        self._settings: dict[str, object] = {}
        self._start_time = StartTime()
        self._meter = Meter()
        self._readings: tuple[Reading, ...] = ()
        self._report: tuple[Reading, ...] = ()
        self._report_at = -inf
        self._proof = Proof()
        self._stream_lacks_some = False
        self._events = count()

    @property
    def needs_report(self) -> bool:
        """Tell whether a report would say more than the stream."""
        return self._stream_lacks_some or not self._proof.is_complete

    @property
    def has_meter(self) -> bool:
        """Tell whether the device reads its meter without trouble."""
        return self.details.meter_status == METER_OK

    @override
    def take(self, source: str, body: bytes | str) -> bool:
        """Keep an answer, which always counts as new, or a live event.

        A live event is new if a reading came out of it. BridgeResponseError: this is no
        answer of a whatwatt Go.
        """
        sent = parse_json(body)
        if source == LIVE:
            return self._take_live(sent)
        if source in (SETTINGS, METER_SETTINGS):
            self._settings[source] = sent
            settings = parse_settings(self._settings)
            self.details = replace(self.details, settings=settings)
        elif source == VARIABLES:
            currents = signed_currents(sent) if self.has_meter else {}
            self.details = replace(self.details, signed_currents=currents)
        elif source == SYSTEM:
            self._take_system(sent)
        else:
            self._take_report(sent)
        return True

    def _take_system(self, sent: object) -> None:
        """Keep the system, which proves that this is a whatwatt Go."""
        device = section(sent, "device")
        serial = text(device.get("id"))
        if serial is None:
            raise BridgeResponseError("The answer is not a whatwatt Go's")
        if serial != self.serial:
            self._settings.clear()
            self.forget_currents()
            self.details = replace(self.details, settings=Settings())
        self.serial, self.firmware = serial, text(device.get("firmware"))
        self.name = text(device.get("name"))
        self.model = (text(device.get("model")) or "").replace("_", " ") or None
        self.mac = text(section(sent, "wifi").get("mac"))
        self.needs_system = False
        uptime = number(device.get("time_since_boot"))
        started = self._start_time.update(uptime, datetime.now(UTC))
        details = parse_system(sent, started)
        self._meter = parse_meter(section(sent, "meter"))
        self._take_details(
            replace(
                details,
                conv_factor=self.details.conv_factor,
                settings=self.details.settings,
                signed_currents=self.details.signed_currents,
            )
        )

    def _take_details(self, details: Details) -> None:
        """Keep the details; without a meter that can be read, drop all readings."""
        self.details = details
        if not self.has_meter:
            # The meter may have been replaced.
            self.forget_currents()
            self._readings, self._report, self._proof = (), (), Proof()
            self._stream_lacks_some = False

    def forget_currents(self) -> None:
        """Show no signed currents: there are no new ones."""
        if self.details.signed_currents:
            self.details = replace(self.details, signed_currents={})

    def _take_report(self, sent: object) -> None:
        """Keep a report, and note if another device sent it."""
        if word(section(sent, "meter").get("status")) is None:
            raise BridgeResponseError("The answer is not a report")
        if (text(section(sent, "system").get("id")) or self.serial) != self.serial:
            # Another device has this address now: the start time was not its own.
            self._start_time, self.needs_system = StartTime(), True
        self._take_details(with_report(self.details, sent))
        self._readings = self._report = parse_report(sent, self.bus_meters)
        self._report_at = time.monotonic()
        self._proof.take_report(self._report)

    def _take_live(self, sent: object) -> bool:
        """Keep a live event; return whether a reading came out of it."""
        live = parse_live(sent, self._meter, next(self._events), self.bus_meters)
        if live is None:
            return False
        if not self.has_meter:
            # The meter seems to be read again, which the system has to confirm.
            self.needs_system = True
            return False
        missing = live.missing(self._report)
        self._stream_lacks_some = bool(missing)
        if time.monotonic() > self._report_at + _REPORT_HOLDS_SECONDS:
            missing = ()
        if not (readings := live.readings(self._proof, missing)):
            return False
        self._readings = readings
        self.details = with_live(self.details, sent)
        return True

    @override
    def snapshot(self) -> Snapshot[Details]:
        """Return everything that is known now."""
        return Snapshot(
            readings=self._readings,
            details=self.details,
            serial=self.serial,
            firmware=self.firmware,
        )
