"""The mishaps of a week: random ones at random times, for a random duration."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from tests.support.house import PHASES, House
from tests.support.simulator import Simulator

type Mishap = Callable[[Simulator], Awaitable[None] | None]

_HTML = b"<!doctype html><title>Router</title>"

MISHAPS: Mapping[str, Mishap] = {
    "unplugged": Simulator.unplug,
    "silent stream": lambda it: setattr(it, "silent", True),
    "streams closed": Simulator.end_streams,
    "garbage on the stream": lambda it: it.push_raw(b"\xff{[\n\n"),
    "event of 2 MiB": lambda it: it.push_raw(b"data: " + b"x" * (2 << 20) + b"\n\n"),
    "half an event": lambda it: it.push_raw(b'event: live\ndata: {"P_In":'),
    "stalled": Simulator.stall,
    "a byte a second": Simulator.trickle,
    "reset in the body": Simulator.reset_mid_body,
    "2 MiB body": lambda it: it.flood(2 << 20),
    "empty body": lambda it: it.garble(b""),
    "HTML": lambda it: it.garble(_HTML),
    "half the JSON": lambda it: it.garble(b'{"meter": {"status": "OK", "rea'),
    "null": lambda it: it.garble(b"null"),
    "redirect": lambda it: it.redirect("http://127.0.0.1:9/"),
    "401": lambda it: it.fail_with(401),
    "403": lambda it: it.fail_with(403),
    "404": lambda it: it.fail_with(404),
    "500": lambda it: it.fail_with(500),
    "503": lambda it: it.fail_with(503),
    "import at zero": lambda it: it.zero_counter("1.8.0"),
    "import left out": lambda it: it.force("1.8.0", None),
}


async def begin(simulator: Simulator, mishap: Mishap) -> None:
    """Begin a mishap."""
    done = mishap(simulator)
    if done is not None:
        await done


async def end(simulator: Simulator) -> None:
    """End all mishaps."""
    simulator.heal()
    await simulator.plug_in()


@dataclass(slots=True)
class RandomMishaps:
    """Random mishaps of one simulator, as long as `is_on`."""

    simulator: Simulator
    random: Random
    is_on: bool = True
    count: Counter[str] = field(default_factory=Counter)

    async def run(self) -> None:
        """Alternate times without a mishap and with one, until cancelled."""
        while True:
            await asyncio.sleep(self.random.expovariate(1 / 1200))
            if not self.is_on:
                continue
            name = self.random.choice(list(MISHAPS))
            self.count[name] += 1
            await begin(self.simulator, MISHAPS[name])
            await asyncio.sleep(10 + self.random.expovariate(1 / 300))
            await end(self.simulator)


def vary_house(house: House, random: Random) -> None:
    """Change loads, solar power and gas of the house at random."""
    for phase in PHASES:
        house.draw(random.randrange(20, 2500), phase)
        if random.random() < 0.3:
            house.export(random.randrange(1500), phase)
    house.burn(random.choice([0, 0, 800]))
