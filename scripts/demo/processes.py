"""Run the programs that the demo is made of, and end them with it."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
import sys

STOP_WITHIN = 20.0


@asynccontextmanager
async def program(
    *command: str, log: Path, piped: bool = False
) -> AsyncIterator[Process]:
    """Run a program until the block ends; its output is logged, or piped to us."""
    with log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdout=PIPE if piped else file,
            stderr=file,
            # The terminal sends Ctrl-C to its whole process group. Out of it, a child
            # hears one signal, from us, and in the right order.
            start_new_session=True,
        )
    try:
        yield process
    finally:
        await _stop(process)


def python(module: str, *arguments: str) -> tuple[str, ...]:
    """Return the command that runs a module with the Python that runs this one."""
    return (sys.executable, "-m", module, *arguments)


async def _stop(process: Process) -> None:
    """End a process, by force when asking is not enough, and collect it."""
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(STOP_WITHIN):
            # Read to the end: a child that waits for room in its pipe never exits.
            await process.communicate()
    except TimeoutError:
        process.kill()
        await process.communicate()
