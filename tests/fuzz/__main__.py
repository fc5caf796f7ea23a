"""The command of scripts/fuzz: python -m tests.fuzz [decoder ...] [options]."""

import argparse
import asyncio
import gc
import sys

from .decoders import DECODERS
from .run import run
from .seeds import record_all

_HEAD = (
    *("decoder", "inputs", "refused", "mean input", "mean time"),
    *("slowest", "its size", "more blocks", "more memory"),
)


def main() -> None:
    """Read the command line, run the decoders, and print a row for each."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz")
    parser.add_argument(
        "decoder", nargs="*", choices=[[], *DECODERS], metavar="decoder"
    )
    parser.add_argument("--count", type=int, default=1_000_000, help="for each")
    parser.add_argument("--seed", type=int, default=1, help="another one, other input")
    options = parser.parse_args()
    recordings = asyncio.run(record_all())
    # Do not let the garbage collector scan all of Home Assistant again and again.
    gc.collect()
    gc.freeze()
    sys.stdout.write(f"| {' | '.join(_HEAD)} |\n| --- |{' ---: |' * len(_HEAD[1:])}\n")
    is_good = True
    for name in options.decoder or DECODERS:
        figures = run(name, DECODERS[name], recordings, options.count, options.seed)
        is_good &= figures.is_good
        cells = (
            name,
            f"{figures.inputs:,}",
            f"{figures.refused / figures.inputs:.0%}",
            f"{figures.size / figures.inputs:,.0f} bytes",
            f"{figures.seconds / figures.inputs * 1e6:,.0f} µs",
            f"{figures.slowest * 1000:.1f} ms",
            f"{len(figures.slowest_input):,} bytes",
            f"{figures.more_blocks:+,}",
            f"{figures.more_memory / 1024:+,.0f} KiB",
        )
        sys.stdout.write(f"| {' | '.join(cells)} |\n")
        for place, data in figures.failures.items():
            sys.stdout.write(f"  {place}: {data[:2000]!r}\n")
        sys.stdout.flush()
    sys.exit(not is_good)


if __name__ == "__main__":
    main()
