"""Two devices in one Home Assistant, of which one has to show a known certificate."""

from ssl import SSLContext

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest

from tests.conftest import SetUp, Start
from tests.support.waiting import eventually

# A refused certificate reaches the loop's handler of exceptions in this mode only.
pytestmark = pytest.mark.usefixtures("loop_debug")


async def test_each_entry_verifies_for_itself(
    hass: HomeAssistant, simulators: Start, set_up: SetUp, self_signed: SSLContext
) -> None:
    """One that verifies tells nothing to a stranger; the other one goes on."""
    first, second = await simulators("egauge"), await simulators("egauge")
    for simulator in (first, second):
        simulator.tls = self_signed
        await simulator.move()
    trusting = await set_up(first)
    # The device's end of the connection complains that its certificate is refused.
    refused: list[object] = []
    handler = hass.loop.get_exception_handler()
    hass.loop.set_exception_handler(lambda _, it: refused.append(it["exception"]))
    doubting = await set_up(second, "other", verify_ssl=True)
    await eventually(lambda: refused)
    hass.loop.set_exception_handler(handler)
    assert {type(error) for error in refused} == {ConnectionResetError}
    assert trusting.state is ConfigEntryState.LOADED
    assert trusting.data["host"] == first.address
    assert doubting.state is ConfigEntryState.SETUP_RETRY
    assert doubting.error_reason_translation_key == "bad_certificate"
    assert second.requests == []
    asked = len(first.requests)
    await trusting.runtime_data.async_refresh()
    assert trusting.runtime_data.last_update_success
    assert len(first.requests) > asked
