"""Find out which bridge answers at an address."""

import asyncio
from dataclasses import replace

from aiohttp import web
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.client import Identity
from custom_components.meter_bridge.bridges.errors import (
    BridgeConnectionError,
    BridgeError,
    BridgePermissionError,
    BridgeResponseError,
)
from custom_components.meter_bridge.flow.probe import (
    connect,
    entry_title,
    probe,
    unique_id,
    unique_ids,
)
from tests.conftest import Start
from tests.support.flows import lockable, passwords, pushing, web_server

KINDS = BRIDGES.values()


async def test_identity(hass: HomeAssistant, simulators: Start) -> None:
    """A bridge that answers as its kind does is found, with its identity."""
    simulator = await pushing(simulators)
    found = await probe(hass, simulator.address, KINDS)
    assert found.bridge is BRIDGES["iometer"]
    assert found.identity
    assert found.identity.serial == simulator.device_id


async def test_login_wanted(hass: HomeAssistant, simulators: Start) -> None:
    """A bridge that asks for a login is found without identity; no password is sent."""
    simulator = await lockable(simulators, protection=True)
    found = await probe(hass, simulator.address, KINDS)
    assert found.bridge is BRIDGES["whatwatt_go"]
    assert found.identity is None
    assert not passwords(simulator)


@pytest.mark.parametrize(
    ("stranger", "kinds", "error"),
    [
        (403, ["whatwatt_go"], BridgePermissionError),
        (403, ["iometer", "whatwatt_go"], BridgeResponseError),
        (404, ["iometer", "whatwatt_go"], BridgeResponseError),
        (503, ["iometer", "whatwatt_go"], BridgeConnectionError),
    ],
)
async def test_most_telling_error(
    hass: HomeAssistant, stranger: int, kinds: list[str], error: type[BridgeError]
) -> None:
    """The failure that tells most is raised."""
    async with web_server(lambda _: web.Response(status=stranger)) as address:
        with pytest.raises(error) as raised:
            await probe(hass, address, [BRIDGES[key] for key in kinds])
    assert type(raised.value) is error


@pytest.mark.parametrize("slow", ["/v1/status", "/api/v1/system"])
@pytest.mark.parametrize("other", [403, 503])
async def test_order_of_answers_does_not_matter(
    hass: HomeAssistant, slow: str, other: int
) -> None:
    """A device that is no bridge is not recognised, whichever probe ends first."""

    def answer(request: web.Request) -> web.Response:
        return web.Response(status=other if "/api/" in request.path else 404)

    async with web_server(answer, slow=slow) as address:
        with pytest.raises(BridgeResponseError):
            await probe(hass, address, KINDS)


async def test_nobody_is_left_asking(hass: HomeAssistant, simulators: Start) -> None:
    """Once one kind is found, the probes of other kinds are cancelled."""
    simulator = await lockable(simulators)
    simulator.stall("/v1/status")
    found = await probe(hass, simulator.address, KINDS)
    assert found.bridge.key == "whatwatt_go"
    asked = {request.path for request in simulator.requests}
    assert "/v1/status" in asked
    assert not [
        task
        for task in asyncio.all_tasks()
        if any("meter_bridge" in frame.f_code.co_filename for frame in task.get_stack())
    ]


@pytest.mark.parametrize(
    ("name", "taken", "title"),
    [
        (None, set(), "IOmeter"),
        (None, {"IOmeter"}, "IOmeter 2"),
        (None, {"IOmeter", "IOmeter 2", "IOmeter 4"}, "IOmeter 3"),
        (None, {"IOmeter 2"}, "IOmeter"),
        ("Cellar", {"IOmeter"}, "Cellar"),
        ("Cellar", {"Cellar"}, "Cellar 2"),
        ("![](http://x)[Cel](lar)", set(), "! (http x) Cel (lar)"),
        ("Cel\r\nlar\x1b", set(), "Cel lar"),
        ("<>", set(), "IOmeter"),
        ("C" * 100, set(), "C" * 64),
    ],
)
def test_titles(name: str | None, taken: set[str], title: str) -> None:
    """The title is the owner's name or the kind's, with the first free number.

    Repairs render it as Markdown: it has no markup, and 64 characters at most.
    """
    identity = Identity(serial="AB1234", name=name)
    assert entry_title(BRIDGES["iometer"], identity, taken) == title


async def test_nothing_is_sent_by_connecting(
    hass: HomeAssistant, simulators: Start
) -> None:
    """Making a client sends nothing."""
    simulator = await pushing(simulators)
    connect(hass, BRIDGES["iometer"], {CONF_HOST: simulator.address})
    assert not simulator.requests


def test_ids() -> None:
    """An entry may know a bridge by its serial or by an older id."""
    bridge = BRIDGES["iometer"]
    identity = Identity(serial="new", also=frozenset({"old"}))
    assert unique_id(bridge, "new") == "iometer_new"
    assert unique_ids(bridge, identity) == {"iometer_new", "iometer_old"}
    alone = replace(identity, also=frozenset())
    assert unique_ids(bridge, alone) == {"iometer_new"}
