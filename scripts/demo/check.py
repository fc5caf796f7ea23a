"""Check a running demo."""

from collections.abc import AsyncIterator

from . import automations, energy, mqtt, repairs
from .bridges import states_of_entries
from .entities import net_power
from .home_assistant import CONFIG, console
from .logfile import serious_records
from .report import entity_table, say
from .stage import Stage
from .waiting import until

type Verdicts = dict[str, list[str]]

ENERGY_WITHIN = 15.0


async def check(stage: Stage) -> Verdicts:
    """Print all entities; return the problems of the running demo by subject."""
    say(f"\n{entity_table(stage.entities)}\n")
    return {
        "Bridges": [problem async for problem in _failing_bridges(stage)],
        "Entities": [
            f"{one.entity_id} is {one.state}"
            for one in stage.entities
            if not one.available
        ],
        "Energy dashboard": await _energy(stage),
        "Repairs": [repair.issue_id for repair in await repairs.repairs(stage)],
        "Key of a meter": await repairs.failures(stage),
        "MQTT": await mqtt.failures(stage),
        # Last, because it causes a repair issue.
        "Automations": await automations.failures(stage),
    }


def print_verdicts(verdicts: Verdicts) -> bool:
    """Print all problems, including those in the log; return whether there are none."""
    verdicts = {**verdicts, "Log": serious_records(console(CONFIG))}
    for subject, problems in verdicts.items():
        text = "".join(f"\n  {problem}" for problem in problems)
        say(f"{subject}: {text or 'nothing wrong'}")
    wrong = sum(map(len, verdicts.values()))
    say(f"\nAll in all: {wrong or 'nothing'} wrong")
    return not wrong


async def _failing_bridges(stage: Stage) -> AsyncIterator[str]:
    """Yield a message for each bridge that is not found, loaded or reporting."""
    states = await states_of_entries(stage.api)
    for bridge in stage.bridges:
        power = net_power(stage.entities, bridge)
        if bridge.simulated.announced and not bridge.discovered:
            yield f"{bridge.key}: announced itself but was not discovered"
        if bridge.entry_id is None:
            yield f"{bridge.key}: {bridge.failure}"
            continue
        if (state := states.get(bridge.entry_id)) != "loaded":
            yield f"{bridge.key}: its config entry is {state}"
        if power is None or power.number is None:
            shown = power.state if power else "missing"
            yield f"{bridge.key}: its net power is {shown}"


async def _energy(stage: Stage) -> list[str]:
    """Return the problems that the Energy dashboard still has after a while."""
    return await until(
        lambda: energy.complaints(stage.api),
        lambda problems: not problems,
        ENERGY_WITHIN,
    )
