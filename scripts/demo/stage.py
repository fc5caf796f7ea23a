"""Start the whole demo and stop it again."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from .api import Api, sign_in
from .bridges import Bridge, set_up
from .entities import Entity, net_power, read_entities
from .failure import DemoError
from .home_assistant import (
    CONFIG,
    HOST,
    do_without_multicast,
    home_assistant,
    new_config,
)
from .report import say
from .simulators import Simulated, simulators
from .waiting import until

READINGS_WITHIN = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The simulators, and a Home Assistant in which no bridge is set up yet."""

    url: str
    api: Api
    simulated: list[Simulated]
    processes: dict[str, Process]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage(Scene):
    """The running demo, with all bridges set up."""

    bridges: list[Bridge]
    entities: list[Entity]

    def devices(self) -> dict[str, str]:
        """Return the device id of each bridge, for the URL of its page."""
        return {
            bridge.key: power.device_id
            for bridge in self.bridges
            if (power := net_power(self.entities, bridge)) and power.device_id
        }

    async def wait(self) -> None:
        """Wait until a program ends by itself, which is an error."""
        endings = {
            asyncio.create_task(process.wait()): name
            for name, process in self.processes.items()
        }
        done, _ = await asyncio.wait(endings, return_when=asyncio.FIRST_COMPLETED)
        names = " and ".join(endings[ending] for ending in done)
        raise DemoError(f"{names} ended unasked; its log is in {CONFIG}")


@asynccontextmanager
async def scene(port: int) -> AsyncIterator[Scene]:
    """Start simulators and Home Assistant; stop them when the block ends."""
    new_config(CONFIG, port)
    url = f"http://{HOST}:{port}"
    async with simulators(CONFIG / "simulators.log") as simulated:
        say(f"{len(simulated.all)} simulators answer, Home Assistant starts …")
        if not any(one.announced for one in simulated.all):
            say("No interface here carries multicast: no mDNS, only addresses.")
            do_without_multicast(CONFIG)
        async with home_assistant(CONFIG, port) as process, sign_in(url) as api:
            yield Scene(
                url=url,
                api=api,
                simulated=simulated.all,
                processes={
                    "Home Assistant": process,
                    "The simulators": simulated.process,
                },
            )


async def fill(empty: Scene) -> Stage:
    """Set up all bridges, and add each to the Energy dashboard."""
    say("Home Assistant answers, the bridges are set up …")
    bridges = await set_up(empty.api, empty.simulated)
    entities = await _settle(empty.api, bridges)
    return Stage(
        url=empty.url,
        api=empty.api,
        simulated=empty.simulated,
        processes=empty.processes,
        bridges=bridges,
        entities=entities,
    )


@asynccontextmanager
async def stage(port: int) -> AsyncIterator[Stage]:
    """Start the demo with all bridges; stop it when the block ends."""
    async with scene(port) as empty:
        yield await fill(empty)


async def _settle(api: Api, bridges: list[Bridge]) -> list[Entity]:
    """Wait until all bridges report and all entities have a state, or time is up."""

    def complete(entities: list[Entity]) -> bool:
        return all(one.available for one in entities) and all(
            (power := net_power(entities, bridge)) and power.number is not None
            for bridge in bridges
        )

    return await until(lambda: read_entities(api, bridges), complete, READINGS_WITHIN)
