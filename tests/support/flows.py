"""Go through flows, as the front end and the network do."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from ipaddress import ip_address
from unittest.mock import patch

from aiohttp import web
from homeassistant.config_entries import (
    SOURCE_DHCP,
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    SOURCE_ZEROCONF,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
import probatio

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.transport.address import Address
from custom_components.meter_bridge.const import AUTO, CONF_BRIDGE, DOMAIN
from custom_components.meter_bridge.flow import (
    announcement as announcements,
    following,
)
from tests.bridges.iometer.simulator import IometerSimulator
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.conftest import Start
from tests.kinds import KINDS

from .simulator import Simulator
from .waiting import eventually

LOCKABLE = [key for key, bridge in BRIDGES.items() if bridge.login_fields]
FINDABLE = [
    key for key, bridge in BRIDGES.items() if bridge.zeroconf or bridge.dhcp_hostname
]


async def pushing(simulators: Start) -> IometerSimulator:
    """Start a bridge that announces no serial number and has no login."""
    started = await simulators("iometer")
    assert isinstance(started, IometerSimulator)
    return started


async def lockable(
    simulators: Start, *, protection: bool = False, serial: str | None = None
) -> WhatwattGoSimulator:
    """Start a bridge that announces its serial number and can have a password."""
    started = await simulators("whatwatt_go")
    assert isinstance(started, WhatwattGoSimulator)
    started.protection = protection
    if serial is not None:
        started.device_id = serial
        started.rename(f"whatwatt-{started.suffix}")
    return started


async def settled(simulator: Simulator) -> None:
    """Wait until an entry follows all streams of a simulator."""
    streams = KINDS[simulator.key].streams
    await eventually(lambda: simulator.open_streams == streams)


async def begin(hass: HomeAssistant) -> ConfigFlowResult:
    """Open the form that asks for an address."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    assert form(result) == ("user", {})
    return result


async def submit(
    hass: HomeAssistant, result: ConfigFlowResult, **typed: object
) -> ConfigFlowResult:
    """Fill in the form that is shown."""
    return await hass.config_entries.flow.async_configure(result["flow_id"], typed)


async def add(hass: HomeAssistant, host: str, kind: str = AUTO) -> ConfigFlowResult:
    """Type an address into a new form."""
    typed = {CONF_HOST: host, CONF_BRIDGE: kind}
    return await submit(hass, await begin(hass), **typed)


async def added(
    hass: HomeAssistant, simulator: Simulator, kind: str = AUTO
) -> ConfigEntry:
    """Add a bridge by its address, and log in if it asks for a login."""
    return created(await logged_in(hass, simulator, kind))


async def logged_in(
    hass: HomeAssistant, simulator: Simulator, kind: str = AUTO
) -> ConfigFlowResult:
    """Enter an address, and a login if one is asked for."""
    result = await add(hass, simulator.address, kind)
    if simulator.credentials:
        assert form(result) == ("login", {})
        result = await submit(hass, result, **simulator.credentials)
    return await past_roles(hass, result)


async def past_roles(hass: HomeAssistant, result: ConfigFlowResult) -> ConfigFlowResult:
    """Leave what is filled in about registers as it is, if that is asked."""
    if str(result.get("step_id")).startswith("roles"):
        schema = result["data_schema"]
        assert schema
        result = await submit(hass, result, **schema({}))
    return result


async def reconfigure(hass: HomeAssistant, entry: ConfigEntry) -> ConfigFlowResult:
    """Open the form that changes the address and login of a bridge."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id},
    )
    assert form(result) == ("reconfigure", {})
    return result


def announcement(
    simulator: Simulator,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    serial: str | None = None,
) -> ZeroconfServiceInfo:
    """Return the announcement of a simulator, with other properties if given."""
    spoken = simulator.announcement
    assert spoken is not None
    properties = dict(spoken.properties)
    if serial is not None:
        properties["id"] = serial
    return ZeroconfServiceInfo(
        ip_address=ip_address(host),
        ip_addresses=[ip_address(host)],
        port=port or simulator.port,
        hostname="bridge.local.",
        type=spoken.service,
        name=f"{spoken.name}.{spoken.service}",
        properties=properties,
    )


async def announce(hass: HomeAssistant, info: ZeroconfServiceInfo) -> ConfigFlowResult:
    """Let Home Assistant receive an announcement."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_ZEROCONF}, data=info
    )
    await hass.async_block_till_done()
    return result


async def hear(
    hass: HomeAssistant, simulator: Simulator, *, serial: str | None = None
) -> None:
    """Announce a known bridge, and let every entry find out whether it is away."""
    result = await announce(hass, announcement(simulator, serial=serial))
    assert aborted(result) == "already_configured"
    await searched(hass)


async def searched(hass: HomeAssistant) -> None:
    """Let every entry be polled until it is known to be away; let searches end."""
    with patch.object(following, "_PAUSE_SECONDS", 0.01):
        for entry in hass.config_entries.async_entries(DOMAIN):
            if entry.state is ConfigEntryState.LOADED:
                coordinator = entry.runtime_data
                for _ in range(3):
                    if entry.state is ConfigEntryState.LOADED:
                        await coordinator.async_refresh()
        await found(hass)
    await hass.async_block_till_done()


async def found(hass: HomeAssistant) -> None:
    """Wait until nobody searches any more."""
    followed = hass.data.get(following.FOLLOWED)
    await eventually(lambda: followed is None or not followed.searching)


async def lease(
    hass: HomeAssistant, simulator: Simulator, hostname: str
) -> ConfigFlowResult:
    """Let Home Assistant see the DHCP request of a simulator with this host name."""
    info = DhcpServiceInfo(ip="127.0.0.1", hostname=hostname, macaddress="02aabbccddee")
    # A DHCP lease has no port, and no test may listen on the usual one.
    address = partial(Address, port=simulator.port)
    with patch.object(announcements, "Address", address):
        result = await hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_DHCP}, data=info
        )
        await hass.async_block_till_done()
    return result


async def discover(hass: HomeAssistant, simulator: Simulator) -> ConfigFlowResult:
    """Let Home Assistant discover a simulator, by mDNS or DHCP as its kind is."""
    if simulator.announcement:
        return await announce(hass, announcement(simulator))
    pattern = BRIDGES[simulator.key].dhcp_hostname
    assert pattern
    return await lease(hass, simulator, pattern.replace("*", "123-456"))


def form(result: ConfigFlowResult) -> tuple[str, dict[str, str]]:
    """Return the step that is shown, and its errors."""
    assert result["type"] is FlowResultType.FORM, result
    return result["step_id"], result["errors"] or {}


def aborted(result: ConfigFlowResult) -> str:
    """Return the reason why a flow was aborted."""
    assert result["type"] is FlowResultType.ABORT, result
    return result["reason"]


def created(result: ConfigFlowResult) -> ConfigEntry:
    """Return the entry that a flow created."""
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    return result["result"]


def state(entry: ConfigEntry) -> ConfigEntryState:
    """Return the state of an entry: mypy would assume that it never changes."""
    return entry.state


def suggestions(schema: probatio.Schema | None) -> dict[str, object]:
    """Return the suggested values of a form."""
    assert schema is not None
    filled: dict[str, object] = {}
    for key in schema.schema:
        if key.description and "suggested_value" in key.description:
            filled[key.schema] = key.description["suggested_value"]
        elif callable(key.default):
            filled[key.schema] = key.default()
    return filled


def passwords(simulator: Simulator) -> list[str]:
    """Return all logins that were sent to a simulator."""
    return [
        request.headers["Authorization"]
        for request in simulator.requests
        if "Authorization" in request.headers
    ]


@asynccontextmanager
async def web_server(
    answer: Callable[[web.Request], web.Response], *, slow: str | None = None
) -> AsyncGenerator[str]:
    """Answer every path, one of them slowly; yield the address."""

    async def handle(request: web.Request) -> web.Response:
        if request.path == slow:
            await asyncio.sleep(0.1)
        return answer(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
