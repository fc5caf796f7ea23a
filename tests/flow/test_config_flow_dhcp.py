"""DHCP leases whose host name is that of a bridge."""

from homeassistant.core import HomeAssistant
import pytest

from tests.conftest import Start
from tests.support.flows import aborted, form, lease

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


@pytest.mark.parametrize("name", ["cozify-han-123-456", "cozify-han-415-926"])
async def test_a_name_of_ours(
    hass: HomeAssistant, simulators: Start, name: str
) -> None:
    """A device with the name that answers as its kind does is offered."""
    simulator = await simulators("cozify_han")
    assert form(await lease(hass, simulator, name)) == ("confirm", {})


@pytest.mark.parametrize("name", ["", "printer", "cozify-hub-415-926", "my-cozify-han"])
async def test_another_name(hass: HomeAssistant, simulators: Start, name: str) -> None:
    """A device with another name gets no request."""
    simulator = await simulators("cozify_han")
    assert aborted(await lease(hass, simulator, name)) == "not_recognised"
    assert not simulator.requests


async def test_name_of_another_kind(hass: HomeAssistant, simulators: Start) -> None:
    """A bridge of another kind that has the name is not offered."""
    simulator = await simulators("iometer")
    result = await lease(hass, simulator, "cozify-han-123-456")
    assert aborted(result) == "not_recognised"
    assert simulator.requests
