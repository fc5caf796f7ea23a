"""The rules of present values, scales, and steps of a counter."""

from .mutants import Mutation, Rules

_ACCOUNT, _GUARD = "meter/account.py", "meter/guard.py"
_FLOW = "meter/flow.py"
_PLAUSIBLE, _SCALING = "meter/plausible.py", "meter/scaling.py"
_SCALER = "meter/scaler.py"

_VALUES: Rules = {
    "A present value that cannot be is missing.": (
        Mutation(
            _PLAUSIBLE,
            "not low <= value <= high and value != 0",
            "False",
            "test_plausible.py::test_bounds",
        ),
    ),
    "Zero is always possible.": (
        Mutation(_PLAUSIBLE, " and value != 0", "", "test_plausible.py::test_bounds"),
    ),
    "A preset limit grows with a conversion factor above 1, the owner's does not.": (
        Mutation(_PLAUSIBLE, "max(1.0, factor)", "factor", "test_plausible.py"),
        Mutation(_PLAUSIBLE, "if self.is_set:", "if False:", "test_plausible.py"),
    ),
    "While the conversion factor is not known, no power is judged.": (
        Mutation(
            _PLAUSIBLE,
            "most = inf if limit is None else limit",
            "most = limit or 1e5",
            "test_plausible.py::test_conversion_factor",
        ),
    ),
    "Net power that is worked out, and cannot be, is missing.": (
        Mutation(_ACCOUNT, "del believed[code]", "pass", "test_plausible.py"),
    ),
    "A value that is refused for ten minutes of readings is told.": (
        Mutation(
            _PLAUSIBLE,
            "return self.seconds >= _REFUSED_SECONDS",
            "return True",
            "test_plausible.py::test_told_after_ten_minutes_of_readings",
        ),
        Mutation(
            _PLAUSIBLE,
            "min(max(now - refusal.at, 0.0), _REFUSED_SECONDS / 2)",
            "max(now - refusal.at, 0.0)",
            "test_plausible.py::test_a_long_silence_is_no_ten_minutes",
        ),
    ),
    "What is no longer sent is no longer refused.": (
        Mutation(
            _PLAUSIBLE,
            "if abs(now - self.refusals[code].at) > _REFUSED_SECONDS:",
            "if False:",
            "test_plausible.py::test_not_told_of_what_is_not_sent_any_more",
        ),
    ),
}
_SCALES: Rules = {
    "A divisor that is unread leaves the last one; without one there is no number.": (
        Mutation(_SCALING, "divisor = known.divisor", "divisor = 1", "test_scaling.py"),
    ),
    "A multiplier of 0 beside a good divisor is 1.": (
        Mutation(
            _SCALING,
            "multiplier: int | None = sent.multiplier or 1",
            "multiplier: int | None = sent.multiplier or known.multiplier",
            "test_scaling.py::test_a_multiplier_of_zero_beside_a_good_divisor_is_one",
        ),
    ),
    "Another scale is not believed by time.": (
        Mutation(
            _SCALING,
            "sent != before and not self._follow(sent, reading.scaled, levels, now)",
            "False",
            "test_scaling.py::test_another_scale_is_never_believed_by_time",
        ),
        Mutation(
            _GUARD,
            "counter.hold(value, now)",
            "counter.take(value, now, alive=alive)",
            "test_scaling.py::test_another_scale_is_never_believed_by_time",
        ),
    ),
    "It is believed if the total goes on with it, and only with it.": (
        Mutation(
            _SCALING,
            "_goes_on(values, levels, now) and not _goes_on(before, levels, now)",
            "False",
            "test_scaling.py::test_a_total_that_goes_on_with_another_scale",
        ),
        Mutation(
            _SCALING,
            " and not _goes_on(before, levels, now)",
            "",
            "test_scaling.py::test_a_scale_is_not_believed_while_the_old_one_fits_too",
        ),
    ),
    "Zero tells no scale.": (
        Mutation(
            _SCALING,
            "any(_totals(values).values())",
            "bool(_totals(values))",
            "test_scaling.py::test_zero_tells_no_scale",
        ),
    ),
    "Another meter has a scale of its own.": (
        Mutation(
            _ACCOUNT,
            "self.scaling, self._numbers = Scaling(), numbers",
            "self._numbers = numbers",
            "test_scaling.py::test_another_meter_has_its_own_scale",
        ),
    ),
    "The owner's word makes another scale the meter's.": (
        Mutation(
            _ACCOUNT,
            "self.scaling.start_anew()",
            "pass",
            "test_scaling.py::test_the_owner_believes_a_scale",
        ),
    ),
    "A level that was believed without a divisor is not taken up.": (
        Mutation(
            _ACCOUNT,
            "if self.scaling.is_from_no_scale(reading, self, now):",
            "if False:",
            "test_scaling.py::test_old_level_without_a_divisor",
        ),
    ),
    "A level that fits by a power of ten is a hint for the owner, and no more.": (
        Mutation(
            _SCALING,
            "next(reversed(self._fitting(levels, now)), None)",
            "None",
            "test_scaling.py::test_old_level_that_tells_the_divisor",
        ),
    ),
    "A total that is derived now and counted then is the same counter.": (
        Mutation(
            _ACCOUNT,
            "self._guard.adopt(code, tally.total, now)",
            "pass",
            "test_scaling.py",
        ),
        Mutation(
            _ACCOUNT,
            "tally.amount, tally.level = self._guard.shown(derived.code), value",
            "pass",
            "test_scaling.py::test_gas_whose_owner_believes_the_unit",
        ),
    ),
}
_STEPS: Rules = {
    "A step that the meter's own power explains is believed at once.": (
        Mutation(
            _GUARD,
            "growth > counter.small and flows.explains(code, growth)",
            "False",
            "test_coarse.py::test_steps_that_power_explains",
        ),
    ),
    "Half of it has to have flowed, and not more than twice that and a step.": (
        Mutation(
            _FLOW,
            "growth / 2 <= self._since_step(code)",
            "0 <= self._since_step(code)",
            "test_coarse.py::test_a_step_at_night",
        ),
        Mutation(
            _FLOW,
            "self._since_step(code) <= 3 * growth",
            "self._since_step(code)",
            "test_coarse.py::test_too_small_a_step",
        ),
    ),
    "Power also flows while readings lack the counter.": (
        Mutation(
            _GUARD,
            "flows.add(self._counters, values, now)",
            "flows.add(counted, values, now)",
            "test_coarse.py::test_steps_of_a_counter_that_is_often_missing",
        ),
    ),
    "Of a long gap only 15 minutes count.": (
        Mutation(
            _FLOW,
            "min(max(now - self._at, 0.0), _LONGEST_SECONDS)",
            "max(now - self._at, 0.0)",
            "test_coarse.py::test_a_gap_explains_no_more_than_15_minutes",
        ),
    ),
    "What has flowed since the last step survives a restart.": (
        Mutation(
            _ACCOUNT,
            'self._guard.restore_flows(stored.get("flows", {}))',
            "pass",
            "test_coarse.py::test_steps_that_power_explains",
        ),
    ),
    "A counter whose unit does not fit its power is told.": (
        Mutation(
            _SCALER,
            "return None if 1 / _TIMES < ratio < _TIMES else ratio",
            "return None",
            "test_coarse.py::test_a_wrong_scaler_is_noticed",
        ),
        Mutation(
            _SCALER,
            "return None if 1 / _TIMES < ratio < _TIMES else ratio",
            "return ratio",
            "test_coarse.py::test_a_right_scaler_fits_also_when_the_level_jumps",
        ),
    ),
    "A jump is no wrong unit.": (
        Mutation(
            _SCALER,
            "(self.growth - growth) / (self.energy - energy)",
            "self.growth / self.energy",
            "test_coarse.py::test_a_right_scaler_fits_also_when_the_level_jumps",
        ),
    ),
    "That takes five steps, and 15 minutes.": (
        Mutation(
            _SCALER,
            "self.steps >= _LEAST_STEPS and ",
            "",
            "test_coarse.py::test_a_wrong_scaler_takes_steps_and_time_to_notice",
        ),
        Mutation(
            _SCALER,
            " and self.seconds >= _LEAST_SECONDS",
            "",
            "test_coarse.py::test_a_wrong_scaler_takes_steps_and_time_to_notice",
        ),
    ),
}
JUDGES: Rules = {**_VALUES, **_SCALES, **_STEPS}
