"""Fixtures for history tests: a simulated house, recorded to a database on disk."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from importlib import import_module
import logging
from os import environ
from pathlib import Path
import time

from freezegun import freeze_time
from freezegun.api import FakeDatetime, FrozenDateTimeFactory
from homeassistant.components.recorder.models import StatisticData, StatisticMetaData
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.typing import (
    RecorderInstanceContextManager,
)
from sqlalchemy import create_engine, text

from custom_components.meter_bridge.history import records
from tests.kinds import KINDS
from tests.support.house import House
from tests.support.recorded import Recorded

_LOUD = ("sqlalchemy", "sqlalchemy.engine", "homeassistant")

type Watch = Callable[..., Awaitable[Recorded]]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Silence the logs of each SQL statement and of each task of the recorder."""
    loggers = [logging.getLogger(name) for name in _LOUD]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
    yield
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


@pytest.fixture
def persistent_database() -> bool:
    """Keep the database over restarts of Home Assistant."""
    return True


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Allow timers to be left: Home Assistant stops without unloading the entry."""
    return True


@pytest.fixture
def enable_statistics() -> bool:
    """Compile no statistics by timer: the clock stands, so tests compile themselves."""
    return False


@pytest.fixture
def enable_missing_statistics() -> bool:
    """Compile missed statistics when Home Assistant starts, as it really does."""
    return True


@pytest.fixture
async def clock(
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[FrozenDateTimeFactory]:
    """Freeze every clock except the event loop's."""
    real = time.monotonic
    with freeze_time() as frozen:
        monkeypatch.setattr(asyncio.get_running_loop(), "time", real)
        assert isinstance(frozen, FrozenDateTimeFactory)
        yield frozen


@pytest.fixture
def imported(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[list[int]]:
    """Collect the hours that are imported, and check that each ended 5 minutes ago.

    By then the recorder has compiled that hour and a five-minute row after it, so the
    import makes it lose no row of any sensor.
    """
    noted: list[int] = []
    early: list[int] = []

    def note(
        hass: HomeAssistant, metadata: StatisticMetaData, rows: list[StatisticData]
    ) -> None:
        for row in rows:
            start = int(row["start"].timestamp())
            noted.append(start)
            if start + 3600 + 300 > time.time():
                early.append(start)
        async_import_statistics(hass, metadata, rows)

    monkeypatch.setattr(records, "async_import_statistics", note)
    yield noted
    assert not early
    told = [each.getMessage() for each in caplog.get_records("call")]
    assert not [each for each in told if "could not be filled" in each]
    assert not [each for each in told if "Blocked attempt" in each]


def database(folder: Path, name: str) -> str:
    """Return the URL of an empty database: a file, unless `DATABASE_URL` is set.

    `scripts/databases` sets it to a database server.
    """
    server = environ.get("DATABASE_URL")
    if server is None:
        return f"sqlite:///{folder / name}.db"
    if is_mysql := server.startswith("mysql"):
        # The driver looks up a time's exact class, which a frozen clock replaces.
        converters = import_module("pymysql.converters")
        for kind in (FakeDatetime, type(dt_util.utcnow())):
            converters.conversions[kind] = converters.escape_datetime
    engine = create_engine(
        server if is_mysql else f"{server}/postgres", isolation_level="AUTOCOMMIT"
    )
    how = " CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci" if is_mysql else ""
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(text(f"CREATE DATABASE {name}{how}"))
    engine.dispose()
    return f"{server}/{name}" + ("?charset=utf8mb4" if is_mysql else "")


@pytest.fixture
async def watch(
    async_test_recorder: RecorderInstanceContextManager,
    hass_storage: dict[str, object],
    clock: FrozenDateTimeFactory,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[Watch]:
    """Return a function that records a simulated bridge; it can be stopped."""
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
        recorded: Sequence[str] | None = None,
        **options: object,
    ) -> Recorded:
        house = House(at)
        clock.move_to(at)
        simulator = KINDS[key].simulator(house)
        await simulator.start()
        simulator.silent = True
        KINDS[key].remember(simulator)
        url = database(tmp_path, name)
        watched = Recorded(
            async_test_recorder,
            simulator,
            clock,
            name,
            url,
            KINDS[key].restart,
            options=options,
        )
        if recorded:
            watched.recorded = recorded
        opened.append(watched)
        if is_installed:
            await watched.start()
        return watched

    yield begin
    for each in opened:
        await each.stop()
        await each.simulator.stop()


@pytest.fixture
def quick_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again at once whether the recorder has written, and also after a start."""
    monkeypatch.setattr(records, "PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(
        "custom_components.meter_bridge.history.corrector.COMMIT_SECONDS", 0.0
    )
