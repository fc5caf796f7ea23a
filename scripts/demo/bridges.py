"""Set the simulated bridges up through the real config flow."""

from collections.abc import Sequence
from dataclasses import dataclass

from .api import Api
from .failure import DemoError
from .simulators import Simulated
from .waiting import until

DOMAIN = "meter_bridge"
FLOWS = "config/config_entries/flow"
DISCOVERED_WITHIN = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """A simulated bridge, and its config entry or the failure to set it up."""

    simulated: Simulated
    discovered: bool
    entry_id: str | None = None
    failure: str | None = None

    @property
    def key(self) -> str:
        """Return the key of its kind."""
        return self.simulated.bridge

    @property
    def origin(self) -> str:
        """Tell how it was added to Home Assistant."""
        if self.discovered:
            return "discovered"
        return f"{'not discovered, ' * self.simulated.announced}added by address"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flow:
    """A flow in progress."""

    flow_id: str
    handler: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A config entry."""

    entry_id: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a flow: the form that it shows, or its result."""

    type: str
    flow_id: str
    step_id: str | None = None
    errors: dict[str, str] | None = None
    reason: str | None = None
    result: _Entry | None = None
    description_placeholders: dict[str, str | None] | None = None


async def set_up(api: Api, simulated: Sequence[Simulated]) -> list[Bridge]:
    """Confirm what Home Assistant discovers and add the others by their address."""
    flows = await discovered(api, simulated)
    return [await _set_up(api, one, flows.get(one.address)) for one in simulated]


async def _set_up(api: Api, one: Simulated, flow_id: str | None) -> Bridge:
    """Set up one bridge; return a failure rather than raise it."""
    discovered = flow_id is not None
    try:
        entry_id = await _finish(api, one, flow_id)
    except DemoError as error:
        return Bridge(simulated=one, discovered=discovered, failure=str(error))
    return Bridge(simulated=one, discovered=discovered, entry_id=entry_id)


async def states_of_entries(api: Api) -> dict[str, str]:
    """Return the state of each of our config entries by its id."""
    entries = await api.ask(list[_Entry], "config_entries/get", domain=DOMAIN)
    return {entry.entry_id: entry.state for entry in entries}


async def discovered(api: Api, simulated: Sequence[Simulated]) -> dict[str, str]:
    """Wait for the flows of the announced addresses; return address → flow id."""
    announced = {one.address for one in simulated if one.announced}

    async def look() -> dict[str, str]:
        flows = await api.ask(list[_Flow], "config_entries/flow/progress")
        steps = [
            await api.get(Step, f"{FLOWS}/{flow.flow_id}")
            for flow in flows
            if flow.handler == DOMAIN
        ]
        # By address: there may be a real bridge of the same kind on this network.
        hosts = {
            (step.description_placeholders or {}).get("host"): step for step in steps
        }
        return {host: hosts[host].flow_id for host in announced & hosts.keys()}

    return await until(look, lambda found: found.keys() == announced, DISCOVERED_WITHIN)


async def _finish(api: Api, one: Simulated, flow_id: str | None) -> str:
    """Finish the discovered flow, else a new one; return the id of the entry."""
    answers: dict[str, dict[str, str | bool]] = {
        "user": {"host": one.address, "bridge": one.bridge},
        "confirm": {},
        "roles": {},
        "energy": {},
    }
    if one.login:
        answers["login"] = one.login
    if flow_id is None:
        step = await api.post(Step, FLOWS, {"handler": DOMAIN})
    else:
        step = await api.post(Step, f"{FLOWS}/{flow_id}", answers.pop("confirm"))
    while step.type == "form" and not step.errors and step.step_id in answers:
        answer = answers.pop(step.step_id)
        step = await api.post(Step, f"{FLOWS}/{step.flow_id}", answer)
    if step.result is None:
        why = step.reason or step.errors or f"asks for '{step.step_id}'"
        raise DemoError(f"the config flow got stuck: {why}")
    return step.result.entry_id
