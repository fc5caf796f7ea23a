"""Test the command that runs every simulator."""

import asyncio
import json
from pathlib import Path
import sys

import pytest

from tests.kinds import KINDS
from tests.simulate import live
from tests.support.house import House

ROOT = Path(__file__).parents[2]


def test_every_simulator_is_listed_by_its_own_key() -> None:
    """Each simulator has its own key."""
    for key, kind in KINDS.items():
        assert kind.simulator.__module__ == f"tests.bridges.{key}.simulator"


def test_the_sun_rises_and_sets() -> None:
    """The house imports at night and exports at noon."""
    house = House()
    live(house, 0)
    assert house.power > 0
    live(house, 330)
    assert house.power < -4000
    live(house, 700)
    assert house.power > 0


@pytest.mark.programs
async def test_the_command_says_where_the_bridges_are_and_ends() -> None:
    """The command prints one line of JSON per bridge, and ends when time is up."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-W", "error", "-m", "tests.simulate"),
        *("--no-mdns", "--seconds", "0.3", "--interval", "0.1"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(30):
        output, errors = await process.communicate()
    assert (process.returncode, errors) == (0, b"")
    lines = [json.loads(line) for line in output.splitlines()]
    assert [line["bridge"] for line in lines] == list(KINDS)
    assert all(line["address"].startswith("127.0.0.1:") for line in lines)
    assert not any(line["announced"] for line in lines)
