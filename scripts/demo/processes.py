"""Start and stop the programs of the demo."""

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
    """Run a program until the block ends; its output goes to the log or a pipe."""
    with log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdout=PIPE if piped else file,
            stderr=file,
            # The terminal sends Ctrl-C to its whole process group. Outside of that, a
            # child gets only our signal, and in the right order.
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
    """Terminate a process, kill it if it does not end in time, and wait for it."""
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(STOP_WITHIN):
            # Read all output: a child that blocks on a full pipe never exits.
            await process.communicate()
    except TimeoutError:
        process.kill()
        await process.communicate()
