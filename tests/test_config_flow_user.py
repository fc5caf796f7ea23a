"""Adding a bridge by its address."""

import time

from aiohttp import web
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
import pytest_socket

from custom_components.meter_bridge.const import AUTO, DOMAIN

from .conftest import SetUp, Start
from .flows import (
    aborted,
    add,
    begin,
    created,
    form,
    lockable,
    pushing,
    settled,
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


@pytest.mark.parametrize("kind", [AUTO, "iometer"])
async def test_bridge_without_login(
    hass: HomeAssistant, simulators: Start, kind: str
) -> None:
    """A bridge is found by its address alone, whether its kind was chosen or not."""
    simulator = await pushing(simulators)
    entry = created(await add(hass, simulator.address, kind))
    assert entry.unique_id == f"iometer_{simulator.device_id}"
    assert entry.title == "IOmeter"
    assert entry.data == {
        "bridge": "iometer",
        "host": simulator.address,
        "pinned": {},
    }
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("kind", [AUTO, "whatwatt_go"])
async def test_bridge_that_asks_for_no_password(
    hass: HomeAssistant, simulators: Start, kind: str
) -> None:
    """A bridge that could have a password and has none is not asked for one."""
    simulator = await lockable(simulators)
    simulator.name = "Cellar"
    entry = created(await add(hass, simulator.address, kind))
    assert entry.unique_id == f"whatwatt_go_{simulator.device_id}"
    assert entry.title == "Cellar"
    assert entry.data == {
        "bridge": "whatwatt_go",
        "host": simulator.address,
        "pinned": {},
    }


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
    """An address is understood as people write it, and stored in one way."""
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
    """What is no host is refused at its field, stays typed, and can be corrected."""
    simulator = await pushing(simulators)
    result = await add(hass, host, "iometer")
    assert form(result) == ("user", {"host": "invalid_host"})
    assert suggestions(result["data_schema"]) == {"host": host, "bridge": "iometer"}
    assert not simulator.requests
    created(await submit(hass, result, host=simulator.address, bridge=AUTO))


@pytest.mark.parametrize("kind", [AUTO, "iometer", "whatwatt_go"])
async def test_nothing_there(hass: HomeAssistant, simulators: Start, kind: str) -> None:
    """Silence is told from strangers; once the bridge is on, the same form works."""
    simulator = (
        await lockable(simulators)
        if kind == "whatwatt_go"
        else await pushing(simulators)
    )
    await simulator.unplug()
    result = await add(hass, simulator.address, kind)
    assert form(result) == ("user", {"base": "cannot_connect"})
    assert suggestions(result["data_schema"]) == {
        "host": simulator.address,
        "bridge": kind,
    }
    await simulator.plug_in()
    created(await submit(hass, result, host=simulator.address, bridge=kind))


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("kind", [AUTO, "iometer"])
async def test_stranger(
    hass: HomeAssistant, simulators: Start, stranger: str, kind: str
) -> None:
    """A web server that is no bridge is called that, and can be corrected."""
    simulator = await pushing(simulators)
    async with web_server(STRANGERS[stranger]) as address:
        result = await add(hass, address, kind)
        assert form(result) == ("user", {"base": "not_recognised"})
    created(await submit(hass, result, host=simulator.address, bridge=kind))


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_stranger_where_a_login_was_possible(
    hass: HomeAssistant, stranger: str
) -> None:
    """A foreign login is not asked for; only the chosen kind may speak of rights."""
    wanted = "no_permission" if stranger == "forbidden" else "not_recognised"
    async with web_server(STRANGERS[stranger]) as address:
        result = await add(hass, address, "whatwatt_go")
    assert form(result) == ("user", {"base": wanted})


async def test_other_kind_than_chosen(hass: HomeAssistant, simulators: Start) -> None:
    """A bridge of another kind than the chosen one is not taken."""
    simulator = await pushing(simulators)
    result = await add(hass, simulator.address, "whatwatt_go")
    assert form(result) == ("user", {"base": "not_recognised"})


async def test_failing_server(hass: HomeAssistant, simulators: Start) -> None:
    """A bridge that says that it cannot answer now is not called a stranger."""
    simulator = await pushing(simulators)
    simulator.fail_with(503)
    result = await add(hass, simulator.address)
    assert form(result) == ("user", {"base": "cannot_connect"})


@pytest.mark.parametrize(
    ("key", "foreign"), [("iometer", "/api/v1/system"), ("whatwatt_go", "/v1/status")]
)
async def test_no_waiting_for_other_kinds(
    hass: HomeAssistant, simulators: Start, key: str, foreign: str
) -> None:
    """The bridge that answers is taken at once, whatever the other kinds meet."""
    simulator = await simulators(key)
    simulator.stall(foreign)
    started = time.monotonic()
    assert created(await add(hass, simulator.address)).data["bridge"] == key
    assert time.monotonic() - started < 3


async def test_same_bridge_twice(
    hass: HomeAssistant, simulators: Start, set_up: SetUp
) -> None:
    """Adding a bridge that is set up gives its entry the new address."""
    simulator = await pushing(simulators)
    entry = await set_up(simulator, simulator.device_id)
    await settled(simulator)
    await simulator.move()
    assert aborted(await add(hass, simulator.address)) == "already_configured"
    await hass.async_block_till_done()
    assert entry.data["host"] == simulator.address
    assert entry.state is ConfigEntryState.LOADED
    assert hass.config_entries.async_entries(DOMAIN) == [entry]


async def test_bridge_once_known_by_its_meter(
    hass: HomeAssistant, simulators: Start
) -> None:
    """A bridge that was set up before it had a status is known by its meter."""
    simulator = await pushing(simulators)
    simulator.has_status = False
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


async def test_two_of_a_kind(hass: HomeAssistant, simulators: Start) -> None:
    """Two bridges of the same kind are two entries."""
    one, other = await pushing(simulators), await pushing(simulators)
    other.device_id = "6e1d8b63-4a72-4c9f-8b58-2d3f7a91c4ea"
    first = created(await add(hass, one.address))
    second = created(await add(hass, other.address))
    assert first.unique_id != second.unique_id
    assert (first.title, second.title) == ("IOmeter", "IOmeter 2")


async def test_empty_form_offers_every_kind(hass: HomeAssistant) -> None:
    """The form begins with recognising by itself."""
    assert suggestions((await begin(hass))["data_schema"]) == {"bridge": AUTO}
