"""What is filled in for registers, by their names, counters and past rows."""

from collections.abc import Mapping
import itertools

import pytest

from custom_components.meter_bridge.bridges.egauge.presets import (
    candidates,
    difference,
    presets,
)
from custom_components.meter_bridge.bridges.egauge.registers import Register, Row

HOUR = 3_600


def registers(*names: str) -> list[Register]:
    """Return power registers; virtual totals have no number."""
    return [
        Register(
            key=name,
            name=name,
            type="P",
            number=None if name in ("use", "gen", "bat") else number,
        )
        for number, name in enumerate(names)
    ]


def rows(**powers: list[float]) -> tuple[Row, ...]:
    """Return rows an hour apart between which registers had these powers (W)."""
    counters = {
        name.replace("plus", "+").replace("minus", "-"): list(
            itertools.accumulate((int(each * HOUR) for each in watts), initial=5)
        )
        for name, watts in powers.items()
    }
    count = len(next(iter(counters.values())))
    return tuple(
        Row(
            time=float(index * HOUR),
            counters={name: levels[index] for name, levels in counters.items()},
        )
        for index in reversed(range(count))
    )


def told(
    names: tuple[str, ...], counters: Mapping[str, int], *found: Row
) -> tuple[object, object, object, bool]:
    """Return what is filled in for net power, import and export, and if it is sure."""
    likely = presets(registers(*names), counters, found)
    answers = likely.answers
    return (
        answers["net_power"],
        answers["import_energy"],
        answers["export_energy"],
        likely.is_sure,
    )


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("use", "gen", "Grid"), ("use_less_gen", "none", "none", True)),
        (("Grid", "Grid+", "Grid-"), ("Grid", "Grid+", "Grid-", True)),
        (("Utility", "Utility+"), ("Utility", "Utility+", "none", True)),
        (("mains", "mains-"), ("mains", "none", "mains-", True)),
        (("grid_in", "grid_out"), ("grid_in-grid_out", "grid_in", "grid_out", True)),
        (("Grid in", "Grid out"), ("Grid in-Grid out", "Grid in", "Grid out", True)),
        (
            ("Grid+", "grid_in", "grid_out"),
            ("grid_in-grid_out", "grid_in", "grid_out", True),
        ),
        (("Oven", "Car+", "Car-"), ("none", "none", "none", True)),
        ((), ("none", "none", "none", True)),
    ],
)
def test_names(names: tuple[str, ...], expected: tuple[object, ...]) -> None:
    """If nothing was ever generated, names of the grid are sure."""
    assert told(names, {"gen": 0}) == expected


def test_a_direct_feed_at_one_moment() -> None:
    """One row proves nothing: only net power is likely."""
    names = ("use", "gen", "grid", "solar", "grid_in", "grid_out")
    counters = {"use": 2_100_000_000, "gen": 1_800_000_000, "grid_in": 418_800_000}
    row = Row(time=0.0, counters=dict.fromkeys(names, 7))
    assert told(names, counters, row) == ("use_less_gen", "none", "none", False)
    assert told(names, {}, row) == ("use_less_gen", "none", "none", False)


def test_names_of_the_panel() -> None:
    """Registers that show no generation are not the grid; others may be."""
    names = ("use", "gen", "Grid+", "Grid-", "grid_in", "grid_out")
    found = rows(
        use=[500, 900, 400],
        gen=[0, 1900, 0],
        Gridplus=[500, 900, 400],
        Gridminus=[0, 0, 0],
        grid_in=[500, 0, 400],
        grid_out=[0, 1000, 0],
    )
    counters = {"gen": 1}
    assert told(names, counters, *found) == (
        "use_less_gen",
        "grid_in",
        "grid_out",
        True,
    )
    panel = names[:4]
    assert told(panel, counters, *found) == ("use_less_gen", "none", "none", True)
    assert told(("use", "gen", "Grid+"), counters, *found)[1:] == ("none", "none", True)
    assert told(("use", "gen", "Grid-"), counters, *found)[1:] == ("none", "none", True)


def test_export_alone_without_any_export() -> None:
    """A register that has counted nothing is not taken for export."""
    found = rows(use=[500, 900], gen=[0, 700], Gridminus=[0, 0])
    names = ("use", "gen", "Grid-")
    assert told(names, {"gen": 1}, *found)[1:] == ("none", "none", False)


def test_rows_that_lack_a_register() -> None:
    """A register added this week is judged by its rows since then."""
    full = rows(use=[500, 900], gen=[0, 1900], Gridplus=[500, 0])
    older = Row(time=-HOUR, counters={"use": 1, "gen": 2})
    names = ("use", "gen", "Grid+")
    assert told(names, {"gen": 1}, *full, older)[1] == "Grid+"


def test_a_battery() -> None:
    """Net power is less what the battery delivers; its total is counted apart."""
    found = rows(
        use=[500, 500, 500],
        gen=[0, 2000, 0],
        bat=[400, -1500, 0],
        Gridplus=[100, 0, 500],
        Gridminus=[0, 0, 0],
    )
    names = ("use", "gen", "bat", "Grid+", "Grid-")
    counters = {"gen": 1, "bat": -3}
    assert told(names, counters, *found) == ("use_less_gen", "Grid+", "Grid-", True)
    likely = presets(registers(*names), counters, found)
    assert (likely.answers["apart"], likely.answers["reversed"]) == (["bat"], [])


def test_loads_that_count_backwards() -> None:
    """A negative counter is preset reversed; that of the grid may be negative."""
    names = ("use", "gen", "Grid", "Grid-", "AC", "Car", "Oven")
    counters = {"gen": 0, "Grid": -5, "Grid-": -5, "AC": -1, "Car": -2, "Oven": 3}
    assert presets(registers(*names), counters, ()).answers["reversed"] == ["AC", "Car"]


def test_what_rows_are_asked_of() -> None:
    """Rows are requested only of registers that may have a role, not of circuits."""
    names = ("use", "gen", "Grid", "grid_in", "AC", "Car")
    assert candidates(registers(*names)) == {"use", "gen", "Grid", "grid_in"}


def test_a_difference() -> None:
    """It is told for the net register, else for import less export."""
    names = ("use", "gen", "Grid", "Grid+", "Grid-")
    found = rows(
        use=[500, 900],
        gen=[0, 1900],
        Grid=[500, 900],
        Gridplus=[500, 900],
        Gridminus=[0, 0],
    )
    assert difference(registers(*names), {}, found) == (1.4, -0.5)
    without = [each for each in registers(*names) if each.name != "Grid"]
    assert difference(without, {}, found) == (1.4, -0.5)
    assert difference(registers(*names), {"net_power": "use_less_gen"}, found) is None
    assert difference(registers("Grid", "Grid+"), {}, found) is None
    assert difference(registers("use", "gen", "Oven"), {}, found) is None
    assert difference(registers(*names), {}, found[:1]) is None
