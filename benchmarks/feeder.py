"""The simulators in a process of their own, where their work does not count."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import override

from tests.bridges.iometer.simulator import IometerSimulator
from tests.kinds import KINDS
from tests.support.house import House
from tests.support.simulator import Simulator

from .street import Lived, Street

# Long enough for the last reading to have arrived before it counts as taken.
_GRACE_SECONDS = 0.05
# Forced up by another step than import, so that net power changes with them.
_EXPORTS = ("2.7.0", "22.7.0", "42.7.0", "62.7.0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a simulator is, and how to be let in; its serial where it is known."""

    key: str
    address: str
    credentials: Mapping[str, str]
    serial: str = ""


class _Stage:
    """Everything that can be asked of the other process; each verb is a method."""

    def __init__(self) -> None:
        """Begin with an empty stage."""
        self._open: dict[str, Simulator] = {}
        self._street = Street()
        self._steps: Counter[tuple[Simulator, str]] = Counter()

    async def open(self, name: str, key: str, registers: int) -> Place:
        """Start a simulator under a name; `registers` is for those that list them."""
        house = House()
        kind = KINDS[key]
        make = kind.benchmark.with_registers
        simulator: Simulator = (
            make(house, registers) if make and registers else kind.simulator(house)
        )
        await simulator.start()
        self._open[name] = simulator
        return place_of(simulator)

    async def feed(
        self, name: str, codes: Sequence[str], count: int, pace: float
    ) -> None:
        """Publish so many readings, in each of which these registers change."""
        simulator, loop = self._open[name], asyncio.get_running_loop()
        due = loop.time()
        for _ in range(count):
            self._change(simulator, codes)
            simulator.tick()
            due = max(due + pace, loop.time())
            await asyncio.sleep(due - loop.time())
        await asyncio.sleep(_GRACE_SECONDS)

    async def turn(self, name: str, codes: Sequence[str]) -> None:
        """Have a new reading ready to be asked for."""
        self._change(self._open[name], codes)
        self._open[name].tick()

    async def hush(self, name: str, hushed: str) -> None:
        """Push nothing more down a channel."""
        simulator = self._open[name]
        message = simulator.message

        def phrase(channel: str) -> bytes | None:
            return None if channel == hushed else message(channel)

        simulator.message = phrase  # type: ignore[method-assign]

    async def street(self, count: int) -> list[Place]:
        """Have so many bridges that push."""
        return [
            Place(
                key=IometerSimulator.key,
                address=f"127.0.0.1:{neighbour.port}",
                serial=neighbour.device_id,
                credentials={},
            )
            for neighbour in await self._street.grow(count)
        ]

    async def live(self, seconds: int, spread: bool) -> Lived:  # noqa: FBT001 (piped)
        """Let the street publish a reading of every bridge each second."""
        return await self._street.live(seconds, spread=spread)

    def _change(self, simulator: Simulator, codes: Sequence[str]) -> None:
        """Let the meter say something else of these registers."""
        counters = simulator.house.obis()
        for code in codes:
            # Each for itself: a counter that jumps would not be believed at once.
            self._steps[simulator, code] += 1
            now = self._steps[simulator, code]
            if ".8." in code:
                simulator.force(code, counters[code] // 1 + now)
            else:
                step = 3 if code in _EXPORTS else 1
                simulator.force(code, Decimal(100 + step * (now % 2)))

    async def close(self) -> None:
        """Stop everything."""
        self._street.close()
        for simulator in self._open.values():
            await simulator.stop()


def place_of(simulator: Simulator) -> Place:
    """Describe where a simulator is."""
    return Place(
        key=simulator.key,
        address=simulator.address,
        credentials=simulator.credentials,
    )


def _serve(pipe: Connection) -> None:
    """Do what is asked until the other end is closed."""
    asyncio.run(_answer(pipe))


async def _answer(pipe: Connection) -> None:
    """Answer one question after the other."""
    stage = _Stage()
    while True:
        try:
            verb, arguments = await asyncio.to_thread(pipe.recv)
        except EOFError:
            break
        pipe.send(await getattr(stage, verb)(*arguments))
        if verb == "close":
            break


class Feeder(AbstractContextManager["Feeder"]):
    """Our end: every verb of the stage, to be asked in passing or waited for."""

    def __init__(self) -> None:
        """Start the process."""
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    @override
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        self._ask("close")
        self._process.join()

    def _ask(self, verb: str, *arguments: object) -> object:
        """Ask, and wait for the answer."""
        self._pipe.send((verb, arguments))
        answer: object = self._pipe.recv()
        return answer

    def open(self, name: str, key: str, registers: int = 0) -> Place:
        """Start a simulator under a name."""
        place = self._ask("open", name, key, registers)
        assert isinstance(place, Place)
        return place

    def turn(self, name: str, codes: Sequence[str]) -> None:
        """Have a new reading ready to be asked for."""
        self._ask("turn", name, codes)

    def hush(self, name: str, channel: str) -> None:
        """Push nothing more down a channel but what a listener gets at first."""
        self._ask("hush", name, channel)

    def street(self, count: int) -> list[Place]:
        """Have so many bridges that push."""
        places = self._ask("street", count)
        assert isinstance(places, list)
        return places

    async def live(self, seconds: int, *, spread: bool = True) -> Lived:
        """Let the street publish for some seconds, evenly or all at once."""
        lived = await asyncio.to_thread(self._ask, "live", seconds, spread)
        assert isinstance(lived, Lived)
        return lived

    async def feed(
        self, name: str, codes: Sequence[str], count: int, pace: float
    ) -> None:
        """Publish readings, and wait until they have been taken."""
        await asyncio.to_thread(self._ask, "feed", name, codes, count, pace)
