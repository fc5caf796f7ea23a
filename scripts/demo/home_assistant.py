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
from .patience import until
from .processes import program, python

REPOSITORY = Path(__file__).parents[2]
CONFIG = REPOSITORY / ".demo"
STORAGE = CONFIG / ".storage"
# The log, and what never got into it because Python itself complained.
CONSOLE = CONFIG / "console.log"
HOST, USUAL_PORT = "127.0.0.1", 8123
START_WITHIN = 90.0


def new_config(port: int) -> None:
    """Write a configuration folder that nothing has been set up in yet."""
    if _in_use():
        raise DemoError("A demo runs here already; stop that one first")
    shutil.rmtree(CONFIG, ignore_errors=True)
    STORAGE.mkdir(parents=True)
    configuration = Path(__file__).with_name("configuration.yaml").read_text()
    # The editor for automations writes into a file of its own.
    configuration += "automation: !include automations.yaml\n"
    (CONFIG / "configuration.yaml").write_text(configuration)
    (CONFIG / "automations.yaml").write_text("[]\n")
    (CONFIG / "custom_components").symlink_to("../custom_components")
    (CONFIG / "blueprints").mkdir()
    (CONFIG / "blueprints" / "automation").symlink_to("../../blueprints/automation")
    # Home Assistant takes an `http:` section in YAML for a trial, to be confirmed in
    # five minutes, and raises a repair issue about it. Stored, it is just the setting.
    _store("http", 1, {"server_host": [HOST], "server_port": port})
    # These steps would install a weather service, internet radio and text-to-speech,
    # all of which live on the internet. The one that is left creates the user.
    done = ["core_config", "analytics", "integration"]
    _store("onboarding", 4, {"done": done})


def _in_use() -> bool:
    """Say whether a Home Assistant holds the lock of its configuration folder."""
    try:
        with (CONFIG / ".ha_run.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        pass
    return False


def do_without_multicast() -> None:
    """Let Home Assistant's mDNS live on a machine that has nothing but loopback.

    Left to choose for itself, it joins on the default interface and fails where there
    is none, and with it everything that opens an HTTP session.
    """
    _store("core.network", 1, {"configured_adapters": ["lo", "lo0"]})


def _store(key: str, version: int, data: object) -> None:
    """Write one of Home Assistant's storage files."""
    content = {"version": version, "minor_version": 1, "key": key, "data": data}
    (STORAGE / key).write_text(json.dumps(content))


def free_port(wanted: int | None) -> int:
    """Return the wanted port, else the usual one, else any that is free."""
    for port in [wanted] if wanted else [USUAL_PORT, 0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DemoError(f"Port {wanted} is in use")


@asynccontextmanager
async def home_assistant(port: int) -> AsyncIterator[Process]:
    """Run Home Assistant until the block ends; yield it once it answers."""
    # --skip-pip: what it needs is in the `demo` group of pyproject.toml, pinned.
    options = ("--config", str(CONFIG), "--skip-pip", "--log-no-color")
    command = python("scripts.demo.launch", *options)
    async with program(*command, log=CONSOLE) as process:

        async def up_or_gone() -> bool:
            return await _answers(port) or process.returncode is not None

        answered = await until(up_or_gone, bool, START_WITHIN)
        if not answered or process.returncode is not None:
            raise DemoError(f"Home Assistant did not start, see {CONSOLE}")
        yield process


async def _answers(port: int) -> bool:
    """Say whether anything accepts connections on that port."""
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    return True
