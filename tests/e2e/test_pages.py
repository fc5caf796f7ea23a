"""What an owner sees on the pages and in the forms, in two languages and widths."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from scripts.demo.bridges import DOMAIN
from scripts.demo.energy import sources
from scripts.demo.waiting import until
from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.bridges.iometer.simulator import IometerSimulator
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.kinds import KINDS

from .browsing import WIDE, Front
from .conftest import Browse
from .home import Home
from .looking import Look
from .words import Words

INTEGRATION = f"/config/integrations/integration/{DOMAIN}"
SEEN_WITHIN = 30.0
# An event that has never happened has no state: so Home Assistant shows each of them.
NOT_YET = "entity.event.outage.name"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A config entry."""

    entry_id: str
    title: str


async def add(look: Look, words: Words, answers: Mapping[str, str]) -> None:
    """Open the form that adds a bridge, look at it, and send it."""
    front = look.front
    await front.open(f"/config/integrations/dashboard/add?domain={DOMAIN}")
    await front.press("OK", front.page.locator("dialog-box"))
    await front.see(words("config.step.user.title"), front.flow)
    await look.at("user")
    await answer(front, answers)


async def answer(front: Front, answers: Mapping[str, str]) -> None:
    """Fill fields of a form in, and send it."""
    for field, text in answers.items():
        await front.fill(field, text)
    await front.press(await front.word("ui.common.submit"), front.flow)


@pytest.mark.announced
@pytest.mark.parametrize("language", ["en", "de"])
async def test_found(home: Home, browse: Browse, language: str) -> None:
    """Every form that adds a bridge which was found is whole."""
    await home.speak(language)
    words, front = Words(language), await browse(WIDE, language)
    look = Look(front=front)
    await front.open("/config/integrations/dashboard")
    cards = front.page.locator("ha-config-flow-card").filter(has_text="IOmeter")
    card = cards.filter(has_text="Meter Bridge").first
    await card.wait_for()
    await look.at("found")
    await front.press(await front.word("ui.common.add"), card)
    await front.see(words("config.step.confirm.title", name="IOmeter"), front.flow)
    await look.at("confirm")
    await answer(front, {})
    await front.see(words("config.step.energy.title"), front.flow)
    await look.at("energy")
    await answer(front, {})
    await front.page.locator("step-flow-create-entry").wait_for()
    await look.at("added")
    assert look.wrong == {}


@pytest.mark.parametrize("language", ["en", "de"])
async def test_forms(home: Home, browse: Browse, language: str) -> None:
    """Every form that adds a bridge by its address is whole, also after a mistake."""
    await home.speak(language)
    words, front = Words(language), await browse(WIDE, language)
    look = Look(front=front)
    octopus = home.simulators["octopus_home_pro"]
    egauge, whatwatt = home.simulators["egauge"], home.simulators["whatwatt_go"]
    assert isinstance(egauge, EgaugeSimulator)
    assert isinstance(whatwatt, WhatwattGoSimulator)

    await add(look, words, {"host": "127.0.0.1:1"})
    await front.see(words("config.error.cannot_connect"), front.flow)
    await look.at("no answer")
    await answer(front, {"host": octopus.address})
    await front.see(words("config.step.energy.title"), front.flow)
    await look.at("energy of gas")
    await answer(front, {})
    await front.page.locator("step-flow-create-entry").wait_for()

    whatwatt.protection = True
    await add(look, words, {"host": whatwatt.address})
    await front.see(words("config.step.login.title", name="whatwatt Go"), front.flow)
    await look.at("password")

    await add(look, words, {"host": egauge.address})
    await front.see(words("config.step.login.data.username"), front.flow)
    await look.at("login")
    wrong = {"username": egauge.gate.username, "password": "wrong"}
    await answer(front, wrong)
    await front.see(words("config.error.invalid_auth"), front.flow)
    await look.at("wrong login")
    await answer(front, {"password": egauge.gate.password})
    await front.see(words("config.step.roles.title"), front.flow)
    await look.at("roles")
    assert look.wrong == {}


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.logs("Authentication failed while fetching eGauge-cellar data")
async def test_pages(home: Home, browse: Browse, language: str) -> None:
    """Every page of a bridge that is set up is whole, and so is each of its dialogs."""
    await home.speak(language)
    await home.add(*KINDS)
    words, front = Words(language), await browse(WIDE, language)
    egauge = home.simulators["egauge"]
    assert isinstance(egauge, EgaugeSimulator)
    # The owner of an eGauge names its registers.
    own = {f"raw key: {register.name}" for register in egauge.database.registers}
    look = Look(front=front, known=frozenset(own | {f"unknown: {words(NOT_YET)}"}))
    await front.open("/config/integrations/dashboard")
    await _devices(home, look)
    await _entries(home, look, words)
    await _energy(home, look)
    await _repairs(home, look, words)
    await _login(egauge, look, words)
    assert look.wrong == {}


async def _devices(home: Home, look: Look) -> None:
    """Look at each device, and at the update that one of them offers."""
    front = look.front
    keys = {await home.device(key): key for key in KINDS}
    devices = {one.device_id for one in await home.entities() if one.device_id}
    for device in [*devices - keys.keys(), *keys]:
        await front.go(f"/config/devices/device/{device}")
        page = front.page.locator("ha-config-device-page")
        await page.locator("ha-device-entities-card").first.wait_for()
        await front.page.wait_for_load_state("networkidle")
        await look.at(f"device of {keys.get(device, 'a further meter')}")
    await front.go(f"/config/devices/device/{await home.device('egauge')}")
    row = front.page.locator("ha-device-entities-card")
    await front.click(row.get_by_text("Firmware", exact=True).first)
    await front.page.locator("more-info-update").get_by_role("link").first.wait_for()
    await look.at("update")
    await front.page.keyboard.press("Escape")


async def _entries(home: Home, look: Look, words: Words) -> None:
    """Look at the options of each bridge, and at the form of its address."""
    front = look.front
    await front.go(INTEGRATION)
    await front.see("Octopus Home Pro")
    await look.at("integration")
    words_of = "ui.panel.config.integrations.config_entry"
    configure = await front.word(f"{words_of}.configure")
    change = await front.word(f"{words_of}.reconfigure")
    menu = await front.word("ui.common.menu")
    entries = await home.api.ask(list[_Entry], "config_entries/get", domain=DOMAIN)
    titles = {entry.entry_id: entry.title for entry in entries}
    for key, bridge in home.bridges.items():
        name = titles[str(bridge.entry_id)]
        row = front.page.locator("ha-config-entry-row").filter(has_text=name)
        await front.press(configure, row)
        await front.see(words("options.step.init.title"), front.flow)
        await look.at(f"options of {key}")
        await front.page.keyboard.press("Escape")
        await front.flow.locator("dialog").wait_for(state="hidden")
        await front.press(menu, row)
        await front.click(row.get_by_role("menuitem", name=change, exact=True))
        title = words("config.step.reconfigure.title", name=name)
        await front.see(title, front.flow)
        await look.at(f"address of {key}")
        await front.page.keyboard.press("Escape")
        await front.flow.locator("dialog").wait_for(state="hidden")


async def _energy(home: Home, look: Look) -> None:
    """Look at the Energy dashboard, and at its sources."""
    assert await until(lambda: sources(home.api), bool, SEEN_WITHIN)
    for page in ("energy/overview", "energy/electricity", "energy/gas", "energy/now"):
        await look.front.go(f"/{page}")
        cards = look.front.page.locator("hui-card").locator("visible=true")
        await cards.first.wait_for()
        await look.front.page.wait_for_load_state("networkidle")
        await look.at(page)
    await look.front.go("/config/energy")
    await look.front.page.locator("ha-energy-grid-settings").wait_for()
    await look.at("sources")


async def _repairs(home: Home, look: Look, words: Words) -> None:
    """Look at what needs a repair, and at the dialog of each."""
    front = look.front
    iometer, whatwatt = home.simulators["iometer"], home.simulators["whatwatt_go"]
    assert isinstance(iometer, IometerSimulator)
    assert isinstance(whatwatt, WhatwattGoSimulator)
    iometer.pin, iometer.bridge_version = "missing", "build-60"
    whatwatt.status = "KEY REQUIRED"
    names = {"pin_missing": "IOmeter", "firmware_old": "IOmeter"}
    titles = [
        words(f"issues.{key}.title", name=name)
        for key, name in [*names.items(), ("meter_key", "whatwatt Go")]
    ]
    for title in titles:
        await front.open("/config/repairs")
        item = front.page.locator("ha-config-repairs").get_by_text(title)
        await item.wait_for()
        await look.at("repairs")
        await front.click(item)
        await front.flow.locator("ha-button").last.wait_for()
        await look.at(title)


async def _login(egauge: EgaugeSimulator, look: Look, words: Words) -> None:
    """Look at what is shown when a password has changed."""
    front = look.front
    egauge.gate.password = "moved to the attic"
    egauge.gate.revoke()
    await front.open("/config/integrations/dashboard")
    card = front.page.locator("ha-config-flow-card")
    await front.see("eGauge-cellar", card)
    await look.at("login needed")
    await front.click(card.locator("ha-button").first)
    title = words("config.step.reauth_confirm.title", name="eGauge-cellar")
    await front.see(title, front.flow)
    await look.at("new login")
