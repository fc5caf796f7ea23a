"""The demand of each period by its definition, worked out slowly but simply."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from fractions import Fraction
from itertools import pairwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One reading of the meter; `count` changes when the meter is replaced."""

    at: int
    level: int | None
    power: int | None
    count: int = 0


def starts(first: int, last: int, minutes: int, zone: tzinfo) -> Iterator[int]:
    """Yield the starts of periods, by checking every minute of the local clock."""
    moment = datetime.fromtimestamp(first // 60 * 60, UTC)
    while moment.timestamp() <= last:
        wall = moment.astimezone(zone)
        if (wall.hour * 60 + wall.minute) % minutes == 0:
            yield int(moment.timestamp())
        moment += timedelta(minutes=1)


def limits(looks: list[Look], minutes: int) -> dict[int, int]:
    """Return the longest permitted gap before each reading."""
    found, gaps = {}, list[int]()
    for before, look in pairwise(looks):
        found[look.at] = minutes * 60 if sum(g > 60 for g in gaps[-7:]) >= 3 else 60
        if look.at - before.at <= minutes * 60:
            gaps.append(look.at - before.at)
    return found


def counted(
    looks: list[Look], start: int, end: int, allowed: dict[int, int]
) -> Fraction | None:
    """Return the growth of the counter in a period (Wh), None if an end is unknown."""
    known = [look for look in looks if look.level is not None]

    def level_at(moment: int) -> tuple[Fraction, int] | None:
        for look in known:
            if look.at == moment:
                return Fraction(look.level or 0), look.count
        for before, after in pairwise(known):
            if before.at < moment < after.at:
                if before.count != after.count:
                    return None
                if after.at - before.at > allowed[after.at]:
                    return None
                share = Fraction(moment - before.at, after.at - before.at)
                grown = (after.level or 0) - (before.level or 0)
                return (before.level or 0) + grown * share, before.count
        return None

    first, last = level_at(start), level_at(end)
    if first is None or last is None or first[1] != last[1]:
        return None
    return last[0] - first[0]


def flowed(
    looks: list[Look], start: int, end: int, allowed: dict[int, int]
) -> Fraction | None:
    """Return the energy of a period by power (Wh), None if there was a gap."""
    seconds, energy = 0, Fraction()
    for before, after in pairwise(looks):
        if before.power is None or after.power is None:
            continue
        if after.at - before.at > allowed[after.at]:
            continue
        low, high = max(before.at, start), min(after.at, end)
        if low >= high:
            continue
        slope = Fraction(after.power - before.power, after.at - before.at)
        middle = before.power + slope * (Fraction(low + high, 2) - before.at)
        energy += middle * (high - low) / 3600
        seconds += high - low
    return energy if seconds == end - start else None


def is_fine(looks: list[Look], at: int) -> bool:
    """Tell whether the last four levels of a counter show steps of 10 Wh or less."""
    now = max((look for look in looks if look.at <= at), key=lambda look: look.at)
    levels: list[int] = []
    for look in looks:
        if look.at > at or look.count != now.count or look.level is None:
            continue
        if not levels or levels[-1] != look.level:
            levels.append(look.level)
    return any(level % 100 for level in levels[-4:])


def energy_of(
    looks: list[Look], start: int, end: int, allowed: dict[int, int]
) -> Fraction | None:
    """Return the energy of a period (Wh), by the counter if usable, else by power."""
    level = next((e for e in looks if e.at >= end and e.level is not None), None)
    power = next((e for e in looks if e.at >= end and e.power is not None), None)
    if not any(start <= e.at < end and e.level is not None for e in looks):
        return flowed(looks, start, end, allowed)
    is_late = power and (level is None or power.at < level.at)
    if power and is_late and not is_fine(looks, power.at):
        return flowed(looks, start, end, allowed)
    new = [b.at for a, b in pairwise(looks) if a.count != b.count]
    if level is None or (power and any(power.at < at <= level.at for at in new)):
        return None
    if is_fine(looks, level.at) and not any(start < at <= level.at for at in new):
        return counted(looks, start, end, allowed)
    return flowed(looks, start, end, allowed)


def demands(looks: list[Look], minutes: int, zone: tzinfo) -> dict[int, Fraction]:
    """Return the demand (W) of each period that has one, by the period's start."""
    allowed, found = limits(looks, minutes), {}
    bounds = starts(looks[0].at, looks[-1].at, minutes, zone)
    for start, end in pairwise(bounds):
        energy = energy_of(looks, start, end, allowed)
        if energy is not None:
            found[start] = energy * 60 / minutes
    return found
