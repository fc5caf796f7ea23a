"""The look for what an owner would mind finds it."""

from collections.abc import AsyncGenerator
import re

from playwright.async_api import Browser
import pytest

from .browsing import Front, tab
from .looking import complaints

ROW = '<div style="width:90px;overflow:hidden;text-overflow:ellipsis">{}</div>'


@pytest.fixture
async def front(browser: Browser) -> AsyncGenerator[Front]:
    """Open an empty window."""
    async with tab(browser, "") as opened:
        yield opened


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        ("<p>Power import<p>Power export", set()),
        ("<p>state.energy_import<p>power_l1", {"raw key: power_l1"}),
        ("<p>Demand<p>Unknown", {"unknown: Demand"}),
        ("<p>Demand<p>Nicht verfügbar", {"unknown: Demand"}),
        (
            '<div style="height:9px;overflow:auto"><p>Demand<p>Unknown</div>',
            {"unknown: Demand"},
        ),
        ("<p>Add {name}", {"not filled in: Add {name}"}),
        (
            '<p style="width:40px;overflow:hidden;white-space:nowrap">Maximum demand',
            {"cut off: Maximum demand"},
        ),
        (
            '<p>Power<p style="margin-top:-30px">Energy',
            {"printed over each other: Power / Energy"},
        ),
        ('<p style="width:2000px">Wide', {"wider than the window"}),
        (
            '<div style="white-space:nowrap">'
            + ROW.format("Maximum demand import T1")
            + ROW.format("Maximum demand import T2"),
            {
                "cut like Maximum demand import T2: Maximum demand import T1",
                "cut like Maximum demand import T1: Maximum demand import T2",
            },
        ),
    ],
    ids=[
        *("nothing", "raw", "unknown", "unavailable", "scrolled"),
        *("not filled in", "cut off", "over", "wide", "cut"),
    ],
)
async def test_layout(front: Front, page: str, wrong: set[str]) -> None:
    """What is wrong with a page is found, and nothing else."""
    await front.page.set_content(f"<!doctype html>{page}")
    found = await complaints(front)
    # How much of a text is left depends on the fonts.
    assert {re.sub(' to "[^"]+…"', "", each) for each in found} == wrong
