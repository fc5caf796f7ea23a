"""The memory card, which holds a log of each day if the owner has switched that on."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from http import HTTPStatus
import time

from ..client import HourlyPower
from ..errors import BridgeConnectionError, BridgeResponseError, NotThereError
from ..transport.tasks import race
from ..wire import entries, section, text, whole
from .log import HOUR, Counters, Log, days_of
from .web import WhatwattWeb

_FOLDER = "/sdcard/"
_MOST_LOGS = 62

type Watch = Callable[[], Coroutine[object, object, None]]


class SdCard:
    """Read logs from the card, one at a time; logs that were read are kept.

    The device sends whole files only, each of which takes minutes. After a failure,
    logs that were read are not read again. The log of the present day is kept, too, and
    is read again only for later hours than it has.
    """

    def __init__(self, web: WhatwattWeb) -> None:
        """Know the device; request nothing yet."""
        self._web = web
        self._turn = asyncio.Lock()
        self._read: dict[str, Log] = {}
        self._over: set[str] = set()

    async def hours(self, instants: Sequence[int], watch: Watch) -> dict[int, Counters]:
        """Return the counters at full hours (Unix s), as far as the card has them.

        `watch` runs beside each download and ends it by raising.
        """
        found: dict[int, Counters] = {}
        async for log in self._logs(instants, watch):
            found |= log.hours
        return found

    async def powers(
        self, hours: Sequence[int], watch: Watch
    ) -> dict[str, dict[int, HourlyPower]]:
        """Return powers over these hours; `watch` as above."""
        found: dict[str, dict[int, HourlyPower]] = {}
        async for log in self._logs([hour + HOUR for hour in hours], watch):
            for code, by in log.powers.items():
                found.setdefault(code, {}).update(by)
        return found

    async def _logs(self, instants: Sequence[int], watch: Watch) -> AsyncIterator[Log]:
        """Yield the logs of the days with the rows just before these full hours."""
        try:
            there = await self.files()
        except NotThereError:
            return
        today = f"{max(days_of([int(time.time())])):%Y%m%d}.CSV"
        for name in (f"{day:%Y%m%d}.CSV" for day in days_of(instants)):
            if name in there:
                yield await self._log(
                    name, watch, is_over=name < today, until=max(instants)
                )

    async def files(self) -> dict[str, int | None]:
        """Return the size (bytes) of each file; NotThereError: there is no card."""
        try:
            answer = (await self._web.request("GET", _FOLDER)).json()
        except BridgeConnectionError as error:
            if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
                raise NotThereError("There is no memory card") from error
            raise
        if "files" not in section(answer):
            raise BridgeResponseError("The answer is no list of files")
        return {
            name: whole(each.get("size"))
            for each in map(section, entries(section(answer)["files"]))
            if (name := text(each.get("name"))) and each.get("type") != "dir"
        }

    async def download(
        self, name: str, take: Callable[[bytes], None], watch: Watch
    ) -> None:
        """Hand over one file; it waits until other downloads have ended."""
        async with self._turn:
            try:
                await race(self._web.download(f"{_FOLDER}{name}", take), watch())
            except BridgeConnectionError as error:
                if error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
                    # Firmware 2.8.2 answers so for a file that is gone.
                    raise NotThereError("The file is gone") from error
                raise

    async def _log(
        self, name: str, watch: Watch, *, is_over: bool, until: float
    ) -> Log:
        """Return the log of one day, which has to tell of the time `until` then."""
        if name in self._read and (name in self._over or self._read[name].end > until):
            return self._read[name]
        log = Log()
        try:
            await self.download(name, log.feed, watch)
        except NotThereError:
            return Log()
        log.finish(is_over=is_over)
        self._read[name] = log
        if is_over:
            self._over.add(name)
        if len(self._read) > _MOST_LOGS:
            oldest = next(iter(self._read))
            del self._read[oldest]
            self._over.discard(oldest)
        return log
