"""A fresh Home Assistant, beside simulated bridges that a journey can look at."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from scripts.demo.api import Api, sign_in
from scripts.demo.bridges import Bridge, set_up
from scripts.demo.entities import Entity, read_entities
from scripts.demo.home_assistant import (
    HOST,
    do_without_multicast,
    free_port,
    home_assistant,
    new_config,
)
from scripts.demo.simulators import Simulated
from scripts.demo.waiting import until
from tests.bridges.iometer.simulator import IometerSimulator
from tests.kinds import KINDS
from tests.simulate import announced
from tests.support.house import House
from tests.support.simulator import Simulator

READINGS_WITHIN = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A running Home Assistant without bridges, its API, and the simulated bridges."""

    url: str
    api: Api
    folder: Path
    house: House
    simulators: dict[str, Simulator]
    bridges: dict[str, Bridge] = field(default_factory=dict)

    async def add(self, *keys: str) -> None:
        """Set bridges up without the front end, and wait until each has reported."""
        simulated = [
            Simulated(
                bridge=key,
                address=self.simulators[key].address,
                announced=False,
                login=dict(self.simulators[key].credentials),
            )
            for key in keys
        ]
        for bridge in await set_up(self.api, simulated):
            assert bridge.failure is None
            self.bridges[bridge.key] = bridge

        def complete(entities: list[Entity]) -> bool:
            reporting = {one.bridge for one in entities if one.unit == "W"}
            return reporting >= set(keys) and all(one.available for one in entities)

        assert complete(await until(self.entities, complete, READINGS_WITHIN))

    async def entities(self) -> list[Entity]:
        """Return the entities of all bridges that were added by `add`."""
        return await read_entities(self.api, self.bridges.values())

    async def entity(self, key: str, ending: str) -> Entity:
        """Return the entity of a bridge whose unique id ends so."""
        return next(
            one
            for one in await self.entities()
            if one.bridge == key and one.unique_id.endswith(ending)
        )

    async def speak(self, language: str) -> None:
        """Set the language of names."""
        await self.api.send("config/core/update", language=language)

    async def device(self, key: str) -> str:
        """Return the id of a bridge's device."""
        return str((await self.entity(key, "_16.7.0")).device_id)

    async def enable(self, key: str, ending: str) -> None:
        """Enable the entity of a bridge whose unique id ends so, and load it."""
        entry_id = self.bridges[key].entry_id
        [found] = [
            each.entity_id
            for each in await self.api.ask(list[_Line], "config/entity_registry/list")
            if each.config_entry_id == entry_id and each.unique_id.endswith(ending)
        ]
        update = "config/entity_registry/update"
        await self.api.send(update, entity_id=found, disabled_by=None)
        path = f"config/config_entries/entry/{entry_id}/reload"
        await self.api.post(dict[str, bool], path, {})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of the entity registry."""

    entity_id: str
    unique_id: str
    config_entry_id: str | None


@asynccontextmanager
async def fresh_home(
    folder: Path, *, announce: bool, house: House
) -> AsyncIterator[Home]:
    """Start simulators and Home Assistant; stop them when the block ends."""
    port = free_port(0)
    new_config(folder, port)
    simulators = {key: kind.simulator(house) for key, kind in KINDS.items()}
    iometer = simulators["iometer"]
    assert isinstance(iometer, IometerSimulator)
    # Another demo on this network may have announced the usual one.
    iometer.device_id = str(uuid4())
    async with AsyncExitStack() as stack:
        for simulator in simulators.values():
            await simulator.start()
            stack.push_async_callback(simulator.stop)
        if announce:
            found = announced([iometer])
            assert await stack.enter_async_context(found), "needs multicast"
        else:
            do_without_multicast(folder)
        ticking = asyncio.create_task(_tick(house, simulators))
        stack.callback(ticking.cancel)
        await stack.enter_async_context(home_assistant(folder, port))
        url = f"http://{HOST}:{port}"
        yield Home(
            url=url,
            api=await stack.enter_async_context(sign_in(url)),
            folder=folder,
            house=house,
            simulators=simulators,
        )


async def _tick(house: House, simulators: dict[str, Simulator]) -> None:
    """Let time pass in the house, and have the meters read each second."""
    loop = asyncio.get_running_loop()
    before = loop.time()
    while True:
        await asyncio.sleep(1)
        now = loop.time()
        house.advance(now - before)
        before = now
        for simulator in simulators.values():
            simulator.tick()
