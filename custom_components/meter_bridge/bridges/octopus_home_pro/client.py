"""Requests to the Home Pro (HTTP on port 3000, no login)."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
import time
from typing import override

from aiohttp import ClientSession

from ..client import Access, Client, Identity
from ..errors import BridgeConnectionError, BridgeError, MeterNotReadyError
from ..snapshot import Medium, Snapshot
from ..transport.http import BridgeHttp
from .decoder import OctopusHomeProDecoder
from .memory import AnyQuestion, MeterMemory
from .models import TYPES, Details, is_refusal

_PORT = 3000
# aiohttp does not repeat a POST whose kept-alive connection the bridge has closed.
_HEADERS = {"Connection": "close"}


class OctopusHomeProClient(Client[Details]):
    """One Home Pro and the two meters that it may reach.

    Each `fetch` requests the electricity consumption, and all else as often as it can
    change. A snapshot holds everything that is known.
    """

    def __init__(self, access: Access, session: ClientSession) -> None:
        """Know the address; send nothing yet."""
        super().__init__(
            BridgeHttp(session=session, url=access.address.url(port=_PORT))
        )
        self._pinned = access.pinned
        self._asked_at = 0.0
        self._decoder = OctopusHomeProDecoder(access.options, lambda: self._asked_at)
        self._electricity, self._gas = self._decoder.meters
        self._known_by = self._electricity
        self._known: frozenset[str] = frozenset()

    @override
    async def identify(self) -> Identity:
        """Request which meters there are: the bridge has no id of its own.

        It is known by its electricity meter, else by its gas meter. It counts as the
        same bridge if it has one of the meters that it was set up with, even if the
        other one was replaced or is out of reach.
        """
        with suppress(MeterNotReadyError):
            await self._ask(self._electricity, self._electricity.info)
        with suppress(BridgeError):
            await self._ask(self._gas, self._gas.info)
        found = {meter: meter.ids for meter in self._decoder.meters if meter.ids}
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
        """Request the electricity consumption, and all else that is due.

        Only a failure of the electricity consumption is raised. After a request without
        any answer the others wait for the next poll, so that this one does not take too
        long. Of all answers only a meter's info says which bridge it is from, so it is
        requested last: if it is not ours, all answers are dropped.
        """
        with suppress(MeterNotReadyError):
            await self._ask(self._electricity, self._electricity.consumption)
        await self._ask_others()
        self._decoder.serial = serial = None
        try:
            self._decoder.serial = serial = await self._find_serial()
        finally:
            if serial is None or (self._known and serial not in self._known):
                for meter in self._decoder.meters:
                    meter.forget()
        return self._decoder.snapshot()

    async def _ask_others(self) -> None:
        """Request all else that is due; stop if there is no answer at all."""
        for meter, question in self._others():
            if question.is_due(time.monotonic()):
                try:
                    await self._ask(meter, question)
                except BridgeConnectionError:
                    return
                except BridgeError:
                    continue

    async def _find_serial(self) -> str | None:
        """Request the meters' infos until one has an id that we know.

        Return that id, else the first unknown one, else None.
        """
        unknown = None
        for meter in sorted(
            self._decoder.meters, key=lambda each: each is not self._known_by
        ):
            if not meter.exists:
                continue
            with suppress(MeterNotReadyError):
                await self._ask(meter, meter.info)
            for each in meter.ids:
                if not self._known or each in self._known:
                    return each
                unknown = unknown or each
        return unknown

    def _others(self) -> Iterator[tuple[MeterMemory, AnyQuestion]]:
        """Yield all else that can be requested; of gas little until it is found."""
        yield self._gas, self._gas.consumption
        for meter in self._decoder.meters:
            if meter.exists:
                yield meter, meter.status
                if meter is not self._known_by:
                    yield meter, meter.info

    async def _ask(self, meter: MeterMemory, question: AnyQuestion) -> None:
        """Make a request, and keep its answer or note its failure."""
        self._asked_at = now = time.monotonic()
        try:
            self._decoder.take(question.source, await self._request(question))
        except MeterNotReadyError:
            question.refuse(now, meter.retry)
            raise
        except BridgeError:
            question.miss(now, meter.retry)
            raise

    async def _request(self, question: AnyQuestion) -> bytes:
        """Make a request.

        MeterNotReadyError: the bridge itself refused it.
        """
        try:
            answer = await self._http.request(
                "POST",
                f"/get_meter_{question.call}",
                json={"meter_type": TYPES[question.medium]},
                headers=_HEADERS,
                name=question.source,
            )
        except BridgeError as error:
            if is_refusal(error.body):
                raise MeterNotReadyError(
                    "The bridge does not reach its meter"
                ) from error
            raise
        return answer.body
