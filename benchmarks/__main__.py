"""The command of scripts/benchmark: python -m benchmarks [PART ...] [--json FILE]."""

import argparse
from collections.abc import Callable
import json
from pathlib import Path
import platform
import sys

from homeassistant.const import __version__

from tests.kinds import KINDS

from .alone import alone
from .day import day
from .decoding import decoding
from .growth import growth
from .handling import handling
from .memory import memory
from .peers import peers
from .readings import readings
from .recording import recording
from .registers import registers
from .report import Part, aims
from .rounds import Effort
from .start import starts

PARTS: dict[str, Callable[[Effort], list[Part]]] = {
    "readings": readings,
    "handling": handling,
    "peers": lambda effort: alone(peers, effort),
    "decoding": lambda effort: alone(decoding, effort),
    "start": lambda _effort: alone(starts),
    "growth": growth,
    "memory": memory,
    "recording": recording,
    "day": day,
    "registers": registers,
}
"""The parts, each of which is measured in a process of its own."""
PRODUCT = "custom_components/meter_bridge"


def say(text: str) -> None:
    """Print the progress to standard error."""
    sys.stderr.write(f"benchmark: {text}\n")


def show(text: str) -> None:
    """Print results."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Read the command line, measure, and print the results."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark")
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; else all")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--hours", type=float, help="so many of a day's hours")
    parser.add_argument("--rounds", type=int, help="so many rounds of readings")
    parser.add_argument(
        *("--bridge", "--bridges"),
        nargs="+",
        default=[],
        help="readings of these alone",
    )
    parser.add_argument(
        "--before",
        type=Path,
        metavar="CHECKOUT",
        help="measure the readings of that checkout's integration as well, in turns",
    )
    options = parser.parse_args()
    if unknown := set(options.parts) - PARTS.keys():
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if unknown := set(options.bridge) - KINDS.keys():
        parser.error(f"no such bridge: {', '.join(sorted(unknown))}")
    if options.before and not (options.before / PRODUCT).is_dir():
        parser.error(f"no {PRODUCT} in {options.before}")
    effort = Effort(
        readings=40 if options.quick else 100,
        rounds=options.rounds or (3 if options.quick else 7),
        is_quick=options.quick,
        hours=options.hours or (0.25 if options.quick else 2),
        bridges=tuple(options.bridge),
        before=options.before,
    )
    machine = {
        "python": platform.python_version(),
        "home_assistant": __version__,
        "system": platform.platform(),
    }
    show(" · ".join(machine.values()))
    parts: list[Part] = []
    for name in options.parts or PARTS:
        say(name)
        for part in PARTS[name](effort):
            parts.append(part)
            show("\n" + "\n".join(part.lines()))
    if any(part.aims for part in parts):
        show("\n" + "\n".join(aims(parts)))
    if options.json:
        figures = {"machine": machine, "parts": [part.as_json() for part in parts]}
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
