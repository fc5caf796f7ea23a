"""The figures, as Markdown tables and as JSON."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field

type Cell = str | float | int | None

_NEAR = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """A figure that should be at most `most`, or at least `least`."""

    name: str
    value: float
    most: float | None = None
    least: float | None = None
    unit: str = ""

    @property
    def is_met(self) -> bool:
        """Tell whether the aim is met."""
        return (self.most is None or self.value <= self.most) and (
            self.least is None or self.value >= self.least
        )

    @property
    def wanted(self) -> str:
        """Return the limit as text."""
        sign, limit = ("≤", self.most) if self.least is None else ("≥", self.least)
        return f"{sign} {limit:g} {self.unit}".rstrip()


@dataclass(slots=True, kw_only=True)
class Part:
    """A table, and the aims of its figures."""

    title: str
    head: Sequence[str]
    rows: list[Sequence[Cell]] = field(default_factory=list)
    aims: list[Aim] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Yield the table in Markdown."""
        yield f"### {self.title}"
        yield ""
        yield from _table(self.head, self.rows)

    def as_json(self) -> dict[str, object]:
        """Return table and aims as plain data."""
        return {
            "title": self.title,
            "rows": [dict(zip(self.head, row, strict=True)) for row in self.rows],
            "aims": [{**asdict(aim), "met": aim.is_met} for aim in self.aims],
        }


def aims(parts: Iterable[Part]) -> Iterator[str]:
    """Yield the table of all aims, met or missed."""
    yield "### Aims"
    yield ""
    rows: list[Sequence[Cell]] = [
        (
            aim.name,
            aim.wanted,
            f"{_shown(aim.value)} {aim.unit}".rstrip(),
            "met" if aim.is_met else "**miss**",
        )
        for part in parts
        for aim in part.aims
    ]
    yield from _table(("Figure", "Aim", "Found", ""), rows)


def figure(value: float) -> float | int:
    """Return a mean as a whole number if it is close to one."""
    return round(value) if abs(value - round(value)) < _NEAR else round(value, 1)


def _table(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield the lines of a table; all but the first column are figures."""
    yield f"| {' | '.join(head)} |"
    yield f"| --- |{' ---: |' * (len(head) - 1)}"
    for row in rows:
        yield f"| {' | '.join(_shown(cell) for cell in row)} |"


def _shown(cell: Cell) -> str:
    """Return a cell as text; a small number with decimals, a large one without."""
    if isinstance(cell, float):
        return f"{cell:.2f}" if abs(cell) < 10 else f"{cell:,.0f}"
    return "" if cell is None else str(cell)
