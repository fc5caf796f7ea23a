"""Home Assistant accepts all YAML in the pages."""

from pathlib import Path
import re
from urllib.parse import unquote

from homeassistant.components import automation
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.script import async_validate_actions_config
from homeassistant.setup import async_setup_component
from homeassistant.util import yaml as yaml_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.const import CONF_BRIDGE, DOMAIN

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
BLUEPRINTS = ROOT / "blueprints" / "automation" / "meter_bridge"
_YAML = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
BLOCKS = [
    pytest.param(block, id=f"{page.stem}-{number}")
    for page in PAGES
    for number, block in enumerate(_YAML.findall(page.read_text(encoding="utf-8")))
]
_IMPORT = re.compile(r"blueprint_import/\?blueprint_url=([^)\s]+)")


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Put the blueprints where Home Assistant reads them."""
    folder = Path(hass_tmp_config_dir, "blueprints", "automation")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "meter_bridge").symlink_to(BLUEPRINTS)
    return hass_tmp_config_dir


@pytest.mark.parametrize("block", BLOCKS)
async def test_home_assistant_accepts_it(
    hass: HomeAssistant, enable_custom_integrations: None, block: str
) -> None:
    """An automation runs; an action is valid, and exists with its kind of bridge."""
    for key in BRIDGES:
        MockConfigEntry(
            domain=DOMAIN,
            data={CONF_BRIDGE: key},
            disabled_by=ConfigEntryDisabler.USER,
        ).add_to_hass(hass)
    assert await async_setup_component(hass, DOMAIN, {})
    example = yaml_util.parse_yaml(block)
    assert isinstance(example, dict)
    if "action" in example:
        actions = cv.SCRIPT_SCHEMA([example])
        await async_validate_actions_config(hass, actions)
        domain, name = example["action"].split(".")
        assert hass.services.has_service(domain, name)
        return
    assert await async_setup_component(
        hass, automation.DOMAIN, {automation.DOMAIN: example}
    )
    await hass.async_block_till_done()
    (running,) = hass.states.async_all(automation.DOMAIN)
    assert running.state == "on"
    await hass.services.async_call(
        automation.DOMAIN, "turn_off", {"entity_id": running.entity_id}, blocking=True
    )


def test_every_blueprint_can_be_imported() -> None:
    """There is an import link for each blueprint, to its own source URL."""
    page = (ROOT / "docs" / "automations.md").read_text(encoding="utf-8")
    links = {unquote(link) for link in _IMPORT.findall(page)}
    assert links
    assert links == {
        re.findall(r"^  source_url: (\S+)$", path.read_text("utf-8"), re.MULTILINE)[0]
        for path in BLUEPRINTS.glob("*.yaml")
    }
    for link in links:
        _, _, path = link.partition("/blob/main/")
        assert (ROOT / path).is_file()


def test_every_blueprint_is_run() -> None:
    """Each blueprint has tests, which run it in Home Assistant."""
    for path in BLUEPRINTS.glob("*.yaml"):
        tests = ROOT / "tests" / "blueprints" / f"test_{path.stem}.py"
        assert f'use("{path.stem}"' in tests.read_text(encoding="utf-8")
