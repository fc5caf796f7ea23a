"""The keys of an encrypted meter: typed into a repair, and told to the device alone."""

import json
import logging

from homeassistant.core import HomeAssistant
import pytest

from custom_components.meter_bridge.bridges.whatwatt_go import client as module
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.conftest import SetUp
from tests.kinds import KINDS
from tests.support.flows import suggestions
from tests.support.repairing import Fix, raised_issues
from tests.support.secret_plants import emitted

KEY, AUTHENTICATION = "0123456789ABCDEF" * 2, "FEDCBA9876543210" * 2
PATH = "/api/v1/meter/settings"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait long for a meter that stays encrypted."""
    monkeypatch.setattr(module, "_UNLOCK_PAUSE", 0.02)
    monkeypatch.setattr(module, "_UNLOCK_SECONDS", 0.2)


@pytest.mark.parametrize("authentication", [None, AUTHENTICATION])
async def test_the_right_keys(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    authentication: str | None,
) -> None:
    """The device gets what was typed, in any spelling, and reads its meter soon."""
    simulator.lock_meter(KEY, *([authentication] if authentication else []))
    entry = await set_up(simulator)
    assert raised_issues(hass) == {"meter_key"}
    fix = await Fix.open(hass, entry, "meter_key")
    more = {"authentication_key": authentication} if authentication else {}
    spelt = f" {KEY[:4].lower()} {KEY[4:]} "
    assert await fix.submit(encryption_key=spelt, **more) is None
    assert not raised_issues(hass)
    assert simulator.status == "OK"
    assert simulator.meter_chosen.now["scalers_set"] == "default"
    changes = [each for each in simulator.requests if each.method != "GET"]
    assert [(each.method, each.path) for each in changes] == [("PUT", PATH)]


async def test_wrong_keys(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """A key that is none is not sent; one that does not fit leaves the repair open."""
    simulator.lock_meter(KEY)
    entry = await set_up(simulator)
    fix = await Fix.open(hass, entry, "meter_key")
    for typed in (KEY[:-1], f"{KEY}0", f"{KEY[:-1]}G", "\u0660" * 32):
        assert await fix.submit(encryption_key=typed) == "no_encryption_key"
        assert fix.result["errors"] == {"encryption_key": "no_encryption_key"}
    both = {"encryption_key": KEY, "authentication_key": "x"}
    assert await fix.submit(**both) == "no_authentication_key"
    assert {each.method for each in simulator.requests} == {"GET"}
    assert await fix.submit(encryption_key=AUTHENTICATION) == "still_wrong"
    assert simulator.status == "ENCRYPTION KEY"
    assert not any(suggestions(fix.result["data_schema"]).values())
    simulator.fail_with(400, KEY, path=PATH)
    assert await fix.submit(encryption_key=KEY) == "not_accepted"
    simulator.heal()
    await simulator.unplug()
    assert await fix.submit(encryption_key=KEY) == "cannot_connect"
    assert raised_issues(hass) == {"meter_key"}


async def test_keys_that_were_entered_elsewhere(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """Without keys the device is only asked again."""
    simulator.lock_meter(KEY)
    entry = await set_up(simulator)
    fix = await Fix.open(hass, entry, "meter_key")
    assert await fix.submit(encryption_key="") == "still_wrong"
    simulator.status = "OK"
    assert await fix.submit() is None
    assert {each.method for each in simulator.requests} == {"GET"}


async def test_another_device_gets_no_key(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """The device has to show that it is the one of the entry first."""
    simulator.lock_meter(KEY)
    entry = await set_up(simulator)
    fix = await Fix.open(hass, entry, "meter_key")
    KINDS[simulator.key].swap(simulator)
    assert await fix.submit(encryption_key=KEY) == "still_wrong"
    assert {each.method for each in simulator.requests} == {"GET"}


async def test_keys_come_out_nowhere(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither log, diagnostics, states nor the entry contain what was typed."""
    caplog.set_level(logging.DEBUG)
    simulator.lock_meter(KEY, AUTHENTICATION)
    entry = await set_up(simulator)
    fix = await Fix.open(hass, entry, "meter_key")
    results = []
    for first, second in ((AUTHENTICATION, KEY), (KEY, AUTHENTICATION)):
        await fix.submit(encryption_key=first, authentication_key=second)
        results.append(str(fix.result))
    assert simulator.status == "OK"
    simulator.garble(
        json.dumps({"encryption_key": KEY}).encode(), path="/api/v1/settings"
    )
    await entry.runtime_data.async_refresh()
    surfaces = await emitted(hass, entry, caplog)
    everything = "\n".join(
        [*surfaces.values(), *results, str(dict(entry.data)), caplog.text]
    ).upper()
    assert KEY not in everything
    assert AUTHENTICATION not in everything
