"""Add a bridge by its address: which addresses are valid, and who may answer."""

from aiohttp import AsyncResolver, ClientTimeout, web
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
import pytest_socket

from custom_components.meter_bridge import config_flow
from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.transport import http
from custom_components.meter_bridge.const import AUTO
from tests.conftest import SetUp, Start
from tests.support.flows import (
    LOCKABLE,
    aborted,
    add,
    begin,
    created,
    form,
    lockable,
    pushing,
    submit,
    suggestions,
    web_server,
)

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

HTML = "<!doctype html><title>Not a bridge</title>"
STRANGERS = {
    "html": lambda _: web.Response(text=HTML, content_type="text/html"),
    "json": lambda _: web.json_response({"device": "toaster"}),
    "list": lambda _: web.json_response([]),
    "not found": lambda _: web.Response(status=404),
    "forbidden": lambda _: web.Response(status=403),
    "redirect": lambda _: web.Response(status=302, headers={"Location": "/login"}),
    "bare login": lambda _: web.Response(status=401),
    "other login": lambda _: web.Response(
        status=401, headers={"WWW-Authenticate": 'Basic realm="router"'}
    ),
}


async def test_name_of_the_owner(hass: HomeAssistant, simulators: Start) -> None:
    """The name that the owner gave the device becomes the title."""
    simulator = await lockable(simulators)
    simulator.name = "Cellar"
    assert created(await add(hass, simulator.address)).title == "Cellar"


@pytest.mark.parametrize(
    ("spelling", "stored"),
    [
        ("127.0.0.1:{port}", "127.0.0.1:{port}"),
        (" 127.0.0.1:{port} ", "127.0.0.1:{port}"),
        ("http://127.0.0.1:{port}", "http://127.0.0.1:{port}"),
        ("HTTP://127.0.0.1:{port}/", "http://127.0.0.1:{port}"),
        ("[::ffff:127.0.0.1]:{port}", "127.0.0.1:{port}"),
    ],
)
async def test_spellings(
    hass: HomeAssistant, simulators: Start, spelling: str, stored: str
) -> None:
    """An address is accepted in every usual spelling, and stored in one."""
    port = (await pushing(simulators)).port
    entry = created(await add(hass, spelling.format(port=port)))
    assert entry.data["host"] == stored.format(port=port)


async def test_ipv6(hass: HomeAssistant, simulators: Start) -> None:
    """A bridge may have an IPv6 address."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1"])
    simulator = await pushing(simulators)
    await simulator.stop()
    try:
        await simulator.start("::1")
    except OSError:
        pytest.skip("This machine has no IPv6")
    host = f"[::1]:{simulator.port}"
    assert created(await add(hass, host)).data["host"] == host


@pytest.mark.parametrize(
    "host",
    [
        "",
        "user@127.0.0.1",
        "http://user:secret@127.0.0.1",
        "127.0.0.1/v1/reading",
        "127.0.0.1?x",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "0x7f000001",
        "2130706433",
        "127.1",
        "169.254.169.254",
        "0.0.0.0",  # noqa: S104
        "224.0.0.251",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "[::1",
        "a b",
        "-bridge",
    ],
)
async def test_invalid_host(hass: HomeAssistant, simulators: Start, host: str) -> None:
    """An invalid host is refused at its field, stays there, and can be corrected."""
    simulator = await pushing(simulators)
    result = await add(hass, host, "iometer")
    assert form(result) == ("user", {"host": "invalid_host"})
    assert suggestions(result["data_schema"]) == {"host": host, "bridge": "iometer"}
    assert not simulator.requests
    created(await submit(hass, result, host=simulator.address, bridge=AUTO))


@pytest.fixture
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the time limit of requests."""

    def hasty(*, total: float, **_: float) -> ClientTimeout:
        return ClientTimeout(total=min(total, 0.2))

    monkeypatch.setattr(http, "ClientTimeout", hasty)


@pytest.mark.usefixtures("impatience")
async def test_host_that_says_nothing(hass: HomeAssistant, simulators: Start) -> None:
    """A host that accepts every request and answers none runs into the time limit."""
    simulator = await pushing(simulators)
    simulator.stall()
    result = await begin(hass)
    for kind in (AUTO, *BRIDGES):
        result = await submit(hass, result, host=simulator.address, bridge=kind)
        assert form(result) == ("user", {"base": "cannot_connect"}), kind
        assert simulator.requests
        simulator.requests.clear()


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_stranger(hass: HomeAssistant, simulators: Start, stranger: str) -> None:
    """A web server that is no bridge is not recognised; the address can be corrected.

    A foreign login is not asked for; only a chosen kind that has one may speak of
    rights.
    """
    simulator = await pushing(simulators)
    result = await begin(hass)
    async with web_server(STRANGERS[stranger]) as address:
        for kind in (AUTO, *BRIDGES):
            result = await submit(hass, result, host=address, bridge=kind)
            is_right = stranger == "forbidden" and kind in LOCKABLE
            strange = "none_recognised" if kind == AUTO else "not_recognised"
            wanted = "no_permission" if is_right else strange
            assert form(result) == ("user", {"base": wanted}), kind
    created(await submit(hass, result, host=simulator.address, bridge=AUTO))


async def test_address_out_of_a_browser(hass: HomeAssistant, simulators: Start) -> None:
    """Of a whole URL, the host is taken."""
    simulator = await pushing(simulators)
    url = f"http://{simulator.address}/v1/reading"
    entry = created(await add(hass, url))
    assert entry.data["host"] == f"http://{simulator.address}"


async def test_name_that_nobody_has(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host name that the network does not know is called that."""

    async def look_up(*_: object, **__: object) -> None:
        raise OSError(None, "Domain name not found")

    monkeypatch.setattr(AsyncResolver, "resolve", look_up)
    for kind in (AUTO, "egauge"):
        result = await add(hass, "nobody.invalid", kind)
        assert form(result) == ("user", {"base": "unknown_host"}), kind


async def test_failing_server(hass: HomeAssistant, simulators: Start) -> None:
    """A bridge that says that it cannot answer now is not called another device."""
    simulator = await pushing(simulators)
    simulator.fail_with(503)
    result = await begin(hass)
    for kind in (AUTO, *BRIDGES):
        result = await submit(hass, result, host=simulator.address, bridge=kind)
        assert form(result) == ("user", {"base": "cannot_connect"}), kind


async def test_bridge_once_known_by_its_meter(
    hass: HomeAssistant, simulators: Start
) -> None:
    """A bridge that was set up before it had a status is known by its meter."""
    simulator = await pushing(simulators)
    simulator.has_status, simulator.installation_id = False, None
    simulator.tick()
    entry = created(await add(hass, simulator.address))
    assert entry.unique_id == f"iometer_{simulator.meter_number}"
    simulator.has_status = True
    assert aborted(await add(hass, simulator.address)) == "already_configured"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


async def test_disabled_entry(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """Adding a bridge whose entry is disabled moves the entry and leaves it so."""
    simulator = await pushing(simulators)
    entry = await set_up(simulator, simulator.device_id)
    await hass.config_entries.async_set_disabled_by(
        entry.entry_id, ConfigEntryDisabler.USER
    )
    await simulator.move()
    assert aborted(await add(hass, simulator.address)) == "already_configured"
    await hass.async_block_till_done()
    assert entry.data["host"] == simulator.address
    assert entry.state is ConfigEntryState.NOT_LOADED


async def test_empty_form_offers_every_kind(hass: HomeAssistant) -> None:
    """The form starts with automatic detection."""
    assert suggestions((await begin(hass))["data_schema"]) == {"bridge": AUTO}


async def test_slow_bridge(
    hass: HomeAssistant, simulators: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bridge that takes its time is waited for with a progress step."""
    monkeypatch.setattr(config_flow, "_SHORT_SECONDS", 0.05)
    simulator = await pushing(simulators)
    simulator.dawdle(0.3)
    result = await submit(
        hass, await begin(hass), host=simulator.address, bridge="iometer"
    )
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    assert result["progress_action"] == "search"
    flows = hass.config_entries.flow
    again = await flows.async_configure(result["flow_id"])
    assert again["type"] is FlowResultType.SHOW_PROGRESS
    await hass.async_block_till_done()
    created(await flows.async_configure(result["flow_id"]))


async def test_slow_stranger(
    hass: HomeAssistant, simulators: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is no bridge leads back to the form; a closed flow ends the wait."""
    monkeypatch.setattr(config_flow, "_SHORT_SECONDS", 0.05)
    simulator = await pushing(simulators)
    simulator.dawdle(0.3)
    simulator.garble(b"[]")
    flows = hass.config_entries.flow
    simulator.dawdle(0.3, path="/v1/status")
    simulator.forget()
    simulator.has_status = False
    result = await submit(hass, await begin(hass), host=simulator.address, bridge=AUTO)
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    await hass.async_block_till_done()
    result = await flows.async_configure(result["flow_id"])
    assert form(result) == ("user", {"base": "none_recognised"})
    simulator.stall("/v1/status")
    result = await submit(hass, await begin(hass), host=simulator.address, bridge=AUTO)
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    flows.async_abort(result["flow_id"])
    await hass.async_block_till_done()
