"""Start the simulated bridges and learn where they are."""

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
    """Hold what a simulator says of itself; `login` is what lets one in there."""

    bridge: str
    address: str
    announced: bool
    login: dict[str, str | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulators:
    """Hold the process of all simulators and what each said."""

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
    """Read a line per simulator; a pause after a line means that it was the last."""
    patience = FIRST_WITHIN
    while process.stdout:
        try:
            async with asyncio.timeout(patience):
                line = await process.stdout.readline()
        except TimeoutError:
            return
        if not line:
            return
        yield json_decode(line, Simulated)
        patience = NEXT_WITHIN
