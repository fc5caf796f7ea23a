"""/api/v1/variables → what the device knows now, which messages can contain."""

from collections.abc import Mapping

from ..wire import entries, number, section, text

VARIABLES = "/api/v1/variables"
# Signed currents, which only variables have: below zero while a phase returns energy.
SIGNED_CURRENTS = {1: "s31_7_0", 2: "s51_7_0", 3: "s71_7_0"}
# The texts of a variable that has no value now.
_NOTHING = ("", "null")


def parse_variables(answer: object) -> dict[str, str]:
    """Return the variables that have a value, in their order; all values are texts."""
    return {
        name: value
        for each in map(section, entries(answer))
        for name, sent in each.items()
        if (value := text(sent)) is not None and value not in _NOTHING
    }


def signed_currents(answer: object) -> Mapping[int, float]:
    """Return the signed current (A) of each phase that has one."""
    known = parse_variables(answer)
    return {
        phase: current
        for phase, name in SIGNED_CURRENTS.items()
        if (current := number(known.get(name))) is not None
    }
