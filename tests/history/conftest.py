"""What the tests of missed hours share: a house, watched with a recorder on disk."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from datetime import datetime
import logging
from pathlib import Path
import time

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.typing import (
    RecorderInstanceContextManager,
)

from tests.kinds import KINDS
from tests.support.house import House
from tests.support.recorded import Recorded

_LOUD = ("sqlalchemy", "sqlalchemy.engine", "homeassistant")

type Watch = Callable[..., Awaitable[Recorded]]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Let the database not print every statement, nor the recorder every task."""
    loggers = [logging.getLogger(name) for name in _LOUD]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
    yield
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


@pytest.fixture
def persistent_database() -> bool:
    """Keep the database while Home Assistant is down."""
    return True


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Stop Home Assistant as its owner does, without unloading anything."""
    return True


@pytest.fixture
def enable_statistics() -> bool:
    """Let a test compile the statistics itself: its clock stands."""
    return False


@pytest.fixture
def enable_missing_statistics() -> bool:
    """Let a start catch up on statistics."""
    return True


@pytest.fixture
async def clock(
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[FrozenDateTimeFactory]:
    """Stop every clock but the event loop's."""
    real = time.monotonic
    with freeze_time() as frozen:
        monkeypatch.setattr(asyncio.get_running_loop(), "time", real)
        assert isinstance(frozen, FrozenDateTimeFactory)
        yield frozen


@pytest.fixture
async def watch(
    async_test_recorder: RecorderInstanceContextManager,
    hass_storage: dict[str, object],
    clock: FrozenDateTimeFactory,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[Watch]:
    """Watch a simulated bridge with a Home Assistant that can be stopped."""
    monkeypatch.setattr(
        "custom_components.meter_bridge.history.filler.COMMIT_SECONDS", 0.0
    )
    monkeypatch.setattr(
        "custom_components.meter_bridge.bridges.whatwatt_go.web.BYTES_PER_SECOND", 1e8
    )
    opened: list[Recorded] = []

    async def begin(
        key: str,
        at: datetime,
        *,
        name: str = "house",
        is_installed: bool = True,
        **options: object,
    ) -> Recorded:
        house = House(at)
        clock.move_to(at)
        simulator = KINDS[key].simulator(house)
        await simulator.start()
        simulator.silent = True
        KINDS[key].remember(simulator)
        url = None if name == "house" else f"sqlite:///{tmp_path / name}.db"
        watched = Recorded(
            async_test_recorder, simulator, clock, name, url, options=options
        )
        opened.append(watched)
        if is_installed:
            await watched.start()
        return watched

    yield begin
    for each in opened:
        await each.stop()
        await each.simulator.stop()
