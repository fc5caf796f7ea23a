"""Fixtures of this bridge's tests: paths, TLS and commands."""

from pathlib import Path
from ssl import SSLContext
from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.bridges.egauge import commands
from custom_components.meter_bridge.bridges.egauge.client import EgaugeClient
from custom_components.meter_bridge.bridges.snapshot import Reading
from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.conftest import SetUp
from tests.support.accounts import Accounts
from tests.support.certificates import self_signed_tls
from tests.support.waiting import eventually

FIXTURES = Path(__file__).parent / "fixtures"

QUESTION, LOGIN, RIGHTS, REGISTER, SYSTEM = (
    "/api/auth/unauthorized",
    "/api/auth/login",
    "/api/auth/rights",
    "/api/register",
    "/api/sys",
)


@pytest.fixture(scope="session")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> SSLContext:
    """Return the TLS context of a device with a self-signed certificate."""
    return self_signed_tls(tmp_path_factory.mktemp("tls") / "device.pem")


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the pauses between requests for the status of a long command."""
    monkeypatch.setattr(commands, "PAUSE_SECONDS", 0.02)


@pytest.fixture
async def commanded(
    simulator: EgaugeSimulator, set_up: SetUp, short_pauses: None
) -> MockConfigEntry:
    """Set up the device with all entities enabled, and clear its list of commands."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default", new=True
    ):
        entry = await set_up(simulator)
    await eventually(lambda: simulator.commands)
    simulator.commands.clear()
    return entry


def believed(*readings: Reading) -> dict[str, float]:
    """Return what is believed of a meter after these readings."""
    accounts = Accounts(max_power=1_000_000, stale_after=60.0)
    for at, reading in enumerate(readings):
        taken = accounts.take(reading, now=float(at), clock=float(at))
    return dict(taken.values)


async def read(client: EgaugeClient) -> dict[str, float]:
    """Fetch once, and return what is believed then."""
    return believed(*(await client.fetch()).readings)
