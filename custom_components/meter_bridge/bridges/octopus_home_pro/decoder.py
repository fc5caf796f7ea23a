"""The latest answers of a Home Pro about both of its meters."""

from collections.abc import Callable, Mapping
import time
from typing import override

from ..decoder import Decoder
from ..snapshot import Medium, Meter, Reading, Snapshot
from .gas import GasConversion
from .memory import AnyQuestion, MeterMemory
from .models import Consumption, Details, MeterDetails, Status


class OctopusHomeProDecoder(Decoder[Details]):
    """Keep the latest answer to each question about each meter.

    `source` of an answer is `Question.source`. Its answers do not say which bridge they
    are from: the client sets `serial` once it has found out. `asked_at` tells when the
    answer was requested, in monotonic seconds.
    """

    def __init__(
        self,
        options: Mapping[str, float],
        asked_at: Callable[[], float] = time.monotonic,
    ) -> None:
        """Know nothing yet; `options` are those of `gas`."""
        self.electricity = MeterMemory(Medium.ELECTRICITY)
        self.gas = MeterMemory(Medium.GAS)
        self.meters = (self.electricity, self.gas)
        self.serial: str | None = None
        self._conversion = GasConversion.of(options)
        self._asked_at = asked_at
        self._questions: Mapping[str, AnyQuestion] = {
            question.source: question
            for meter in self.meters
            for question in meter.questions
        }

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the source of every answer that there can be."""
        return tuple(self._questions)

    @override
    def take(self, source: str, body: bytes | str) -> bool:
        """Keep an answer, which always counts as new.

        MeterNotReadyError: the bridge has nothing about this meter.
        BridgeResponseError: this is not an answer of a Home Pro.
        """
        self._questions[source].take(body, self._asked_at())
        return True

    @override
    def snapshot(self) -> Snapshot[Details]:
        """Return everything that is known of both meters."""
        return Snapshot(
            readings=tuple(
                self._reading(meter, meter.consumption.answer)
                for meter in self.meters
                if meter.consumption.answer
            ),
            details=Details(
                electricity=_details(self.electricity), gas=_details(self.gas)
            ),
            serial=self.serial,
        )

    def _reading(self, meter: MeterMemory, consumption: Consumption) -> Reading:
        """Return the latest reading of a meter; gas in m³ and in kWh."""
        info, is_gas = meter.info.answer, meter.medium is Medium.GAS
        return Reading(
            values={},
            scale=consumption.scale,
            scaled=consumption.counts,
            derived=self._conversion.derived if is_gas else (),
            time=consumption.time,
            token=(consumption.scale, consumption.counts),
            meter=Meter(
                key=meter.medium.value,
                medium=meter.medium,
                serial=info.serial if info else None,
                stale_after=meter.stale_after,
            ),
        )


def _details(meter: MeterMemory) -> MeterDetails:
    """Return all else that is known of a meter; nothing before its first reading.

    The meter's device is made with its first reading.
    """
    if not meter.consumption.was_answered:
        return MeterDetails()
    consumption, info = meter.consumption.answer, meter.info.answer
    return MeterDetails(
        status=meter.status.answer or Status(),
        rssi=info.rssi if info else None,
        last_update=consumption.time if consumption else None,
    )
