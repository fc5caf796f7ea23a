"""The page with the matrix: written from results, and read back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
import json
from pathlib import Path
import re

from custom_components.meter_bridge.bridges import BRIDGES

from .matrix import MISHAPS
from .mishap import Mishap

_ROOT = Path(__file__).parents[2]
PAGE = _ROOT / "docs" / "reliability.md"
COMMAND = "python -m tests.faults"
RED, NOT_APPLICABLE = "✗", "–"  # noqa: RUF001
_WORDS = _ROOT / "custom_components" / "meter_bridge" / "translations" / "en.json"
_BEGIN, _END = "<!-- fault matrix -->", "<!-- end of the fault matrix -->"
_SECTION = re.compile(f"{_BEGIN}.*?{_END}", re.DOTALL)
_MESSAGE = re.compile(r"`(\w+)`")
_TIMES = re.compile(r" \([\d,]+ times\)")

type Place = tuple[str, str]


@dataclass(slots=True)
class Matrix:
    """The results: text and duration of each cell, by bridge and mishap."""

    cells: dict[Place, str] = field(default_factory=dict)
    seconds: dict[Place, float] = field(default_factory=dict)

    def take(self, found: Mapping[str, str], *, is_green: bool) -> None:
        """Add the result of one test."""
        place = found["bridge"], found["mishap"]
        text = found.get("outcome", "")
        if times := int(found.get("times", "0")):
            text += f" ({times:,} times)"
        self.cells[place] = text if is_green else RED
        self.seconds[place] = float(found.get("seconds", "0"))

    def count(self) -> str:
        """Return a sentence with the number of cells, and of those that are green."""
        texts = self.cells.values()
        red = sum(text == RED for text in texts)
        without = sum(text.startswith(NOT_APPLICABLE) for text in texts)
        return (
            f"{len(self.cells)} cells: {len(self.cells) - red - without} green, "
            f"{red} red, {without} do not apply"
        )

    def section(self) -> str:
        """Return the section of the page."""
        return "\n".join([_BEGIN, "", *self._lines(), "", _END])

    def _lines(self) -> Iterator[str]:
        """Yield the lines between the markers of the page."""
        yield f"{self.count()}. Written by `{COMMAND}`."
        yield ""
        yield self._recovery()
        reasons = self._reasons()
        for group, rows in groupby(MISHAPS.values(), lambda mishap: mishap.group):
            names = [bridge.name for bridge in BRIDGES.values()]
            yield from ("", f"### {group}", "")
            yield _row(["", *names])
            yield _row(["---"] * (len(names) + 1))
            for mishap in rows:
                yield _row([mishap.name, *self._row(mishap, reasons)])
        yield from ("", "Why a fault does not apply to a bridge:", "")
        yield from (f"- {letter}: {reason}" for reason, letter in reasons.items())
        yield from ("", "The messages in full:", "")
        yield from self._messages()

    def _row(self, mishap: Mishap, reasons: Mapping[str, str]) -> Iterator[str]:
        """Yield the cells of a mishap's row."""
        for key in BRIDGES:
            text = self.cells.get((key, mishap.key), "")
            reason = text.removeprefix(f"{NOT_APPLICABLE} ")
            yield f"{NOT_APPLICABLE} {reasons[reason]}" if reason in reasons else text

    def _recovery(self) -> str:
        """Return sentences on how long recovery took."""
        usual, slow = (
            max(
                (
                    seconds
                    for (_, name), seconds in self.seconds.items()
                    if (MISHAPS[name].back_within > 60) is is_slow
                ),
                default=0.0,
            )
            for is_slow in (False, True)
        )
        return (
            f"Once the bridge worked again, everything was right after at most "
            f"{usual:.0f} s, without help and without a reload; a replaced meter was "
            f"accepted after {slow:.0f} s."
        )

    def _reasons(self) -> dict[str, str]:
        """Assign a letter to each reason why a mishap does not apply."""
        mark = f"{NOT_APPLICABLE} "
        found = {
            text.removeprefix(mark)
            for text in self.cells.values()
            if text.startswith(mark)
        }
        return {
            reason: chr(ord("a") + index) for index, reason in enumerate(sorted(found))
        }

    def _messages(self) -> Iterator[str]:
        """Yield the messages that were shown, as the owner reads them."""
        words = json.loads(_WORDS.read_text())["exceptions"]
        keys = {key for text in self.cells.values() for key in _MESSAGE.findall(text)}
        for key in sorted(keys):
            yield f"- `{key}`: {words[key]['message']}"


def _row(cells: list[str]) -> str:
    """Return a row as Markdown."""
    return f"| {' | '.join(cells)} |"


def write(matrix: Matrix) -> None:
    """Write the matrix into the page."""
    page = PAGE.read_text()
    PAGE.write_text(_SECTION.sub(lambda _: matrix.section(), page))


def committed() -> dict[Place, str]:
    """Return the cells of the present page, without the number of attempts."""
    found = _SECTION.search(PAGE.read_text())
    names = {bridge.name: key for key, bridge in BRIDGES.items()}
    cells: dict[Place, str] = {}
    group, columns = "", list[str]()
    for line in found.group().splitlines() if found else ():
        parts = [part.strip() for part in line.strip("|").split("|")]
        if line.startswith("### "):
            group = line.removeprefix("### ")
        elif line.startswith("|") and not parts[0]:
            columns = parts[1:]
        elif line.startswith("|") and not parts[0].startswith("---"):
            for name, text in zip(columns, parts[1:], strict=True):
                place = names.get(name, name), f"{group}: {parts[0]}"
                cells[place] = _TIMES.sub("", text)
    return cells
