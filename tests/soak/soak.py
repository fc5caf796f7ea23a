"""Run every bridge with random mishaps, and measure after each period."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from decimal import Decimal
import logging
from random import Random

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.obis import NET_POWER
from custom_components.meter_bridge.const import DEFAULT_UPDATES
from tests.conftest import SetUp
from tests.kinds import KINDS
from tests.support.house import House
from tests.support.simulator import Simulator

from .meters import LogCounter, Size, Traffic, measure
from .mishaps import RandomMishaps, end, vary_house
from .plan import Plan
from .warp import warped

_HOUR = 3600
_IMPORT = "1.8.0"
# Time for the next poll, and for the throttle to write the last values.
_SETTLING_SECONDS = 60
# The most that may be added between the first and the last period. The resident
# memory goes up and down by some MiB.
_GROWTH = Size(
    resident=32,
    blocks=5000,
    traced=256,
    tasks=2,
    sockets=4,
    timers=4,
    listeners=0,
    entities=0,
)
_LOG_LINES = 12
"""For each hour and bridge: a mishap is logged when it begins and when it ends."""
_STREAMS = 240
"""Attempts in an hour; pauses grow to a minute, and one bridge has two streams."""
_REQUESTS_EACH_POLL = 4


@dataclass(slots=True)
class Report:
    """The results: a size after each period, log lines, requests and mishaps."""

    log: LogCounter = field(default_factory=LogCounter)
    traffic: list[Traffic] = field(default_factory=list)
    mishaps: list[RandomMishaps] = field(default_factory=list)
    sizes: list[Size] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def complaints(self) -> list[str]:
        """Return everything that exceeds its limit."""
        first, last = asdict(self.sizes[0]), asdict(self.sizes[-1])
        found = [
            f"{name} grew from {first[name]} to {last[name]}"
            for name, limit in asdict(_GROWTH).items()
            if last[name] > first[name] + limit
        ]
        if self.log.most > _LOG_LINES * len(self.traffic):
            found.append(f"{self.log.most} lines in an hour of the log")
        found += [line for line in self.log.lines if "traceback" in line]
        for it in self.traffic:
            key = it.simulator.key
            polls = 3600 / BRIDGES[key].poll_interval.total_seconds()
            if it.most_requests > _REQUESTS_EACH_POLL * polls:
                found.append(f"{key} was asked {it.most_requests} times in an hour")
            if it.most_streams > _STREAMS:
                found.append(f"{it.most_streams} streams of {key} in an hour")
        return [*self.wrong, *found]

    def lines(self) -> Iterator[str]:
        """Yield the tables of figures."""
        names = list(asdict(self.sizes[0]))
        yield f"| after period | {' | '.join(names)} |"
        yield "| ---: |" + " ---: |" * len(names)
        for period, size in enumerate(self.sizes, 1):
            figures = " | ".join(f"{figure:,}" for figure in asdict(size).values())
            yield f"| {period} | {figures} |"
        yield ""
        yield "| bridge | mishaps | requests | most an hour | streams | most an hour |"
        yield "| --- | ---: | ---: | ---: | ---: | ---: |"
        for it, mishaps in zip(self.traffic, self.mishaps, strict=True):
            yield (
                f"| {it.simulator.key} | {mishaps.count.total():,} | {it.requests:,}"
                f" | {it.most_requests:,} | {it.streams:,} | {it.most_streams:,} |"
            )
        yield ""
        yield f"At most {self.log.most} lines of the log in an hour, and in all:"
        yield ""
        yield from (f"{count:,} x {line}" for line, count in self.log.lines.items())


async def soak(
    hass: HomeAssistant,
    set_up: SetUp,
    plan: Plan,
    say: Callable[[str], object] = str,
) -> Report:
    """Run the plan in warped time."""
    report = Report()
    asyncio.get_running_loop().set_debug(False)
    with warped(hass.loop):
        house = House(dt_util.utcnow())
        async with _simulators(house) as simulators:
            entries = [
                await set_up(simulator, updates=DEFAULT_UPDATES)
                for simulator in simulators
            ]
            await _run(hass, simulators, plan, report, say)
            await asyncio.sleep(_SETTLING_SECONDS)
            report.wrong = [
                f"{simulator.key}: {wrong}"
                for simulator, entry in zip(simulators, entries, strict=True)
                for wrong in _wrong(hass, entry, house)
            ]
            for entry in entries:
                await hass.config_entries.async_remove(entry.entry_id)
    return report


async def _run(
    hass: HomeAssistant,
    simulators: list[Simulator],
    plan: Plan,
    report: Report,
    say: Callable[[str], object],
) -> None:
    """Run all periods, each with mishaps except in its last hour."""
    report.traffic = [Traffic(simulator) for simulator in simulators]
    report.mishaps = [
        RandomMishaps(it, Random(f"{plan.seed} {it.key}"))  # noqa: S311 (to be had again)
        for it in simulators
    ]
    random = Random(plan.seed)  # noqa: S311 (same)
    # pytest's own handlers would keep every line.
    root = logging.getLogger()
    handlers, root.handlers = root.handlers, [report.log]
    level = root.level
    root.setLevel(logging.INFO)
    tasks = [asyncio.create_task(it.run()) for it in report.mishaps]
    try:
        for period in range(1, plan.periods + 1):
            for hour in range(1, plan.hours + 1):
                is_quiet = hour == plan.hours
                for it in report.mishaps:
                    it.is_on = not is_quiet
                    if is_quiet:
                        await end(it.simulator)
                await _hour(simulators, plan.step, random)
                report.log.end_hour()
                for traffic in report.traffic:
                    traffic.end_hour()
            report.sizes.append(measure(hass))
            say(f"period {period}: {report.sizes[-1]}")
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        root.handlers = handlers
        root.setLevel(level)


async def _hour(simulators: list[Simulator], step: int, random: Random) -> None:
    """Let an hour pass, with a reading at every step."""
    house = simulators[0].house
    for second in range(0, _HOUR, step):
        await asyncio.sleep(step)
        house.advance(step)
        # Change nothing in the last minute, so that all bridges show the same.
        if random.random() < 0.1 and second < _HOUR - 60:
            vary_house(house, random)
        for simulator in simulators:
            simulator.tick()


@asynccontextmanager
async def _simulators(house: House) -> AsyncIterator[list[Simulator]]:
    """Run one simulator of each kind."""
    simulators = [kind.simulator(house) for kind in KINDS.values()]
    try:
        for simulator in simulators:
            await simulator.start()
        yield simulators
    finally:
        for simulator in simulators:
            await simulator.stop()


def _wrong(hass: HomeAssistant, entry: MockConfigEntry, house: House) -> list[str]:
    """Return the values of an entry that differ from the house's."""
    wanted = {
        NET_POWER: Decimal(house.power),
        _IMPORT: (house.import_energy / 1000).quantize(Decimal("0.001")),
    }
    found = {
        code: Decimal(state.state)
        for entity in er.async_entries_for_config_entry(
            er.async_get(hass), entry.entry_id
        )
        for code in wanted
        if entity.unique_id.endswith(f"_{code}")
        and "gas" not in entity.unique_id
        and (state := hass.states.get(entity.entity_id))
        and state.state.replace(".", "").removeprefix("-").isdecimal()
    }
    return [
        f"{code} is {found.get(code)}, not {value}"
        for code, value in wanted.items()
        if abs(found.get(code, Decimal("Infinity")) - value) > Decimal("0.001")
    ]
