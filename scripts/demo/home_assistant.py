"""Start Home Assistant on loopback in a new configuration folder."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import fcntl
import json
from pathlib import Path
import shutil
import socket

from .failure import DemoError
from .processes import program, python
from .waiting import until

REPOSITORY = Path(__file__).parents[2]
CONFIG = REPOSITORY / ".demo"
HOST, USUAL_PORT = "127.0.0.1", 8123
START_WITHIN = 90.0


def console(folder: Path) -> Path:
    """Return the file of Home Assistant's log, and of what Python itself printed."""
    return folder / "console.log"


def new_config(folder: Path, port: int) -> None:
    """Write a new configuration folder, without any integration."""
    if _in_use(folder):
        raise DemoError("A demo runs here already; stop that one first")
    shutil.rmtree(folder, ignore_errors=True)
    (folder / ".storage").mkdir(parents=True)
    configuration = Path(__file__).with_name("configuration.yaml").read_text()
    # The automation editor needs a file of its own.
    configuration += "automation: !include automations.yaml\n"
    (folder / "configuration.yaml").write_text(configuration)
    (folder / "automations.yaml").write_text("[]\n")
    (folder / "blueprints").mkdir()
    for linked in ("custom_components", "blueprints/automation"):
        (folder / linked).symlink_to(REPOSITORY / linked)
    # Home Assistant treats an `http:` section in YAML as a trial that has to be
    # confirmed within five minutes, and raises a repair issue. In storage it is final.
    _store(folder, "http", 1, {"server_host": [HOST], "server_port": port})
    # Skip the onboarding steps that would add internet services: weather, radio and
    # text-to-speech. The remaining step creates the user.
    done = ["core_config", "analytics", "integration"]
    _store(folder, "onboarding", 4, {"done": done})


def _in_use(folder: Path) -> bool:
    """Tell whether a running Home Assistant has locked the configuration folder."""
    try:
        with (folder / ".ha_run.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        pass
    return False


def do_without_multicast(folder: Path) -> None:
    """Restrict Home Assistant's mDNS to loopback, for a machine without a network.

    By default it uses the default interface. Without one it fails, and with it every
    integration that opens an HTTP session.
    """
    _store(folder, "core.network", 1, {"configured_adapters": ["lo", "lo0"]})


def _store(folder: Path, key: str, version: int, data: object) -> None:
    """Write one of Home Assistant's storage files."""
    content = {"version": version, "minor_version": 1, "key": key, "data": data}
    (folder / ".storage" / key).write_text(json.dumps(content))


def free_port(wanted: int | None) -> int:
    """Return the wanted port (0: any); without one the usual port, if it is free."""
    for port in [USUAL_PORT, 0] if wanted is None else [wanted]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DemoError(f"Port {wanted} is in use")


@asynccontextmanager
async def home_assistant(folder: Path, port: int) -> AsyncIterator[Process]:
    """Run Home Assistant until the block ends; yield its process once it answers."""
    # --skip-pip: the `demo` group of pyproject.toml pins all requirements.
    options = ("--config", str(folder), "--skip-pip", "--log-no-color")
    command = python("scripts.demo.launch", *options)
    async with program(*command, log=console(folder)) as process:

        async def up_or_gone() -> bool:
            return await answers(port) or process.returncode is not None

        answered = await until(up_or_gone, bool, START_WITHIN)
        if not answered or process.returncode is not None:
            raise DemoError(f"Home Assistant did not start, see {console(folder)}")
        yield process


async def answers(port: int) -> bool:
    """Tell whether the port accepts connections."""
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    return True
