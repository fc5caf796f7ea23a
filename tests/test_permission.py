"""What changes a bridge for good: administrators and automations may, others not."""

from functools import partial
from typing import Any

from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_component import DATA_INSTANCES
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.const import DOMAIN
from tests.conftest import SetUp, Start
from tests.support.acting import use

# A device that does not exist, to whatever action.
NOBODY = {"device_id": "nobody"}

every_bridge = pytest.mark.parametrize("key", BRIDGES)


@pytest.fixture
def guest(hass: HomeAssistant) -> Context:
    """Return the context of a user who may control entities, but no more."""
    user = MockUser(groups=[], is_owner=False).add_to_hass(hass)
    user.mock_policy({"entities": True})
    return Context(user_id=user.id)


@pytest.fixture
def owner(hass: HomeAssistant) -> Context:
    """Return the context of an administrator."""
    return Context(user_id=MockUser(is_owner=True).add_to_hass(hass).id)


@pytest.fixture
async def entry(
    simulators: Start, set_up: SetUp, all_enabled: None, key: str
) -> MockConfigEntry:
    """Set up a bridge that sends everything it can."""
    simulator = await simulators(key)
    simulator.send_everything()
    simulator.tick()
    return await set_up(simulator)


@every_bridge
@pytest.mark.usefixtures("entry")
async def test_every_action(
    hass: HomeAssistant, guest: Context, owner: Context, key: str
) -> None:
    """Every action is refused to a user who is no administrator, before all else."""
    actions = hass.services.async_services_for_domain(DOMAIN)
    own = {action.key for action in BRIDGES[key].actions}
    assert actions.keys() == {*own, "import_history", "undo_import"}
    for name, service in actions.items():
        run: Any = service.job.target
        call = partial(ServiceCall, hass, DOMAIN, name, {**NOBODY})
        with pytest.raises(Unauthorized):
            await run(call(guest))
        for context in (owner, Context()):
            with pytest.raises(ServiceValidationError):
                await run(call(context))


async def change(entity: Entity) -> bool:
    """Change the bridge for good by this entity; return whether that can be done."""
    description: Any = entity.entity_description
    is_lasting = entity.platform.domain != "button" or description.is_lasting
    return is_lasting and await use(entity)


@every_bridge
async def test_every_entity(
    hass: HomeAssistant, entry: MockConfigEntry, guest: Context, key: str
) -> None:
    """No setting, update or lasting button obeys a user who is no administrator."""
    refused = 0
    for each in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        component: Any = hass.data[DATA_INSTANCES][each.domain]
        entity = component.get_entity(each.entity_id)
        entity.async_set_context(guest)
        try:
            assert not await change(entity)
        except Unauthorized:
            refused += 1
    bridge = BRIDGES[key]
    buttons = sum(button.is_lasting for button in bridge.buttons)
    updates = sum(bool(update.install_fn) for update in bridge.updates)
    assert refused == len(bridge.settings) + buttons + updates


def test_buttons_that_change_something_for_good() -> None:
    """A restart is over after a while; what stays is for administrators."""
    passing = {
        button.key
        for bridge in BRIDGES.values()
        for button in bridge.buttons
        if not button.is_lasting
    }
    assert passing == {"reboot", "clear_web_cache"}
