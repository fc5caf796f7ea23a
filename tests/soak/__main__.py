"""The command of scripts/soak: python -m tests.soak [options]."""

import argparse
import sys

import pytest

from .plan import Plan


class Options:
    """A pytest plugin that gives the command line's options to the test."""

    def __init__(self, plan: Plan) -> None:
        """Keep the plan."""
        self._plan = plan

    @pytest.fixture
    def plan(self) -> Plan:
        """Return the plan."""
        return self._plan


def main() -> None:
    """Read the command line, and run the test."""
    parser = argparse.ArgumentParser(prog="scripts/soak")
    parser.add_argument("--days", type=int, default=7, help="of simulated time")
    parser.add_argument("--step", type=int, default=10, help="seconds between readings")
    parser.add_argument(
        "--seed", type=int, default=1, help="another one, other mishaps"
    )
    parser.add_argument(
        "--trace",
        action="store_true",
        help="trace memory, four times slower",
    )
    options = parser.parse_args()
    plan = Plan(
        periods=options.days,
        hours=24,
        step=options.step,
        seed=options.seed,
        trace=options.trace,
    )
    arguments = ["-q", "-p", "no:cacheprovider", "--capture=no", "--show-capture=no"]
    arguments += ["--log-level=CRITICAL", "-o", "python_files=week.py", "tests/soak"]
    sys.exit(pytest.main(arguments, plugins=[Options(plan)]))


if __name__ == "__main__":
    main()
