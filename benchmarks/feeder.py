"""Run simulators in another process, so that their work is not measured."""

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
from tests.support.household import Household
from tests.support.simulator import Simulator

from .fleet import Fleet, FleetRun

# Time for the last reading to arrive.
_GRACE_SECONDS = 0.05
# Export powers change by another step than import, so that net power changes as well.
_EXPORTS = ("2.7.0", "22.7.0", "42.7.0", "62.7.0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The address of a simulator, its credentials, and its serial number if known."""

    key: str
    address: str
    credentials: Mapping[str, str]
    serial: str = ""


class _Commands:
    """The commands of the other process, each of which is a method."""

    def __init__(self) -> None:
        """Start without simulators."""
        self._open: dict[str, Simulator] = {}
        self._households: dict[str, Household] = {}
        self._fleet = Fleet()
        self._steps: Counter[tuple[Simulator, str]] = Counter()

    async def open(self, name: str, key: str, registers: int) -> Place:
        """Start a simulator under a name; `registers` sets their number unless 0."""
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
        """Publish `count` readings, `pace` s apart; each changes these registers."""
        simulator, loop = self._open[name], asyncio.get_running_loop()
        due = loop.time()
        for _ in range(count):
            self._change(simulator, codes)
            simulator.tick()
            due = max(due + pace, loop.time())
            await asyncio.sleep(due - loop.time())
        await asyncio.sleep(_GRACE_SECONDS)

    async def move_in(self, name: str, key: str, begin: int) -> Place:
        """Start a simulator at the meter of a household, at this second of its day."""
        house, kind = House(), KINDS[key]
        make = kind.benchmark.at_home or kind.simulator
        simulator: Simulator = make(house)
        await simulator.start()
        self._open[name] = simulator
        self._households[name] = Household(house)
        self._households[name].live(begin)
        return place_of(simulator)

    async def live_second(self, name: str, is_read: bool) -> None:  # noqa: FBT001 (piped)
        """Let the household live for a second, and the meter be read after it."""
        self._households[name].second()
        if is_read:
            self._open[name].tick()

    async def next_reading(self, name: str, codes: Sequence[str]) -> None:
        """Take a new reading, for the next poll."""
        self._change(self._open[name], codes)
        self._open[name].tick()

    async def silence(self, name: str, silenced: str) -> None:
        """Stop pushing to a channel."""
        simulator = self._open[name]
        message = simulator.message

        def message_unless_silenced(channel: str) -> bytes | None:
            return None if channel == silenced else message(channel)

        simulator.message = message_unless_silenced  # type: ignore[method-assign]

    async def fleet(self, count: int) -> list[Place]:
        """Start a fleet of `count` bridges that push."""
        return [
            Place(
                key=IometerSimulator.key,
                address=f"127.0.0.1:{bridge.port}",
                serial=bridge.device_id,
                credentials={},
            )
            for bridge in await self._fleet.grow(count)
        ]

    async def run_fleet(self, seconds: int, spread: bool) -> FleetRun:  # noqa: FBT001 (piped)
        """Let each bridge of the fleet publish a reading every second."""
        return await self._fleet.run(seconds, spread=spread)

    def _change(self, simulator: Simulator, codes: Sequence[str]) -> None:
        """Change the values of these registers."""
        counters = simulator.house.obis()
        for code in codes:
            # Step by step: a counter that jumps would be held back.
            self._steps[simulator, code] += 1
            now = self._steps[simulator, code]
            if ".8." in code:
                simulator.force(code, counters[code] // 1 + now)
            else:
                step = 3 if code in _EXPORTS else 1
                simulator.force(code, Decimal(100 + step * (now % 2)))

    async def close(self) -> None:
        """Stop everything."""
        self._fleet.close()
        for simulator in self._open.values():
            await simulator.stop()


def place_of(simulator: Simulator) -> Place:
    """Return the address and credentials of a simulator."""
    return Place(
        key=simulator.key,
        address=simulator.address,
        credentials=simulator.credentials,
    )


def _serve(pipe: Connection) -> None:
    """Run commands until the pipe is closed."""
    asyncio.run(_answer(pipe))


async def _answer(pipe: Connection) -> None:
    """Run one command after the other."""
    commands = _Commands()
    while True:
        try:
            verb, arguments = await asyncio.to_thread(pipe.recv)
        except EOFError:
            break
        pipe.send(await getattr(commands, verb)(*arguments))
        if verb == "close":
            break


class Feeder(AbstractContextManager["Feeder"]):
    """Controls the process of the simulators: each command, blocking or awaited."""

    def __init__(self) -> None:
        """Start the process of the simulators."""
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
        """Stop the process."""
        self._ask("close")
        self._process.join()

    def _ask(self, verb: str, *arguments: object) -> object:
        """Send a command, and wait for its result."""
        self._pipe.send((verb, arguments))
        answer: object = self._pipe.recv()
        return answer

    def open(self, name: str, key: str, registers: int = 0) -> Place:
        """Start a simulator under a name."""
        place = self._ask("open", name, key, registers)
        assert isinstance(place, Place)
        return place

    def move_in(self, name: str, key: str, begin: int) -> Place:
        """Start a simulator at the meter of a household, at this second of its day."""
        place = self._ask("move_in", name, key, begin)
        assert isinstance(place, Place)
        return place

    def live_second(self, name: str, *, is_read: bool) -> None:
        """Let the household live for a second, and the meter be read after it."""
        self._ask("live_second", name, is_read)

    def next_reading(self, name: str, codes: Sequence[str]) -> None:
        """Take a new reading, for the next poll."""
        self._ask("next_reading", name, codes)

    def silence(self, name: str, channel: str) -> None:
        """Stop pushing to a channel, except the first message to each listener."""
        self._ask("silence", name, channel)

    def fleet(self, count: int) -> list[Place]:
        """Start a fleet of `count` bridges that push."""
        places = self._ask("fleet", count)
        assert isinstance(places, list)
        return places

    async def run_fleet(self, seconds: int, *, spread: bool = True) -> FleetRun:
        """Let the fleet publish for some seconds, evenly spread or all at once."""
        run = await asyncio.to_thread(self._ask, "run_fleet", seconds, spread)
        assert isinstance(run, FleetRun)
        return run

    async def feed(
        self, name: str, codes: Sequence[str], count: int, pace: float
    ) -> None:
        """Publish readings, and wait until they have been received."""
        await asyncio.to_thread(self._ask, "feed", name, codes, count, pace)
