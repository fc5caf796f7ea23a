"""Measure a day of a house by some of its quarters of an hour, a process for each."""

from statistics import fmean

from tests.kinds import KINDS
from tests.support.kind import Kind

from .alone import alone
from .contenders import BEFORE, CORE, OTHER_DEMAND, OURS, PLAIN
from .lived import HOUR, Found, live
from .report import Aim, Part
from .rounds import Effort

_DAY_SECONDS, _SLICE_SECONDS = 86_400, 900
# Each part of the day gives one slice, at another place of the part each time: so no
# appliance is always or never on.
_STRIDE = 0.618
_HEAD = (
    *("Bridge", "Integration", "Processor (s a day)", "Rows an hour", "MB a day"),
    *("Off at most (W)", "Off on average (W)", "Largest step late (s)", "Lost"),
)
# Shares of what Home Assistant's own integration takes (time, rows), and MB a day.
_MOST_TIME, _MOST_ROWS_SHARE, _MOST_MEGABYTES = 0.25, 0.125, 12.5
# Rows with demand, as a multiple of those without.
_MOST_DEMAND_ROWS = 1.08


def day(effort: Effort) -> list[Part]:
    """Measure every bridge, and the others on the same day, in turns."""
    part = Part(
        title=f"{effort.hours:g} h of a house, as a day with the recorder", head=_HEAD
    )
    for kind in KINDS.values():
        if not effort.takes(kind.key):
            continue
        found = _found(kind, effort)
        for name, one in found.items():
            part.rows.append(
                (
                    *(kind.key, name, one.busy_a_day, round(one.rows_an_hour)),
                    *(one.megabytes, round(max(one.off)), fmean(one.off)),
                    *(one.late, one.lost),
                )
            )
        part.aims += _aims(kind, found)
    return [part]


def _found(kind: Kind, effort: Effort) -> dict[str, Found]:
    """Measure every integration on each slice of the day, in turns."""
    names = [OURS, OTHER_DEMAND]
    if kind.benchmark.peer:
        # The plain integration needs units of registers, which a poll need not contain.
        names += [CORE, PLAIN] if kind.streams else [CORE]
    if effort.before:
        names.insert(0, BEFORE)
    found: dict[str, Found] = {}
    for begin, seconds in _slices(effort.hours):
        best: dict[str, Found] = {}
        for _ in range(min(effort.rounds, 3)):
            for name in names:
                product = effort.before if name == BEFORE else None
                now: Found = alone(
                    live, kind.key, name, begin, seconds, product=product
                )
                # Other load on the machine only adds time.
                if name not in best or now.busy < best[name].busy:
                    best[name] = now
        for name, one in best.items():
            found[name] = found[name] + one if name in found else one
    return found


def _slices(hours: float) -> list[tuple[int, int]]:
    """Return where the slices of these hours begin in the day, and their lengths."""
    count = max(round(hours * HOUR / _SLICE_SECONDS), 1)
    seconds, part = round(hours * HOUR / count), _DAY_SECONDS / count
    return [
        (round(number * part + number * _STRIDE % 1 * (part - seconds)), seconds)
        for number in range(count)
    ]


def _aims(kind: Kind, found: dict[str, Found]) -> list[Aim]:
    """Return what is to be reached."""
    key, ours, core = kind.key, found[OURS], found.get(CORE)
    aims = [
        Aim(
            name=f"{key}, database",
            value=ours.megabytes,
            most=_MOST_MEGABYTES,
            unit="MB a day",
        )
    ]
    rows = sorted(each.rows for each in (ours, found[OTHER_DEMAND]))
    aims.append(
        Aim(
            name=f"{key}, rows with demand, x without",
            value=rows[1] / rows[0],
            most=_MOST_DEMAND_ROWS,
        )
    )
    if most := kind.benchmark.most_rows:
        aims.append(
            Aim(name=f"{key}, rows an hour", value=ours.rows_an_hour, most=most)
        )
    if core and kind.streams:
        share = ours.busy / core.busy
        aims += [
            Aim(name=f"{key}, processor, x its own", value=share, most=_MOST_TIME),
            Aim(
                name=f"{key}, rows, x its own",
                value=ours.rows / core.rows,
                most=_MOST_ROWS_SHARE,
            ),
        ]
    return aims
