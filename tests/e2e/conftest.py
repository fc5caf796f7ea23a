"""Fixtures of all journeys, and what they leave behind."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from inspect import getdoc
from pathlib import Path
import re
import shutil

from playwright.async_api import Browser
import pytest

from scripts.demo.home_assistant import REPOSITORY, console
from scripts.demo.logfile import serious_records
from tests.support.house import House

from .browsing import WIDE, Front, Size, chromium, tab
from .home import Home, fresh_home
from .past import Past
from .words import Words

KEPT = REPOSITORY / ".e2e"

type Browse = Callable[[Size, str], Awaitable[Front]]
type Item = pytest.Function

_FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
async def browser() -> AsyncGenerator[Browser]:
    """Run one browser for all journeys; each has a window of its own."""
    async with chromium() as running:
        yield running


@pytest.fixture
def kept(request: pytest.FixtureRequest) -> Path:
    """Return the folder for what a failed journey leaves; it does not exist yet."""
    folder = KEPT / re.sub(r"\W+", "-", request.node.name).strip("-")
    shutil.rmtree(folder, ignore_errors=True)
    return folder


@pytest.fixture
def past() -> Past | None:
    """Return no past: people have just moved in."""
    return None


@pytest.fixture
async def home(
    request: pytest.FixtureRequest, tmp_path: Path, kept: Path, past: Past | None
) -> AsyncGenerator[Home]:
    """Start a fresh Home Assistant; in the end it must not have logged a complaint."""
    announce = request.node.get_closest_marker("announced") is not None
    folder = tmp_path / "home"
    house = past.house if past else House(datetime.now(UTC))
    async with fresh_home(folder, announce=announce, house=house) as started:
        yield started
    expected = [mark.args[0] for mark in request.node.iter_markers("logs")]
    serious = [
        record
        for record in serious_records(console(folder))
        if not any(text in record for text in expected)
    ]
    if serious or request.node.stash.get(_FAILED, False):
        keep_log(folder, kept)
    assert serious == []


def keep_log(folder: Path, kept: Path) -> None:
    """Keep the log of Home Assistant."""
    kept.mkdir(parents=True, exist_ok=True)
    shutil.copy2(console(folder), kept / "home-assistant.log")


@pytest.fixture
async def browse(
    request: pytest.FixtureRequest, browser: Browser, home: Home, kept: Path
) -> AsyncGenerator[Browse]:
    """Return a function that opens a window; none may print errors on its console."""
    opened: list[Front] = []
    async with AsyncExitStack() as stack:

        async def new(size: Size, language: str) -> Front:
            window = tab(browser, home.url, size=size, language=language)
            front = await stack.enter_async_context(window)
            opened.append(front)
            return front

        yield new
        failed = request.node.stash.get(_FAILED, False)
        if failed or any(front.errors for front in opened):
            for number, front in enumerate(opened):
                await front.keep(kept / str(number))
    assert [error for front in opened for error in front.errors] == []


@pytest.fixture
async def front(browse: Browse) -> Front:
    """Open a window of usual size, in English."""
    return await browse(WIDE, "en")


@pytest.fixture(scope="session")
def words() -> Words:
    """Return our English texts."""
    return Words("en")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell the fixtures whether their journey failed, and note its sentence."""
    report = yield
    if call.excinfo is not None:
        item.stash[_FAILED] = True
    doc = (getdoc(item.function) or "").partition("\n")[0]
    report.user_properties = [("sentence", doc)]
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how long each journey took, with the start of its Home Assistant."""
    times: dict[str, float] = {}
    sentences: dict[str, str] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                name = report.nodeid.partition("::")[2]
                times[name] = times.get(name, 0.0) + report.duration
                sentences[name] = str(dict(report.user_properties)["sentence"])
    terminalreporter.section("journeys")
    for name, seconds in times.items():
        which = "".join(re.findall(r"\[.*\]", name))
        terminalreporter.line(f"{seconds:6.1f} s  {sentences[name]} {which}".rstrip())
