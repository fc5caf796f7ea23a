"""Requests to the Home Pro (HTTP on port 3000, no login)."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
import time
from typing import override

from aiohttp import ClientSession

from ..contract import Access, Client, Identity
from ..errors import BridgeConnectionError, BridgeError, MeterNotReadyError
from ..snapshot import Medium, Meter, Reading, Snapshot
from ..transport.answers import Heard
from ..transport.http import BridgeHttp
from .gas import GasConversion
from .memory import MeterMemory, Question
from .models import (
    TYPES,
    Call,
    Consumption,
    Details,
    MeterDetails,
    Status,
    is_refusal,
    unpack,
)

_PORT = 3000
# aiohttp does not repeat a POST on a connection that the other side has given up.
_HEADERS = {"Connection": "close"}


class OctopusHomeProClient(Client[Details]):
    """One Home Pro and the two meters that it may hear.

    Electricity is asked for with every `fetch`, all else as often as it can change;
    a snapshot holds everything that is known.
    """

    def __init__(self, access: Access, session: ClientSession) -> None:
        """Know the bridge; nothing is asked yet."""
        self.heard = Heard()
        self._http = BridgeHttp(
            session=session, url=access.address.url(port=_PORT), heard=self.heard
        )
        self._pinned = access.pinned
        self._conversion = GasConversion.of(access.options)
        self._electricity = MeterMemory(Medium.ELECTRICITY)
        self._gas = MeterMemory(Medium.GAS)
        self._meters = (self._electricity, self._gas)
        self._known_by = self._electricity
        self._known: frozenset[str] = frozenset()

    @override
    async def identify(self) -> Identity:
        """Ask which meters there are: the bridge has no id of its own.

        It is known by its electricity meter, else by its gas meter. With one of the
        meters that it was set up with it counts as the same bridge, whichever other
        meter it does not reach now or reads instead.
        """
        with suppress(MeterNotReadyError):
            await self._ask(self._electricity, self._electricity.info)
        with suppress(BridgeError):
            await self._ask(self._gas, self._gas.info)
        found = {meter: ids for meter in self._meters if (ids := _ids(meter))}
        also = frozenset(each for ids in found.values() for each in ids)
        pinned: Mapping[str, str] = {}
        if not also.isdisjoint(self._pinned.values()):
            pinned = self._pinned
        elif Medium.ELECTRICITY in self._pinned and self._electricity not in found:
            raise MeterNotReadyError(
                "The bridge does not reach the meter it is known by"
            )
        if not found:
            raise MeterNotReadyError("The bridge has no meter with an id")
        self._known_by = next(iter(found))
        self._known = also.union(pinned.values())
        return Identity(
            serial=found[self._known_by][0],
            also=self._known,
            model="Home Pro",
            pinned={
                **pinned,
                **{meter.medium.value: ids[0] for meter, ids in found.items()},
            },
        )

    @override
    async def fetch(self) -> Snapshot[Details]:
        """Ask for the power used now, and for whatever else is due.

        Only electricity's failure is a failure. Where another request meets silence,
        the rest wait for the next time, so that this one does not take too long. No
        answer but a meter's info tells whose it is: it comes last and vouches for all.
        """
        with suppress(MeterNotReadyError):
            await self._ask(self._electricity, self._electricity.consumption)
        await self._ask_others()
        serial = None
        try:
            serial = await self._prove()
        finally:
            if serial is None or (self._known and serial not in self._known):
                for meter in self._meters:
                    meter.forget()
        return self._snapshot(serial)

    async def _ask_others(self) -> None:
        """Ask for whatever else is due, but give up at the first silence."""
        for meter, memory in self._others():
            if memory.is_due(time.monotonic()):
                try:
                    await self._ask(meter, memory)
                except BridgeConnectionError:
                    return
                except BridgeError:
                    continue

    async def _prove(self) -> str | None:
        """Ask the meters who they are until one is known.

        Return its id, else that of a stranger; None where no meter has any.
        """
        stranger = None
        for meter in sorted(self._meters, key=lambda each: each is not self._known_by):
            if not meter.exists:
                continue
            with suppress(MeterNotReadyError):
                await self._ask(meter, meter.info)
            for each in _ids(meter):
                if not self._known or each in self._known:
                    return each
                stranger = stranger or each
        return stranger

    def _others(self) -> Iterator[tuple[MeterMemory, Question]]:
        """Yield what else can be asked; of gas not much before there is any."""
        yield self._gas, self._gas.consumption
        for meter in self._meters:
            if meter.exists:
                yield meter, meter.status
                if meter is not self._known_by:
                    yield meter, meter.info

    async def _ask(self, meter: MeterMemory, memory: Question) -> None:
        """Ask one question, and remember what came of it."""
        now = time.monotonic()
        try:
            memory.take(await self._request(memory.call, meter.medium), now)
        except MeterNotReadyError:
            memory.refuse(now, meter.retry)
            raise
        except BridgeError:
            memory.miss(now, meter.retry)
            raise

    async def _request(self, call: Call, medium: Medium) -> Mapping[str, object]:
        """Make a request, and return what the answer says of the meter."""
        try:
            answer = await self._http.request(
                "POST",
                f"/get_meter_{call}",
                json={"meter_type": TYPES[medium]},
                headers=_HEADERS,
                name=f"{call} {medium}",
            )
        except BridgeError as error:
            if is_refusal(error.body):
                raise MeterNotReadyError(
                    "The bridge does not reach its meter"
                ) from error
            raise
        return unpack(answer.json(), call, medium)

    def _snapshot(self, serial: str | None) -> Snapshot[Details]:
        """Put together what is known of both meters."""
        return Snapshot(
            readings=tuple(
                self._reading(meter, meter.consumption.told)
                for meter in self._meters
                if meter.consumption.told
            ),
            details=Details(
                electricity=_details(self._electricity), gas=_details(self._gas)
            ),
            serial=serial,
        )

    def _reading(self, meter: MeterMemory, told: Consumption) -> Reading:
        """Return what a meter showed last; gas in m³ and kWh."""
        info, is_gas = meter.info.told, meter.medium is Medium.GAS
        return Reading(
            values=told.values,
            derived=self._conversion.derived(told.values) if is_gas else (),
            time=told.time,
            meter=Meter(
                key=meter.medium.value,
                medium=meter.medium,
                serial=info.serial if info else None,
                stale_after=meter.stale_after,
            ),
        )


def _ids(meter: MeterMemory) -> tuple[str, ...]:
    """Return the ids of a meter, none while it is not known."""
    return meter.info.told.ids if meter.info.told else ()


def _details(meter: MeterMemory) -> MeterDetails:
    """Return what else is known of a meter, nothing before its first reading.

    Its device comes with that.
    """
    if not meter.consumption.was_told:
        return MeterDetails()
    consumption, info = meter.consumption.told, meter.info.told
    return MeterDetails(
        status=meter.status.told or Status(),
        rssi=info.rssi if info else None,
        last_update=consumption.time if consumption else None,
    )
