"""Show that a test fails for every rule by which a meter is judged.

`python -m tests.meter.rules` breaks one rule after the other, each in a copy of the
repository, and prints which test fails. `python -m tests.meter.rules 2 7` tries two.
When a rule changes, change its row here.
"""

import argparse
import sys

from .judges import JUDGES
from .judges_of_meters import NUMBERS, OFFSETS
from .mutants import Mutation, Rules, judge

_COUNTER, _GUARD = "meter/counter.py", "meter/guard.py"
_ORDER = "meter/order.py"
_ACCOUNT, _DERIVED = "meter/account.py", "meter/derived.py"
_BOARD = "values/board.py"

RULES: Rules = {
    "Right after a reload a total shows its last value, even while it is held back.": (
        Mutation(_COUNTER, "self.is_shown |= self.was_orderly", "", "test_guard.py"),
        Mutation(_GUARD, "counter.was_orderly = is_orderly", "pass", "test_guard.py"),
        Mutation(
            _BOARD,
            "account.restore(known, is_orderly=is_orderly)",
            "pass",
            "test_restored.py",
        ),
        Mutation(
            _BOARD,
            "account.restore(stored, is_orderly=self._is_orderly)",
            "pass",
            "test_restored.py",
        ),
    ),
    "A counter at zero must hold longer than one at any other new level.": (
        Mutation(
            _COUNTER,
            "HELD_SECONDS if value > 0 else HELD_SECONDS_AT_ZERO",
            "HELD_SECONDS",
            "test_guard.py::test_zero_has_to_hold_longer",
        ),
    ),
    "A large increase that the connection could carry is believed in five readings.": (
        Mutation(
            _COUNTER,
            "and self._is_possible(believed, value, now)",
            "and False",
            "test_guard.py",
        ),
        Mutation(
            _COUNTER, "and self._is_possible(believed, value, now)", "", "test_guard.py"
        ),
        Mutation(
            _COUNTER,
            "and self.suspect.readings >= HELD_READINGS",
            "",
            "test_guard.py::test_one_leap_is_not_shown",
        ),
    ),
    "A level below the proven one is another meter, and is reported.": (
        Mutation(
            _COUNTER,
            "self.proven - self.small <= value",
            "0 <= value",
            "test_guard_dips.py::test_a_deep_fall_is_a_new_meter_even_beside_a_doubtful_level",
        ),
    ),
    "A lower level above the proven one is followed once it holds; no report.": (
        Mutation(
            _COUNTER, "<= value < believed.value", "<= value < 0", "test_guard_dips.py"
        ),
    ),
    "Rounding may put a level slightly below the proven one.": (
        Mutation(
            _COUNTER,
            "self.proven - self.small",
            "self.proven",
            "test_guard_dips.py::test_two_answers_may_round_differently",
        ),
    ),
    "A long gap between readings counts only in part towards the time to hold.": (
        Mutation(
            _COUNTER,
            "min(max(now - self.at, 0.0), longest)",
            "max(now - self.at, 0.0)",
            "test_guard.py",
        ),
    ),
    "Setting the host's clock back takes nothing off the time a level has held.": (
        Mutation(
            _COUNTER,
            "min(max(now - self.at, 0.0), longest)",
            "min(now - self.at, longest)",
            "test_guard.py",
        ),
        Mutation(
            _COUNTER, "if 0 <= growth <= self.small:", "if False:", "test_guard.py"
        ),
    ),
    "A believed level that a reading contradicts must prove itself from the start.": (
        Mutation(
            _COUNTER,
            "believed.start, believed.held, believed.readings = believed.value, 0.0, 0",
            "pass",
            "test_guard_dips.py",
        ),
    ),
    "The shown total does not fall when a lower level of the meter is believed.": (
        Mutation(
            _COUNTER,
            "self.believed = _Run(",
            "self.shown = value\n        self.believed = _Run(",
            "test_guard_dips.py",
        ),
    ),
    "Nor does it fall while the meter counts back up to the shown total.": (
        Mutation(
            _COUNTER,
            "believed.go_on(",
            "self.shown = value\n        believed.go_on(",
            "test_guard_dips.py",
        ),
        Mutation(_COUNTER, "max(self.shown, value)", "value", "test_guard_dips.py"),
    ),
    "A first zero counts only if another counter of the meter is above zero.": (
        Mutation(
            _GUARD,
            "any(values[code] > 0 for code in counted)",
            "True",
            "test_guard.py::test_a_first_zero_alone_waits",
        ),
        Mutation(
            _GUARD,
            "any(values[code] > 0 for code in counted)",
            "False",
            "test_guard.py::test_a_first_zero_beside_a_counter_counts",
        ),
    ),
    "Readings may arrive in a burst: an increase is judged over 15 minutes or more.": (
        Mutation(
            _COUNTER,
            "max(now - run.at, _SLACK_SECONDS)",
            "(now - run.at)",
            "test_guard.py",
        ),
    ),
    "A stored level is compared with, but not shown in place of a reading.": (
        Mutation(
            _COUNTER, "self.is_shown = False", "self.is_shown = True", "test_guard.py"
        ),
    ),
    "What was proven before a restart is still proven after it.": (
        Mutation(
            _COUNTER,
            "self.shown, self.proven = more",
            "self.shown, _ = more",
            "test_guard_dips.py",
        ),
    ),
    "A reading that continues the believed level clears the suspicion.": (
        Mutation(
            _COUNTER,
            "self.suspect = self.doubt = None",
            "self.doubt = None",
            "test_guard.py",
        ),
    ),
    "Readings of another level add up only if each continues the one before.": (
        Mutation(
            _COUNTER,
            "or not self._goes_on(self.suspect, value, now)",
            "",
            "test_guard.py",
        ),
    ),
    "A stored code that no longer exists is ignored.": (
        Mutation(
            _GUARD,
            "if code in COUNTERS:\n                counter",
            "if True:\n                counter",
            "test_guard.py",
        ),
    ),
    "A reading older than the newest one, by the meter's clock, is ignored.": (
        Mutation(
            _ACCOUNT,
            "and not order.is_replay(reading, clock)",
            "",
            "test_account.py",
        ),
    ),
    "Many older readings within seconds are a replay, not a clock set back.": (
        Mutation(
            _ORDER,
            "or clock - self.behind_since < _BEHIND_SECONDS",
            "",
            "test_account.py::test_old_readings_at_once_set_no_clock_back",
        ),
    ),
    "One or two older readings are a replay, however much time passes.": (
        Mutation(
            _ORDER,
            "self.behind_readings < _BEHIND_READINGS\n            or ",
            "",
            "test_account.py::test_few_readings_set_no_clock_back",
        ),
    ),
    "The same older reading, sent again, counts once.": (
        Mutation(
            _ORDER,
            "if self.behind_time is None or reading.time > self.behind_time:",
            "if True:",
            "test_account.py::test_a_replay_again_and_again_sets_no_clock_back",
        ),
    ),
    "One reading from the future does not make the next ones look old.": (
        Mutation(
            _ORDER,
            "and reading.time - self.newest > due",
            "and False",
            "test_account.py",
        ),
    ),
    "A second reading from the future does: the meter's clock was set forward.": (
        Mutation(
            _ORDER,
            "(self.ahead is None or reading.time < self.ahead)",
            "True",
            "test_account.py",
        ),
    ),
    "How far ahead is the future depends on how long there was no reading.": (
        Mutation(
            _ORDER,
            "timedelta(seconds=clock - self.at) + _AHEAD",
            "_AHEAD",
            "test_account.py",
        ),
    ),
    "A reading with another token is new, even if time and values are the same.": (
        Mutation(_ORDER, "self.token,\n", "reading.token,\n", "test_account.py"),
    ),
    "A reading with other values is new, even if time and token are the same.": (
        Mutation(
            _ORDER,
            "self.values,\n",
            "reading.values,\n",
            "test_account.py::test_two_readings_may_share_their_time",
        ),
    ),
    "When the counter behind a derived total is replaced, the total carries on.": (
        Mutation(
            _DERIVED, "is_restarted or derivation", "derivation", "test_derived.py"
        ),
        Mutation(
            _ACCOUNT,
            "is_restarted=is_known and each.source in verdict.restarted",
            "is_restarted=False",
            "test_derived.py",
        ),
    ),
    "It carries on from what the old counter last showed.": (
        Mutation(
            _DERIVED,
            "self.latest = value",
            "pass",
            "test_derived.py::test_a_new_meter_takes_nothing_away",
        ),
        Mutation(
            _DERIVED,
            "self.latest if is_restarted else value",
            "self.level if is_restarted else value",
            "test_derived.py::test_a_new_meter_takes_nothing_away",
        ),
    ),
    **JUDGES,
    **NUMBERS,
    **OFFSETS,
}


def main(arguments: list[str]) -> int:
    """Read the command line, and try the rules; return the exit code."""
    numbered = dict(enumerate(RULES.items(), 1))
    parser = argparse.ArgumentParser(prog="python -m tests.meter.rules")
    parser.add_argument(
        "number", nargs="*", type=int, choices=numbered, metavar="number"
    )
    chosen = parser.parse_args(arguments).number or numbered
    return not judge({f"{at}. {numbered[at][0]}": numbered[at][1] for at in chosen})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
