"""The cost of a poll, by the number of registers, and of those that change."""

from collections.abc import Sequence
from functools import partial

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from tests.kinds import KINDS

from .alone import alone
from .feeder import Feeder
from .floor import ask_bare
from .home import EVERY_READING, home, new_entry, set_up, show
from .report import Part
from .rounds import Effort, in_turns, least, polled

_KIND = next(kind for kind in KINDS.values() if kind.benchmark.registers)
REGISTERS, _CHANGES = (4, 64, 512), (0, 1, 4)
_LIMIT_SECONDS = 240.0

type Costs = dict[tuple[int, int], dict[str, float]]


def registers(effort: Effort) -> list[Part]:
    """Measure in a process of its own."""
    found = alone(polls, effort, REGISTERS, seconds=_LIMIT_SECONDS)
    part = Part(
        title=f"A poll of {_KIND.key} by its registers (µs of processor)",
        head=(
            *("Registers", "Changed", "Answer (bytes)"),
            *("Bytes alone", "Ours", "Ours beyond the bytes"),
        ),
    )
    for (count, changed), cost in found.items():
        read, ours = cost["read"], cost["ours"]
        part.rows.append(
            (str(count), changed, int(cost["bytes"]), read, ours, ours - read)
        )
    return [part, _each(found)]


def _each(found: Costs) -> Part:
    """Return the cost of one more register."""
    few, many, changes = REGISTERS[0], REGISTERS[-1], _CHANGES[-1]
    unchanged = {
        name: (found[many, 0][name] - found[few, 0][name]) / (many - few)
        for name in ("read", "ours")
    }
    read, ours = unchanged["read"], unchanged["ours"]
    changed = (found[many, changes]["ours"] - found[many, 0]["ours"]) / changes
    return Part(
        title="One register more, in each poll (µs of processor)",
        head=("", "Bytes alone", "Ours beyond the bytes"),
        rows=[("exists", read, ours - read), ("changes", None, changed)],
    )


async def polls(effort: Effort, counts: Sequence[int]) -> Costs:
    """Return the cost of polls (µs), and the size of an answer in bytes."""
    found: Costs = {}
    with Feeder() as feeder:
        async with home() as hass:
            for count in counts:
                found |= await _polls(hass, feeder, effort, count)
    return found


async def _polls(
    hass: HomeAssistant, feeder: Feeder, effort: Effort, count: int
) -> Costs:
    """Measure a bridge with `count` registers, all of them enabled."""
    place = feeder.open("ours", _KIND.key, count)
    other = feeder.open("bare", _KIND.key, count)
    entry = await set_up(hass, await new_entry(hass, place, updates=EVERY_READING))
    await show(hass, entry)
    session = async_get_clientsession(hass)
    url = f"http://{other.address}{_KIND.benchmark.path}"
    async with session.get(url) as answer:
        size = len(await answer.read())
    read = partial(ask_bare, session, "GET", url)
    ask = entry.runtime_data.async_refresh
    found: Costs = {}
    for changed in _CHANGES:
        codes = tuple(str(number) for number in range(changed))
        rounds = {
            "read": polled(feeder, "bare", codes, effort.readings, read),
            "ours": polled(feeder, "ours", codes, effort.readings, ask),
        }
        times = await in_turns(rounds, effort)
        cost = {name: least(each) or 0 for name, each in times.items()}
        found[count, changed] = {"bytes": size, **cost}
    await hass.config_entries.async_remove(entry.entry_id)
    return found
