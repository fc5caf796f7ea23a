"""Secrets stay with the entry over logins, new addresses and other bridges."""

from collections.abc import Iterator
import json
import logging
from pathlib import Path
from typing import Any

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.const import (
    CONF_HOST,
    CONF_PASSWORD,
    EVENT_HOMEASSISTANT_FINAL_WRITE,
)
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from custom_components.meter_bridge.const import DOMAIN
from custom_components.meter_bridge.system_health import system_health_info

from .conftest import Start
from .kinds import KINDS
from .support.flows import (
    FINDABLE,
    aborted,
    announce,
    announcement,
    discover,
    form,
    reconfigure,
    searched,
    submit,
)
from .support.plants import Plants
from .support.secret_bridges import full_simulator, leaks, planted, set_up
from .support.secret_plants import emitted
from .support.simulator import Simulator
from .test_secrets import sent_logins
from .test_secrets_asked import shown_by

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

NO_LOGIN = "no login"
WAYS = [
    (key, way)
    for key, kind in KINDS.items()
    for way in (kind.login.ways if kind.login else [NO_LOGIN])
]
# What an entry keeps, and this alone.
_ENTRIES = "core.config_entries"
# By its number a meter is known again after a restart.
_METER_NUMBERS = {"meterId", "number", "serial", "meter_id", "id"}
_OF_LOGINS = {"login", "token", "typed"}


class Story:
    """A bridge that is set up and then changed, and what all flows have shown."""

    def __init__(
        self, hass: HomeAssistant, simulator: Simulator, plants: Plants
    ) -> None:
        """Set up nothing yet."""
        self._hass = hass
        self.simulator = simulator
        self.plants = plants
        self.results: list[ConfigFlowResult] = []
        self.before = simulator.credentials.get(CONF_PASSWORD)
        self.entry: ConfigEntry

    async def begin(self) -> None:
        """Set up the bridge."""
        self.entry = await set_up(self._hass, self.simulator)

    async def log_in_anew(self) -> None:
        """Let the password be another one: a wrong answer first, then the right one."""
        login = KINDS[self.simulator.key].login
        if login is None:
            return
        login.change(self.simulator, self.plants.add("typed", "k3ftw9zq8vmn"))
        await self.entry.runtime_data.async_refresh()
        await self._hass.async_block_till_done()
        [flow] = self.entry.async_get_active_flows(self._hass, {SOURCE_REAUTH})
        result = await self._hass.config_entries.flow.async_configure(flow["flow_id"])
        wrong = self.plants.add("typed", "b7xr2hdp5yce")
        typed = self.simulator.credentials
        result = await submit(self._hass, result, **{**typed, CONF_PASSWORD: wrong})
        assert form(result) == ("reauth_confirm", {"base": "invalid_auth"})
        self.results.append(result)
        result = await submit(self._hass, result, **typed)
        assert aborted(result) == "reauth_successful"
        await self._loaded()

    async def type_another_address(self) -> None:
        """Let the owner type where the bridge is now, first with a wrong password."""
        await self.simulator.move()
        result = await reconfigure(self._hass, self.entry)
        typed = {CONF_HOST: self.simulator.address, **self.simulator.credentials}
        if CONF_PASSWORD in typed:
            wrong = {**typed, CONF_PASSWORD: self.plants.add("typed", "g4nj6sul1wao")}
            result = await submit(self._hass, result, **wrong)
            assert form(result) == ("reconfigure", {"base": "invalid_auth"})
            self.results.append(result)
        result = await submit(self._hass, result, **typed)
        assert aborted(result) == "reconfigure_successful"
        await self._loaded()

    async def be_announced_elsewhere(self) -> None:
        """Let the bridge announce itself at another address."""
        if self.simulator.key not in FINDABLE:
            return
        await self.simulator.move()
        spoken = self.simulator.announcement
        if spoken is None or "id" not in spoken.properties:
            result = await discover(self._hass, self.simulator)
        else:
            serial = self.plants.secret_for("id", spoken.properties["id"])
            told = announcement(self.simulator, serial=serial)
            result = await announce(self._hass, told)
        self.results.append(result)
        await searched(self._hass)
        await self._hass.async_block_till_done()

    async def _loaded(self) -> None:
        """Check that all is well again."""
        await self._hass.async_block_till_done()
        assert self.entry.state is ConfigEntryState.LOADED
        for each in sent_logins(self.simulator):
            self.plants.add("token", each)


def of_logins(plants: Plants) -> Plants:
    """Return the secrets of logins alone."""
    found = Plants(())
    for secret, keys in plants.keys.items():
        for key in keys & _OF_LOGINS:
            found.add(key, secret)
    return found


async def files(
    hass: HomeAssistant, storage: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    """Return all files that Home Assistant writes, as its very last act."""
    hass.set_state(CoreState.final_write)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    return ((name, json.dumps(held, default=str)) for name, held in storage.items())


@pytest.fixture
async def story(
    hass: HomeAssistant, simulators: Start, tmp_path: Path, key: str, way: str
) -> Story:
    """Return a bridge that says secrets only, and is logged in to in this way."""
    simulator = await full_simulator(simulators, key)
    plants = planted(simulator)
    if login := KINDS[key].login:
        login.ways[way](simulator, tmp_path)
        await simulator.move()
    return Story(hass, simulator, plants)


@pytest.mark.parametrize(("key", "way"), WAYS)
async def test_a_bridge_that_is_logged_in_to_and_moved(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    story: Story,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No secret is in the log, in diagnostics, in repairs or in any other file."""
    caplog.set_level(logging.DEBUG, "custom_components.meter_bridge")
    assert await async_setup_component(hass, "repairs", {})
    await story.begin()
    await story.log_in_anew()
    await story.type_another_address()
    await story.be_announced_elsewhere()
    surfaces = {
        **await emitted(hass, story.entry, caplog),
        **shown_by(hass, *story.results),
        "health": str(await system_health_info(hass)),
    }
    assert not leaks(story.simulator, story.plants, surfaces)
    kept = dict(await files(hass, hass_storage))
    assert f"{DOMAIN}.{story.entry.entry_id}" in kept
    secrets = of_logins(story.plants)
    # Home Assistant's own files have random ids, which may contain a part by chance.
    stored = {
        name: {it for it in secrets.found_in(text) if it in text or DOMAIN in name}
        for name, text in kept.items()
    }
    # What was refused, what was valid before, and what a session was opened with, is
    # kept nowhere; user name, password and realm are kept in the entry.
    typed = set(story.simulator.credentials.values())
    realms = {it for it, keys in secrets.keys.items() if keys == {"login"}}
    allowed = (typed | realms) - {story.before}
    assert stored.pop(_ENTRIES) <= allowed
    assert not {name: found for name, found in stored.items() if found}
    ours = {name: text for name, text in kept.items() if name.startswith(DOMAIN)}
    found = leaks(story.simulator, story.plants, ours)
    assert all(_METER_NUMBERS & set(keys.split()) for keys, _ in found)
