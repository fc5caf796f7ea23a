"""Fixtures of the blueprint tests."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import automation, input_boolean
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from tests.blueprints.passing import (
    LOAD,
    MEMORY,
    Advance,
    Use,
    call,
    settle,
)
from tests.support.watching import state

ROOT = Path(__file__).parents[2]


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Put the blueprints where Home Assistant reads them."""
    blueprints = Path(hass_tmp_config_dir, "blueprints", "automation")
    blueprints.mkdir(parents=True, exist_ok=True)
    source = ROOT / "blueprints" / "automation" / "meter_bridge"
    (blueprints / "meter_bridge").symlink_to(source)
    return hass_tmp_config_dir


@pytest.fixture
async def use(hass: HomeAssistant) -> AsyncGenerator[Use]:
    """Return a function that adds an automation of a blueprint, with helpers."""

    async def run(blueprint: str, inputs: dict[str, Any], *on: str) -> None:
        helpers = {
            entity_id.removeprefix("input_boolean."): {"initial": entity_id in on}
            for entity_id in (LOAD, MEMORY)
        }
        assert await async_setup_component(hass, "homeassistant", {})
        assert await async_setup_component(
            hass, input_boolean.DOMAIN, {input_boolean.DOMAIN: helpers}
        )
        path = f"meter_bridge/{blueprint}.yaml"
        config = {"alias": "Try", "use_blueprint": {"path": path, "input": inputs}}
        assert await async_setup_component(
            hass, automation.DOMAIN, {automation.DOMAIN: config}
        )
        await hass.async_block_till_done()
        assert state(hass, "automation.try") == "on"

    yield run
    await call(hass, "automation.turn_off", "automation.try")


@pytest.fixture
def advance(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> Advance:
    """Return a function that lets time pass on all clocks, in one or several steps.

    A time pattern trigger and a wait in an automation use different clocks.
    """
    real, passed = hass.loop.time, 0.0
    monkeypatch.setattr(hass.loop, "time", lambda: real() + passed)

    async def pass_time(*seconds: float) -> None:
        nonlocal passed
        for each in seconds:
            freezer.tick(each)
            passed += each
            await settle()

    return pass_time
