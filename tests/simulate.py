"""Run all simulators on loopback, on one changing house: python -m tests.simulate."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from decimal import Decimal
import json
from math import pi, sin
import signal
import socket
import sys

import ifaddr
from zeroconf import IPVersion, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from tests.kinds import KINDS
from tests.support.house import PHASES, House
from tests.support.simulator import Announcement, Simulator

_DAY = 1200  # length of a simulated day in seconds


def live(house: House, seconds: float) -> None:
    """Vary loads and voltages; the sun rises after half a minute."""
    sun = max(0, round(5200 * sin(2 * pi * (seconds - 30) / _DAY)))
    for phase in PHASES:
        swing = sin(seconds / (17 + 11 * phase)) + sin(seconds / (5 + 2 * phase))
        house.load[phase] = round(160 + 90 * phase + 45 * swing)
        house.solar[phase] = sun // len(PHASES)
        house.reactive[phase] = round(12 * phase * swing)
        house.voltage[phase] = Decimal(round(2310 + 9 * swing)).scaleb(-1)
    house.burn(400 if seconds % 120 > 60 else 0)


def addresses() -> list[str]:
    """Return the IPv4 addresses of this machine, except loopback."""
    return [
        address.ip
        for adapter in ifaddr.get_adapters()
        for address in adapter.ips
        if isinstance(address.ip, str) and not address.ip.startswith("127.")
    ]


@asynccontextmanager
async def announced(simulators: Sequence[Simulator]) -> AsyncIterator[set[str]]:
    """Announce simulators by mDNS until the block ends; yield the announced keys."""
    if not (interfaces := addresses()):
        say("no network interface but loopback: nothing is announced by mDNS")
        yield set()
        return
    try:
        zeroconf = AsyncZeroconf(interfaces=interfaces, ip_version=IPVersion.V4Only)
    except OSError as error:
        say(f"no multicast here ({error}): nothing is announced by mDNS")
        yield set()
        return
    try:
        infos = {
            simulator.key: service_info(simulator, announcement)
            for simulator in simulators
            if (announcement := simulator.announcement)
        }
        registering = [
            await zeroconf.async_register_service(info, allow_name_change=True)
            for info in infos.values()
        ]
        await asyncio.gather(*registering)
        yield set(infos)
        await zeroconf.async_unregister_all_services()
    finally:
        await zeroconf.async_close()


def service_info(simulator: Simulator, announcement: Announcement) -> ServiceInfo:
    """Convert an announcement into one of zeroconf."""
    return ServiceInfo(
        announcement.service,
        f"{announcement.name}.{announcement.service}",
        port=simulator.port,
        properties=dict(announcement.properties),
        server=f"{simulator.key.replace('_', '-')}-simulator.local.",
        addresses=[socket.inet_aton("127.0.0.1")],
    )


def say(text: str) -> None:
    """Print a message to standard error: standard output has data only."""
    sys.stderr.write(f"simulate: {text}\n")


async def simulate(seconds: float | None, interval: float, *, announce: bool) -> None:
    """Run the simulators until time is up or a signal arrives."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    house = House(datetime.now(UTC))
    # Databases assume that it has always been as it is at first: there was sun.
    live(house, _DAY / 4)
    simulators = [kind.simulator(house) for kind in KINDS.values()]
    async with AsyncExitStack() as stack:
        for simulator in simulators:
            await simulator.start()
            stack.push_async_callback(simulator.stop)
        known: set[str] = set()
        if announce:
            known = await stack.enter_async_context(announced(simulators))
        for simulator in simulators:
            line = {
                "bridge": simulator.key,
                "address": simulator.address,
                "announced": simulator.key in known,
                "login": dict(simulator.credentials),
            }
            sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        begin = before = loop.time()
        while not over.is_set() and (seconds is None or before - begin < seconds):
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), interval)
            now = loop.time()
            house.advance(now - before)
            live(house, now - begin)
            before = now
            for simulator in simulators:
                simulator.tick()


def main() -> None:
    """Read the command line, and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulate")
    parser.add_argument("--seconds", type=float, help="stop after this long")
    parser.add_argument("--interval", type=float, default=1.0, help="between readings")
    parser.add_argument(
        "--no-mdns",
        action="store_false",
        dest="announce",
        help="announce nothing: every run announces the same devices, so that a second "
        "one on the same network would seem to be the first at another address",
    )
    options = parser.parse_args()
    asyncio.run(simulate(options.seconds, options.interval, announce=options.announce))


if __name__ == "__main__":
    main()
