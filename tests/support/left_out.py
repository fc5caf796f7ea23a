"""A pytest plugin that prints at the end how many tests were left out."""

import pytest

_LEFT_OUT = pytest.StashKey[int]()
_KEY = "left_out"


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Count the deselected tests."""
    stash = items[0].config.stash
    stash[_LEFT_OUT] = stash.get(_LEFT_OUT, 0) + len(items)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send the count from a worker process to the main process."""
    output = getattr(session.config, "workeroutput", {})
    output[_KEY] = session.config.stash.get(_LEFT_OUT, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Take the count of any worker: all of them leave out the same tests."""
    output = getattr(node, "workeroutput", {})
    config: pytest.Config = getattr(node, "config")  # noqa: B009
    config.stash[_LEFT_OUT] = output.get(_KEY, 0)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the count below everything else."""
    if count := config.stash.get(_LEFT_OUT, 0):
        terminalreporter.section("left out")
        terminalreporter.line(
            f"{count} tests that take long: scripts/test --all runs all tests but those"
            " of days and months, which scripts/test -m days runs"
        )
