"""Start the simulated bridges, and read their addresses."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mashumaro.codecs.json import json_decode

from .failure import DemoError
from .processes import program, python

FIRST_WITHIN = 20.0
NEXT_WITHIN = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What a simulator prints about itself; `login` has its user name and password."""

    bridge: str
    address: str
    announced: bool
    login: dict[str, str | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulators:
    """The process of all simulators, and what each has printed."""

    process: Process
    all: list[Simulated]


@asynccontextmanager
async def simulators(log: Path) -> AsyncIterator[Simulators]:
    """Run all simulators until the block ends."""
    async with program(*python("tests.simulate"), log=log, piped=True) as process:
        found = [one async for one in _listen(process)]
        if not found:
            raise DemoError(f"No simulator started, see {log}")
        yield Simulators(process=process, all=found)


async def _listen(process: Process) -> AsyncIterator[Simulated]:
    """Read a line for each simulator; a pause after a line means it was the last."""
    limit = FIRST_WITHIN
    while process.stdout:
        try:
            async with asyncio.timeout(limit):
                line = await process.stdout.readline()
        except TimeoutError:
            return
        if not line:
            return
        yield json_decode(line, Simulated)
        limit = NEXT_WITHIN
