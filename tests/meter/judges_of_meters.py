"""The rules of numbers of meters, of what is held, and of totals by an offset."""

from .mutants import Mutation, Rules

_ACCOUNT, _COUNTER = "meter/account.py", "meter/counter.py"
_NUMBER = "meter/number.py"
_OFFSET, _OFFSETS = "meter/offset_counter.py", "meter/offsets.py"

NUMBERS: Rules = {
    "Another number is another meter, at once.": (
        Mutation(
            _ACCOUNT,
            "self._guard.start_anew()\n",
            "pass\n",
            "test_coarse.py::test_another_number_is_another_meter_at_once",
        ),
    ),
    "Numbers that flap prove nothing.": (
        Mutation(
            _NUMBER,
            "return None if flaps else (before, sent)",
            "return before, sent",
            "test_coarse.py::test_a_number_that_flaps_says_nothing",
        ),
    ),
    "The number survives a restart.": (
        Mutation(
            _ACCOUNT,
            'self._number.last = stored.get("number")',
            "pass",
            "test_coarse.py::test_a_number_survives_a_restart",
        ),
    ),
    "A number that is missing is not forgotten.": (
        Mutation(
            _NUMBER,
            "if sent is None:",
            "if False:",
            "test_coarse.py::test_a_number_that_is_missing",
        ),
    ),
    "Another meter does not begin with zeros alone, unless its owner says so.": (
        Mutation(
            _COUNTER,
            "self.starts_anew and (value > 0 or (value == 0 and alive))",
            "self.starts_anew and value >= 0",
            "test_coarse.py::test_the_first_level_of_another_meter_may_be_wrong",
        ),
        Mutation(
            _COUNTER,
            "self.starts_anew and (value > 0 or (value == 0 and alive))",
            "self.starts_anew and (value or alive)",
            "test_coarse.py::test_the_first_level_of_another_meter_may_be_wrong",
        ),
        Mutation(
            _COUNTER,
            "alive = alive or (self.starts_anew and self.may_be_zero)",
            "pass",
            "test_coarse.py::test_the_owner_believes_zero",
        ),
    ),
    "A total that is held back is told after an hour.": (
        Mutation(
            _ACCOUNT,
            "if doubt.seconds >= HELD_SECONDS:",
            "if True:",
            "test_offset_counter.py::test_a_count_that_is_held_for_an_hour_is_told",
        ),
    ),
    "A restart does not begin the hour anew.": (
        Mutation(
            _ACCOUNT,
            'stored.get("doubts") if is_same_limit else None',
            "None",
            "test_offset_counter.py::test_a_doubt_survives_a_restart",
        ),
    ),
}
OFFSETS: Rules = {
    "Only a register whose rate may be negative falls.": (
        Mutation(
            _OFFSET,
            "if steps < 0 and not counting.may_fall:",
            "if False:",
            "test_offset_counter.py::test_only_a_net_register_goes_down",
        ),
    ),
    "A register may count ten times its rate.": (
        Mutation(
            _OFFSET,
            "max(counting.most, _TIMES_RATE * abs(rate))",
            "counting.most",
            "test_offset_counter.py::test_a_rate_makes_a_step_believable",
        ),
    ),
    "A rate that cannot be explains nothing.": (
        Mutation(
            _ACCOUNT,
            "reading.counts, reading.countings, own, now",
            "reading.counts, reading.countings, reading.own, now",
            "test_offset_counter.py::test_a_rate_that_cannot_be_explains_nothing",
        ),
    ),
    "After a long gap one reading proves little, and five prove more.": (
        Mutation(_OFFSET, "min(seconds, most)", "seconds", "test_offset_counter.py"),
        Mutation(
            _OFFSET,
            "suspect.readings < HELD_READINGS",
            "False",
            "test_offset_counter.py::test_few_readings_after_a_long_absence_prove_nothing",
        ),
    ),
    "A new level of a count has to hold for ten minutes.": (
        Mutation(
            _OFFSET,
            "elif now - suspect.since >= HELD_SECONDS:",
            "elif True:",
            "test_offset_counter.py::test_a_jump_is_no_consumption",
        ),
    ),
    "The total goes on with what was counted since the first reading of that level.": (
        Mutation(
            _OFFSET,
            "self._believe(count, steps_between(count, suspect.first, modulus), now)",
            "self._believe(count, 0, now)",
            "test_offset_counter.py::test_a_jump_is_no_consumption",
        ),
    ),
    "A count that wraps around goes on.": (
        Mutation(
            _OFFSET,
            "self.count, self.counting.modulus)\n        if",
            "self.count, 1 << 70)\n        if",
            "test_offset_counter.py::test_a_counter_that_wraps_goes_on",
        ),
    ),
    "A total that cannot be stored begins anew.": (
        Mutation(
            _OFFSET,
            "total if total in _TOTALS else self.counting.first(count)",
            "total",
            "test_offset_counter.py::test_any_total_can_be_stored",
        ),
    ),
    "The offset survives a restart.": (
        Mutation(
            _OFFSETS,
            "stored = self._stored.pop(code, None)",
            "stored: list[float] | None = None",
            "test_offset_counter.py::test_a_restart_keeps_the_total",
        ),
    ),
    "The owner's word lets a total go on from any count.": (
        Mutation(
            _OFFSET,
            "elif self.starts_anew:",
            "elif False:",
            "test_offset_counter.py::test_the_owner_believes_a_count",
        ),
    ),
    "Registers that are no longer read are forgotten in the end.": (
        Mutation(
            _OFFSETS,
            "del known[code]",
            "pass",
            "test_offset_counter.py::test_ever_new_registers_are_forgotten",
        ),
    ),
}
