"""Run the MQTT broker mosquitto on loopback, and install it if it is missing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
import os
from pathlib import Path
import secrets
import shutil

from .failure import DemoError
from .home_assistant import HOST, answers, free_port
from .processes import program
from .report import say
from .waiting import until

PACKAGE = "mosquitto"
USERNAME = "home_assistant"
LISTENS_WITHIN = 10.0
# Debian keeps servers where only root looks for programs.
PATH = f"{os.environ['PATH']}:/usr/sbin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A running broker, and the only login that it accepts."""

    port: int
    username: str
    password: str


@asynccontextmanager
async def broker(folder: Path) -> AsyncIterator[Broker]:
    """Run a broker with files in this new folder until the block ends."""
    running = Broker(
        port=free_port(0), username=USERNAME, password=secrets.token_hex(16)
    )
    settings, passwords = _configure(folder, running.port)
    log = folder / "console.log"
    await _install(log)
    login = (running.username, running.password)
    await _run("mosquitto_passwd", "-b", "-c", str(passwords), *login, log=log)
    async with program(_path(PACKAGE), "-c", str(settings), log=log):
        if not await until(lambda: answers(running.port), bool, LISTENS_WITHIN):
            raise DemoError(f"mosquitto does not listen, see {log}")
        yield running


def _configure(folder: Path, port: int) -> tuple[Path, Path]:
    """Write the settings of the broker; return their path and that of its logins."""
    folder.mkdir(mode=0o700)
    settings, passwords = folder / "mosquitto.conf", folder / "passwords"
    settings.write_text(
        f"listener {port} {HOST}\nallow_anonymous false\n"
        # Started by root it would become another user, who cannot read the folder.
        f"password_file {passwords}\nuser root\n"
    )
    return settings, passwords


async def _install(log: Path) -> None:
    """Install the broker if it is missing and this is root on Debian."""
    if shutil.which(PACKAGE, path=PATH):
        return
    if os.geteuid() or not shutil.which("apt-get"):
        raise DemoError(
            f"mosquitto is not here: install your system's package {PACKAGE}"
        )
    say("mosquitto is not here: it is installed …")
    await _run("apt-get", "-qq", "update", log=log)
    options = ("-qq", "--yes", "--no-install-recommends")
    await _run("apt-get", "install", *options, PACKAGE, log=log)


async def _run(name: str, *arguments: str, log: Path) -> None:
    """Run a program to its end."""
    async with program(_path(name), *arguments, log=log) as process:
        if await process.wait():
            raise DemoError(f"{name} failed, see {log}")


def _path(name: str) -> str:
    """Return the path of a program."""
    if found := shutil.which(name, path=PATH):
        return found
    raise DemoError(f"{name} is not here")
