"""Filled statistics equal those of an identical house that had no outage."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from os import times, times_result
from random import Random

from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.meter_bridge.history.plan import HOUR, hour_of
from tests.history.conftest import Watch
from tests.support.recorded import Mode, Recorded, Step

# A live hour ends with the last value before the full hour, here one second early.
# So a filled hour may differ by one second at each end, at up to 3600 W.
SECOND = 0.0021
DRAWN = [180, 420, 900, 2300, 3600, -700, -2900]
type Story = list[tuple[Mode, float, float]]

LIVE, DOWN, UNPLUGGED, OFF = Mode.LIVE, Mode.DOWN, Mode.UNPLUGGED, Mode.OFF
# Each part of a story: the mode, its length in hours, and its step in seconds.
A_DAY: Story = [
    (LIVE, 1.75, 300),
    (DOWN, 0.5, 300),
    (LIVE, 1, 300),
    (DOWN, 5.25, 300),
    (LIVE, 1.25, 300),
    (UNPLUGGED, 0.5, 300),
    (LIVE, 1, 300),
    (UNPLUGGED, 3.5, 300),
    (DOWN, 1.25, 300),
    (UNPLUGGED, 0.5, 300),
    (LIVE, 1.5, 300),
]
HOURS: Story = [
    (LIVE, 1.75, 300),
    (DOWN, 2.5, 300),
    (LIVE, 1.25, 300),
    (UNPLUGGED, 2.5, 300),
    (LIVE, 1.5, 300),
]
BRIDGE_OFF: Story = [
    (LIVE, 1.75, 300),
    (OFF, 4.5, 300),
    (LIVE, 1.25, 300),
    (OFF, 0.5, 300),
    (DOWN, 2, 300),
    (OFF, 1.5, 300),
    (LIVE, 2.5, 300),
]
# Contains the hour that comes twice when summer time ends.
NIGHT: Story = [(LIVE, 1.5, 300), (DOWN, 19, 300), (LIVE, 1.5, 300)]
DAYS: Story = [
    (LIVE, 1.5, 300),
    (DOWN, 60, 1800),
    (LIVE, 1.5, 300),
    (UNPLUGGED, 30, 1800),
    (LIVE, 1.5, 300),
]
# Home Assistant purges its five-minute rows after ten days.
# Outages of an hour and longer begin at full hours, as their steps are as long.
TWELVE_DAYS: Story = [
    (LIVE, 1.5, 300),
    (OFF, 5.5, 1800),
    (LIVE, 1.5, 300),
    (DOWN, 0.5, 1800),
    (DOWN, 287, 3600),
    (LIVE, 1.5, 300),
]
# Of all that happens in a month, in which the clocks are changed. After an outage there
# are many polls at first: a large step of a counter is believed after several of them.
MONTH: Story = [
    (LIVE, 25.5, 1800),
    (DOWN, 0.5, 900),
    (LIVE, 1.5, 300),
    (LIVE, 46, 1800),
    (DOWN, 5, 900),
    (LIVE, 1.5, 300),
    (LIVE, 58.5, 1800),
    (UNPLUGGED, 1, 900),
    (LIVE, 1.5, 300),
    (LIVE, 29, 1800),
    (DOWN, 62, 1800),
    (LIVE, 1.5, 300),
    (LIVE, 94.5, 1800),
    (UNPLUGGED, 30, 1800),
    (LIVE, 1.5, 300),
    (LIVE, 30, 1800),
    (OFF, 6.5, 1800),
    (LIVE, 1.5, 300),
    (LIVE, 32, 1800),
    (UNPLUGGED, 3, 900),
    (DOWN, 2.5, 900),
    (UNPLUGGED, 1.5, 900),
    (LIVE, 1.5, 300),
    (LIVE, 138.5, 1800),
    (DOWN, 100, 1800),
    (LIVE, 1.5, 300),
    (LIVE, 59, 1800),
    (DOWN, 0.25, 900),
    (LIVE, 1.5, 300),
    (LIVE, 5.25, 900),
]


def steps(story: Story) -> Iterator[Step]:
    """Yield the steps of a story, with a random load of the house in each."""
    draw = Random(20)  # noqa: S311
    for mode, hours, every in story:
        for _ in range(round(hours * 3600 / every)):
            yield Step(every, draw.choice(DRAWN), mode)


def not_lived(story: Story, begin: float) -> list[range]:
    """Return the hours that a bridge was off from, up to that in which it came back."""
    spans, at = [], begin
    for mode, hours, _ in story:
        end = at + hours * HOUR
        if mode is OFF:
            spans.append(range(hour_of(at), hour_of(end) + HOUR, HOUR))
        at = end
    return spans


def joined(
    rows: dict[int, dict[str, float]], spans: list[range]
) -> dict[int, dict[str, float]]:
    """Return rows with the hours of each span as one, since only its total is known."""
    joined = {hour: dict(line) for hour, line in rows.items()}
    for span in spans:
        within = [hour for hour in span if hour in joined]
        total = sum(joined.pop(hour)["change"] for hour in within)
        joined[span[-1]] = {**rows[within[-1]], "change": total}
    return joined


def worst(
    ours: dict[str, dict[int, dict[str, float]]],
    theirs: dict[str, dict[int, dict[str, float]]],
) -> float:
    """Return the largest difference between two growths of an hour, in kWh."""
    assert ours.keys() == theirs.keys()
    most = 0.0
    for entity, rows in theirs.items():
        assert sorted(ours[entity].keys() ^ rows.keys()) == [], entity
        last = max(rows)
        assert ours[entity][last]["sum"] == pytest.approx(rows[last]["sum"], abs=1e-6)
        differences = [
            abs(ours[entity][hour]["change"] - line["change"])
            for hour, line in rows.items()
        ]
        most = max(most, *differences)
    return most


async def lived(watched: Recorded, story: Story, *, undisturbed: bool = False) -> None:
    """Run a house through a story, or through the same loads without outages.

    A bridge that counts by itself counts nothing while it is off: it shall miss none,
    nor as it is switched off, since it counts as much as it showed last.
    """
    idle, run = watched.simulator.counts_by_itself, list(steps(story))
    await watched.run(
        Step(
            step.seconds,
            0 if idle and OFF in (step.mode, later.mode) else step.watts,
            LIVE if undisturbed else step.mode,
        )
        for step, later in pairwise([*run, run[-1]])
    )


async def test_power(watch: Watch) -> None:
    """Missed hours have the mean power that was used, its least and its most.

    So do the hours in which the outage began and ended.
    """
    at = datetime.fromisoformat("2026-06-01T07:59:59+00:00")
    watched = await watch("egauge", at)
    away = [Step(300, DRAWN[number % 7], DOWN) for number in range(42)]
    await watched.run([*[Step(300, 600)] * 18, *away, *[Step(300, 600)] * 25])
    assert not watched.entry.runtime_data.outages.open
    energy = await watched.hours()
    powers = await watched.hours(kind="mean")
    rows = powers["sensor.bridge_power"]
    missed = sorted(energy["sensor.bridge_energy_import"])[2:6]
    for hour in missed:
        net = sum(
            sign * energy[f"sensor.bridge_energy_{word}"][hour]["change"] * 1000
            for word, sign in (("import", 1), ("export", -1))
        )
        assert rows[hour]["mean"] == pytest.approx(net, abs=4)
    assert [rows[hour]["min"] for hour in missed[1:4]] == [
        pytest.approx(-2900, abs=1)
    ] * 3
    assert [rows[hour]["max"] for hour in missed[1:4]] == [
        pytest.approx(3600, abs=1)
    ] * 3


def cost(watched: Recorded, rows: int, begun: times_result) -> str:
    """Return what was asked of a bridge, how many rows were written, and how long."""
    asked = Counter(f"{each.method} {each.path}" for each in watched.simulator.requests)
    lines = [f"{count:6} {what}" for what, count in sorted(asked.items())]
    seconds = times().elapsed - begun.elapsed
    return "\n".join([*lines, f"{rows:6} rows written, {seconds:.1f} s in all"])


# These simulate days, twelve days or a month: too long for every run.
LONG = pytest.mark.programs
MONTHS = (pytest.mark.programs, pytest.mark.days)


@pytest.mark.parametrize(
    ("key", "begin", "story"),
    [
        pytest.param("egauge", "2026-06-01", A_DAY, id="egauge day"),
        pytest.param(
            "egauge", "2026-03-27", DAYS, id="egauge days in spring", marks=LONG
        ),
        pytest.param(
            "egauge", "2026-10-23", DAYS, id="egauge days in autumn", marks=LONG
        ),
        pytest.param(
            "egauge", "2026-06-01", TWELVE_DAYS, id="egauge twelve days", marks=MONTHS
        ),
        pytest.param(
            "egauge", "2026-03-08", MONTH, id="egauge month in spring", marks=MONTHS
        ),
        pytest.param(
            "egauge", "2026-10-04", MONTH, id="egauge month in autumn", marks=MONTHS
        ),
        pytest.param("egauge", "2026-06-01", BRIDGE_OFF, id="egauge off"),
        pytest.param("whatwatt_go", "2026-06-01", HOURS, id="whatwatt hours"),
        pytest.param("whatwatt_go", "2026-06-01", BRIDGE_OFF, id="whatwatt off"),
        pytest.param(
            "whatwatt_go", "2026-10-24", NIGHT, id="whatwatt in autumn", marks=LONG
        ),
    ],
)
async def test_twin(
    watch: Watch,
    imported: list[int],
    key: str,
    begin: str,
    story: Story,
) -> None:
    """In each hour each total grows as much as that of the house without outages.

    The imports lose no row of any other sensor, and leave no outage to be filled. What
    a meter counted while the bridge that reads it was off is right in total.
    """
    at = datetime.fromisoformat(f"{begin}T07:59:59+00:00")
    twin = await watch(key, at, name="twin")
    await lived(twin, story, undisturbed=True)
    theirs = await twin.hours()
    await twin.stop()
    watched = await watch(key, at)
    begun = times()
    await lived(watched, story)
    print(cost(watched, len(imported), begun))  # noqa: T201 (what a fill costs)
    hours = await watched.hours()
    if not watched.simulator.counts_by_itself:
        spans = not_lived(story, at.timestamp())
        hours = {entity: joined(rows, spans) for entity, rows in hours.items()}
        theirs = {entity: joined(rows, spans) for entity, rows in theirs.items()}
    assert worst(hours, theirs) <= SECOND
    assert not watched.entry.runtime_data.outages.open
    assert imported
    # Only a whatwatt Go answers other requests during a download.
    assert watched.simulator.most_at_once <= 1 + (key == "whatwatt_go")


async def test_both_ways_apart(watch: Watch) -> None:
    """What a register consumed and produced is right in each hour, to one percent.

    In the hours that were missed it went either way several times.
    """
    at = datetime.fromisoformat("2026-06-01T07:59:59+00:00")
    words = ("consumed", "produced")
    watched = await watch(
        "egauge",
        at,
        recorded=[f"sensor.*_{word}" for word in words],
        roles={"apart": ["register_7"]},
    )
    house, true = watched.simulator.house, []
    away: Story = [(DOWN, 3.25, 300), (LIVE, 1.5, 300), (UNPLUGGED, 2.5, 300)]

    def noted() -> Iterator[Step]:
        for step in steps([(LIVE, 1.5, 300), *away, (LIVE, 2, 300)]):
            yield step
            if int(house.now.timestamp() + 1) % 3600 == 0:
                true.append((float(house.import_energy), float(house.export_energy)))

    await watched.run(noted())
    assert not watched.entry.runtime_data.outages.open
    hours = await watched.hours()
    for index, word in enumerate(words):
        rows = hours[f"sensor.bridge_grid_{word}"]
        grown = [rows[at]["change"] * 1000 for at in sorted(rows)][-len(true) + 1 :]
        for wh, (earlier, later) in zip(grown, pairwise(true), strict=True):
            assert wh == pytest.approx(later[index] - earlier[index], rel=0.01, abs=3)


async def test_what_its_owner_changes(watch: Watch) -> None:
    """A sensor that its owner gave another name and unit is filled, too."""
    at = datetime.fromisoformat("2026-06-01T07:59:59+00:00")
    watched = await watch("egauge", at)
    registry = er.async_get(watched.hass)
    name = "sensor.cellar_energy"
    registry.async_update_entity("sensor.bridge_energy_import", new_entity_id=name)
    registry.async_update_entity_options(name, "sensor", {"unit_of_measurement": "MWh"})
    await watched.hass.async_block_till_done()
    away = [Step(300, 1800, UNPLUGGED)] * 36
    await watched.run([*[Step(300, 600)] * 15, *away, *[Step(300, 600)] * 26])
    assert not watched.entry.runtime_data.outages.open
    state = watched.hass.states.get(name)
    assert state
    assert state.attributes["unit_of_measurement"] == "MWh"
    rows = (await watched.hours())[name]
    grown = [line["change"] * 1e6 for _, line in sorted(rows.items())]
    assert grown[1:6] == [
        pytest.approx(wh, abs=2) for wh in (600, 1500, 1800, 1800, 900)
    ]


async def test_no_full_hour_was_missed(watch: Watch, imported: list[int]) -> None:
    """Nothing is imported after an outage without a full hour."""
    at = datetime.fromisoformat("2026-06-01T07:59:59+00:00")
    watched = await watch("egauge", at)
    away = [Step(300, 600, DOWN)] * 6
    await watched.run([*[Step(300, 600)] * 15, *away, *[Step(300, 600)] * 12])
    assert not imported
