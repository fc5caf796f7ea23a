"""Run by scripts/benchmark: python -m tests.benchmark [PART ...] [--json FILE]."""

import argparse
import json
from pathlib import Path
import platform
import sys

from homeassistant.const import __version__

from .alone import alone
from .readings import Effort, measure
from .report import Part, aims
from .start import starts


def say(text: str) -> None:
    """Tell what goes on, beside the table."""
    sys.stderr.write(f"benchmark: {text}\n")


def main() -> None:
    """Read the command line, measure, and print."""
    names = ("readings", "start")
    parser = argparse.ArgumentParser(prog="scripts/benchmark")
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(names)}; else all")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(names):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    effort = Effort(readings=40, rounds=3) if options.quick else Effort()
    parts: list[Part] = []
    for name in options.parts or names:
        say(name)
        match name:
            case "readings":
                parts += alone(measure, effort)
            case "start":
                parts += alone(starts)
    machine = {
        "python": platform.python_version(),
        "home_assistant": __version__,
        "system": platform.platform(),
    }
    print(" · ".join(machine.values()))  # noqa: T201 (the table is what it is for)
    for part in parts:
        print("\n" + "\n".join(part.lines()))  # noqa: T201 (same)
    print("\n" + "\n".join(aims(parts)))  # noqa: T201 (same)
    if options.json:
        figures = {"machine": machine, "parts": [part.as_json() for part in parts]}
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
