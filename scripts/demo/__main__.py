"""Run Meter Bridge in a real Home Assistant, with every bridge simulated."""

import argparse
import asyncio
from contextlib import suppress
import signal
import sys

from aiohttp import ClientError

from .check import check, print_verdicts
from .failure import DemoError
from .home_assistant import free_port
from .report import bridge_table, say
from .stage import stage

CHECK_WITHIN = 180.0
INTERRUPTED = 130


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="scripts/develop", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="check that everything works, and stop"
    )
    parser.add_argument("--port", type=int, help="the port of Home Assistant")
    parser.add_argument("--seconds", type=float, help="stop after this time")
    return parser.parse_args()


async def run(options: argparse.Namespace) -> bool:
    """Start the demo and do what the options say; return False if a check failed."""
    stop_on_signals()
    port = free_port(options.port)
    if options.check:
        async with asyncio.timeout(CHECK_WITHIN), stage(port) as built:
            verdicts = await check(built)
        # Read the log only now: unloading an integration can fail as well.
        return print_verdicts(verdicts)
    async with stage(port) as built:
        say(f"\n{bridge_table(built.bridges, built.entities)}\n\n{built.url}")
        say("Ctrl-C stops everything.")
        with suppress(TimeoutError):
            async with asyncio.timeout(options.seconds):
                await built.wait()
    return True


def stop_on_signals() -> None:
    """Stop everything in order at the first signal, and ignore further ones."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def stop() -> None:
        if task and not task.cancelling():
            say(" Stopping …")
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop)


def main() -> int:
    """Run the demo and return the exit code."""
    options = parse()
    try:
        return 0 if asyncio.run(run(options)) else 1
    except asyncio.CancelledError:
        return INTERRUPTED if options.check else 0
    except TimeoutError:
        say(f"Not done within {CHECK_WITHIN:.0f} s.")
    except (DemoError, ClientError) as error:
        say(f"The demo failed: {error}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
