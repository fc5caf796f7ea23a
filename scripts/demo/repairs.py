"""Mend what an additional bridge needs its owner for, in a repair of Home Assistant."""

from dataclasses import dataclass

from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator

from .bridges import DOMAIN, set_up
from .failure import DemoError
from .stage import Stage
from .trouble import another
from .waiting import until

# Any key will do: the simulated meter has it, and nobody else.
METER_KEY = "0123456789abcdef" * 2
RAISED_WITHIN = 20.0
ISSUE = "meter_key"
FLOWS = "repairs/issues/fix"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A repair issue."""

    domain: str
    issue_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Repairs:
    """All repair issues."""

    issues: list[Repair]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """The answer of a flow."""

    type: str
    flow_id: str
    errors: dict[str, str] | None = None


async def repairs(stage: Stage) -> list[Repair]:
    """Return our repair issues."""
    found = await stage.api.ask(_Repairs, "repairs/list_issues")
    return [each for each in found.issues if each.domain == DOMAIN]


async def failures(stage: Stage) -> list[str]:
    """Type the key of an encrypted meter into its repair; return what did not work."""
    async with another(WhatwattGoSimulator) as (simulated, simulator):
        simulator.device_id = "02A4C61B77E0"
        simulator.lock_meter(METER_KEY.upper())
        [bridge] = await set_up(stage.api, [simulated])
        if bridge.failure:
            return [bridge.failure]

        async def locked() -> list[Repair]:
            return [one for one in await repairs(stage) if ISSUE in one.issue_id]

        raised = await until(locked, bool, RAISED_WITHIN)
        if not raised:
            return [f"the repair {ISSUE} is missing"]
        try:
            known = {"handler": DOMAIN, "issue_id": raised[0].issue_id}
            step = await stage.api.post(_Step, FLOWS, known)
            path = f"{FLOWS}/{step.flow_id}"
            typed = {"encryption_key": METER_KEY}
            step = await stage.api.post(_Step, path, typed)
        except DemoError as error:
            return [str(error)]
        if step.type != "create_entry" or simulator.status != "OK":
            return [f"the key was typed: {step.errors}, {simulator.status}"]
        left = await until(locked, lambda left: not left, RAISED_WITHIN)
        await stage.api.delete(f"config/config_entries/entry/{bridge.entry_id}")
        return [f"{one.issue_id} stays" for one in left]
