"""How an owner makes an automation in the editor, and what it does."""

from functools import partial
from typing import Any

import pytest

from scripts.demo.bridges import DOMAIN
from scripts.demo.waiting import until
from tests.bridges.iometer.simulator import IometerSimulator

from .browsing import Front
from .editor import Editor, Kind
from .home import Home
from .words import Words

NAME, ENTITY = "Watch the meters", "automation.watch_the_meters"
WITHIN = 60.0
IOMETER, WHATWATT, OCTOPUS = "IOmeter", "whatwatt Go", "Octopus Home Pro"
PROBLEM, STALE, BACK, OVERLOAD = range(4)
# What is chosen, as it is stored: the device and the options of each.
CHOSEN: dict[str, dict[str, tuple[str, dict[str, object]]]] = {
    "trigger": {
        "problem_raised": (IOMETER, {"behavior": "each", "for": "00:00:00"}),
        "meter_went_stale": (
            OCTOPUS,
            {"behavior": "all", "for": {"hours": 0, "minutes": 0, "seconds": 1}},
        ),
        "meter_came_back": (
            OCTOPUS,
            {"behavior": "first", "away_for": {"hours": 0, "minutes": 0, "seconds": 2}},
        ),
        "fuse_rating_exceeded": (
            WHATWATT,
            {
                "behavior": "all",
                "for": "00:00:00",
                "rating": {"active_choice": "number", "number": 16},
            },
        ),
    },
    "condition": {
        "meter_is_fresh": (WHATWATT, {"behavior": "all"}),
        "problem_is_present": (IOMETER, {"behavior": "any"}),
        "fuse_rating_is_exceeded": (
            WHATWATT,
            {
                "behavior": "any",
                "rating": {"active_choice": "entity", "entity": "input_number.fuse"},
            },
        ),
    },
}


async def refused(front: Front, sentence: str) -> None:
    """Wait until the editor shows why it does not save; the console says so twice."""
    alert = front.page.locator("ha-alert[alert-type=error]")
    # Home Assistant writes the first words, and drops the full stop.
    await front.see(f"Message malformed: {sentence.removesuffix('.')}", alert)

    async def said() -> list[str]:
        return front.errors

    errors = await until(said, lambda each: len(each) == 2, WITHIN)
    assert "400 (Bad Request)" in errors[0]
    front.errors.clear()


async def make(front: Front, words: Words) -> None:
    """Make an automation with each trigger and condition, and save it."""
    editor = Editor(front)

    async def add(kind: Kind, key: str, search: str | None = None) -> None:
        device, _ = CHOSEN[kind][key]
        await editor.add(kind, words(f"{kind}s.{key}.name"), device, search)

    await front.open("/config/automation/edit/new")
    await add("trigger", "problem_raised")
    await add("trigger", "meter_went_stale", "stale")
    await editor.last_for(1)
    await editor.choose("All")
    await add("trigger", "meter_came_back")
    await editor.last_for(2)
    await editor.choose("First")
    await add("trigger", "fuse_rating_exceeded")
    await editor.save(NAME)
    sentence = words("exceptions.rating_required.message", name=WHATWATT)
    await refused(front, sentence)
    await editor.tick()
    await editor.save()
    await refused(front, sentence)
    await editor.side.get_by_role("spinbutton").first.fill("16")
    await editor.choose("All")
    await add("condition", "meter_is_fresh")
    await add("condition", "problem_is_present")
    await add("condition", "fuse_rating_is_exceeded")
    await editor.tick()
    await editor.choose("Entity")
    await editor.choose("Select an entity")
    await editor.choose("Fuse")
    # The front end tries every condition at once, also while it has no target yet.
    assert set(front.errors) <= {"Object"}
    front.errors.clear()
    await editor.save()


async def stored(home: Home) -> dict[str, Any]:
    """Return the automation as it is stored, once it is."""

    async def state() -> str | None:
        states = await home.api.ask(list[dict[str, Any]], "get_states")
        found = [each["state"] for each in states if each["entity_id"] == ENTITY]
        return found[0] if found else None

    assert await until(state, bool, WITHIN) == "on"
    answer = await home.api.ask(dict[str, Any], "automation/config", entity_id=ENTITY)
    config: dict[str, Any] = answer["config"]
    return config


async def chosen(home: Home, kind: Kind) -> list[dict[str, Any]]:
    """Return how triggers or conditions are stored that are made as chosen."""
    registry = await home.api.ask(list[dict[str, Any]], "config/device_registry/list")
    ids = {device["name"]: device["id"] for device in registry}
    return [
        {
            kind: f"{DOMAIN}.{key}",
            "target": {"device_id": ids[device]},
            "options": options,
        }
        for key, (device, options) in CHOSEN[kind].items()
    ]


async def causes(home: Home, item_id: str, times: int) -> list[int]:
    """Wait until it has run so often; return which trigger made it, in order."""
    item = {"domain": "automation", "item_id": item_id}

    async def runs() -> list[str]:
        # A run that a condition stopped is not finished.
        return [
            each["run_id"]
            for each in await home.api.ask(list[dict[str, Any]], "trace/list", **item)
            if each["script_execution"] == "finished"
        ]

    found = await until(runs, lambda ids: len(ids) >= times, WITHIN)
    traces = [
        await home.api.ask(dict[str, Any], "trace/get", run_id=run, **item)
        for run in found
    ]
    steps = [next(iter(each["trace"])) for each in traces]
    return [int(step.removeprefix("trigger/")) for step in steps]


@pytest.mark.logs("Error fetching Octopus Home Pro data")
async def test_editor(home: Home, front: Front, words: Words) -> None:
    """Each trigger and condition is chosen in the editor, and all of them work."""
    iometer = home.simulators["iometer"]
    assert isinstance(iometer, IometerSimulator)
    octopus = home.simulators["octopus_home_pro"]
    home.house.draw(2500)
    await home.add("iometer", "whatwatt_go", "octopus_home_pro")
    await make(front, words)
    config = await stored(home)
    assert config["triggers"] == await chosen(home, "trigger")
    assert config["conditions"] == await chosen(home, "condition")
    ran = partial(causes, home, config["id"])
    iometer.pin = "missing"
    iometer.tick()
    assert await ran(1) == [PROBLEM]
    await octopus.unplug()
    assert await ran(2) == [PROBLEM, STALE]
    await octopus.plug_in()
    assert await ran(3) == [PROBLEM, STALE, BACK]
    home.house.draw(20_000)
    assert await ran(4) == [PROBLEM, STALE, BACK, OVERLOAD]
