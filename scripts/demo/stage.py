"""Build the whole demo and take it down again."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from . import energy
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
from .patience import until
from .report import say
from .simulators import simulators

READINGS_WITHIN = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Hold the demo while it runs."""

    url: str
    api: Api
    bridges: list[Bridge]
    entities: list[Entity]
    grid: str | None
    processes: dict[str, Process]

    def devices(self) -> dict[str, str]:
        """Return the id of each bridge's device, for the path of its page."""
        return {
            bridge.key: power.device_id
            for bridge in self.bridges
            if (power := net_power(self.entities, bridge)) and power.device_id
        }

    async def wait(self) -> None:
        """Wait until a program ends that nobody asked to end."""
        endings = {
            asyncio.create_task(process.wait()): name
            for name, process in self.processes.items()
        }
        done, _ = await asyncio.wait(endings, return_when=asyncio.FIRST_COMPLETED)
        names = " and ".join(endings[ending] for ending in done)
        raise DemoError(f"{names} ended unasked; its log is in {CONFIG}")


@asynccontextmanager
async def stage(port: int) -> AsyncIterator[Stage]:
    """Start everything and set it up; stop it when the block ends."""
    new_config(port)
    url = f"http://{HOST}:{port}"
    async with simulators(CONFIG / "simulators.log") as simulated:
        say(f"{len(simulated.all)} simulators answer, Home Assistant starts …")
        if not any(one.announced for one in simulated.all):
            say("No interface here carries multicast: no mDNS, only addresses.")
            do_without_multicast()
        async with home_assistant(port) as process, sign_in(url) as api:
            say("Home Assistant answers, the bridges are set up …")
            bridges = await set_up(api, simulated.all)
            entities = await _settle(api, bridges)
            yield Stage(
                url=url,
                api=api,
                bridges=bridges,
                entities=entities,
                grid=await energy.configure(api, entities),
                processes={
                    "Home Assistant": process,
                    "The simulators": simulated.process,
                },
            )


async def _settle(api: Api, bridges: list[Bridge]) -> list[Entity]:
    """Wait a while for every bridge to report and every entity to have a state."""

    def complete(entities: list[Entity]) -> bool:
        return all(one.available for one in entities) and all(
            (power := net_power(entities, bridge)) and power.number is not None
            for bridge in bridges
        )

    return await until(lambda: read_entities(api, bridges), complete, READINGS_WITHIN)
