"""Random streams of good and wrong readings of one counter, drawn by Hypothesis.

Streams contain only faults that the guard promises to find. The first reading is good.
Wrong readings end with a good one before they would count as a replaced meter: within
ten minutes, an hour if they are zeros, and after at most four readings if they are too
high.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cache
from warnings import catch_warnings, simplefilter

from hypothesis import Phase, given, settings, strategies as st
from hypothesis.errors import HypothesisWarning

from .wrong import Wrong

HOUR, DAY = 3600, 86_400
# Below this level (Wh), a value stored up to 15 minutes ago may be a tenth lower than
# the recorded one, which the recorder takes for a reset.
LARGE = 300_000
# Energy that flows during a longer gap may exceed what a wrong reading can add.
_SEEN = 900


class Factors(Enum):
    """What the factors of raw counts are, where they are not the meter's."""

    UNREAD = auto()
    OTHER = auto()


class Restart(Enum):
    """How Home Assistant stops: it stores counters then, or did so some time ago."""

    ORDERLY = auto()
    CRASH = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A time with constant power, and the reading at its end.

    `amount` is the error of the reading: ‰ of a drop, else Wh. `replay` repeats the
    reading that many steps back. Before the reading, clocks are changed by so many
    seconds and Home Assistant is restarted. `factors` matter where counts are raw. A
    meter with another number may begin at this `exchange`, in ‰ of the one before.
    """

    seconds: int
    watts: int = 500
    wrong: Wrong | None = None
    amount: int = 0
    replay: int = 0
    restart: Restart | None = None
    host_clock: int = 0
    meter_clock: int = 0
    factors: Factors | None = None
    exchange: int | None = None

    @property
    def is_exchange(self) -> bool:
        """Tell whether the meter is exchanged before the reading."""
        return self.exchange is not None

    def sent(self, true: int) -> int | None:
        """Return what is sent instead of a true total (Wh); None: nothing is sent."""
        if self.wrong is Wrong.MISSING:
            return None
        return {
            None: true,
            Wrong.ZERO: 0,
            Wrong.NEGATIVE: -self.amount,
            Wrong.DROP: true * (1000 - self.amount) // 1000,
            Wrong.DIP: max(true - self.amount, 0),
            Wrong.JUMP: true + self.amount,
            Wrong.LEAP: true + self.amount,
        }[self.wrong]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """The first level of a counter (Wh), and the steps that follow.

    It may count in large steps (`coarse`, in Wh), and send `raw` counts with factors.
    """

    start: int
    timed: bool
    coarse: int
    raw: bool
    steps: tuple[Step, ...]

    @property
    def crashes(self) -> bool:
        """Tell whether Home Assistant ever stops without storing its counters."""
        return any(step.restart is Restart.CRASH for step in self.steps)

    @property
    def has_gaps(self) -> bool:
        """Tell whether in a gap more could flow than a wrong reading can add."""
        return any(step.seconds > _SEEN for step in self.steps)

    @property
    def features(self) -> set[object]:
        """Return the kinds of wrong reading and of restart in this stream."""
        return {
            what
            for step in self.steps
            for what in (step.wrong, step.restart, step.factors, step.is_exchange)
        }

    @property
    def exchanges(self) -> bool:
        """Tell whether the meter is ever exchanged."""
        return any(step.is_exchange for step in self.steps)


# Limits: how many in a row, for how many seconds in all, and the range of errors.
_KINDS = {
    Wrong.ZERO: (60, 3599, st.just(0)),
    Wrong.NEGATIVE: (60, 3599, st.integers(1, 10**9)),
    Wrong.DROP: (60, 599, st.integers(1, 150) | st.integers(1, 999)),
    Wrong.DIP: (60, 599, st.integers(1, 2000)),
    Wrong.JUMP: (4, HOUR, st.integers(100_000, 10**9) | st.integers(10**6, 10**12)),
    Wrong.LEAP: (4, HOUR, st.integers(1, 2000) | st.integers(1, 100_000)),
    Wrong.MISSING: (4, HOUR, st.just(0)),
}
_watts = st.sampled_from([0, 60, 500, 3000, 20_000])
_pause = st.sampled_from([1, 10, 60, 300, 900])
_good = st.builds(Step, seconds=_pause, watts=_watts)


@st.composite
def _bad(draw: st.DrawFn) -> list[Step]:
    """Draw wrong readings, and the good one that ends them."""
    kind = draw(st.sampled_from(Wrong))
    most, seconds, amounts = _KINDS[kind]
    every = draw(st.sampled_from([1, 10, 60, 149]))
    step = Step(seconds=every, watts=draw(_watts), wrong=kind, amount=draw(amounts))
    most = min(most, seconds // every)
    count = draw(st.integers(1, most) | st.just(most))
    return [step] * count + [Step(seconds=every, watts=step.watts)]


@st.composite
def _replay(draw: st.DrawFn) -> list[Step]:
    """Draw a replay of old readings, and the next new one."""
    back = draw(st.integers(1, 20))
    return [Step(seconds=1, replay=back)] * draw(st.integers(1, 3)) + [draw(_good)]


@st.composite
def _other_factors(draw: st.DrawFn) -> list[Step]:
    """Draw readings with factors that are not the meter's, and one with its own."""
    readings = draw(st.lists(_good, min_size=1, max_size=15))
    return [
        *(replace(step, factors=Factors.OTHER) for step in readings),
        draw(_good),
    ]


def _unread(steps: list[Step]) -> list[Step]:
    """Let the factors of readings be unread."""
    return [replace(step, factors=Factors.UNREAD) for step in steps]


@st.composite
def _exchange(draw: st.DrawFn) -> list[Step]:
    """Draw the last minutes of a meter, in which all is well, and the next meter."""
    part = draw(st.integers(0, 850) | st.integers(0, 2000))
    # What flows after the last reading of a meter is known to nobody.
    return [Step(seconds=160)] * 7 + [Step(seconds=10, watts=0, exchange=part)]


@st.composite
def streams(draw: st.DrawFn) -> Stream:
    """Draw a stream."""
    start = draw(st.sampled_from([0, 1, 999, 5000, 321_000, 11_743_027, 10**9]))
    crashes = start >= LARGE and draw(st.booleans())
    gap = st.builds(
        Step, seconds=st.sampled_from([901, HOUR, DAY, 30 * DAY]), watts=_watts
    )
    clock = st.sampled_from([-20 * 365 * DAY, -DAY, -HOUR, HOUR, DAY, 20 * 365 * DAY])
    restart = st.builds(
        Step,
        seconds=st.sampled_from([5, 60, 600, DAY]),
        watts=_watts,
        restart=st.sampled_from(Restart) if crashes else st.just(Restart.ORDERLY),
    )
    episode = st.one_of(
        st.lists(_good, min_size=1, max_size=15),
        _bad(),
        _replay(),
        st.one_of(
            gap,
            restart,
            st.builds(Step, seconds=_pause, host_clock=clock),
            st.builds(Step, seconds=_pause, meter_clock=clock),
        ).map(lambda step: [step]),
    )
    # The first reading after a restart or gap may be wrong.
    hard = st.tuples(st.one_of(gap, restart), _bad()).map(
        lambda pair: [_led_by(pair[0], pair[1][0]), *pair[1][1:]]
    )
    any_of_them = episode | hard
    episodes = draw(
        st.lists(
            any_of_them | any_of_them.map(_unread) | _other_factors(),
            min_size=3,
            max_size=25,
        )
    )
    if draw(st.booleans()):
        # Numbers that change twice within an hour prove nothing.
        at = draw(st.integers(0, len(episodes)))
        episodes.insert(at, draw(_exchange()))
    return Stream(
        start=start,
        timed=draw(st.booleans()),
        coarse=draw(st.sampled_from([1, 1, 1, 100, 1000, 10_000, 30_000])),
        raw=draw(st.booleans()),
        steps=tuple(step for each in episodes for step in each),
    )


def _led_by(before: Step, step: Step) -> Step:
    """Let a reading follow the gap or restart of another step."""
    return replace(
        step, seconds=before.seconds, watts=before.watts, restart=before.restart
    )


def settling(every: int = 300) -> Iterator[Step]:
    """Yield good readings until the counter exceeds any level believed by mistake."""
    yield from [Step(seconds=60)] * 15
    yield from [Step(seconds=every, watts=20_000)] * (130 * HOUR // 20 // every)
    yield Step(seconds=10, watts=360)


@cache
def drawn(count: int, most_steps: int) -> tuple[Stream, ...]:
    """Return the same streams every time, of limited length and most various."""
    found: list[Stream] = []

    @settings(
        max_examples=300,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        deadline=None,
    )
    @given(stream=streams())
    def keep(stream: Stream) -> None:
        if len(stream.steps) <= most_steps:
            found.append(stream)

    with catch_warnings():
        # Hypothesis 6.170 warns about reference counting in Python 3.14.
        simplefilter("ignore", HypothesisWarning)
        keep()
    chosen: list[Stream] = []
    seen: Counter[object] = Counter()
    for _ in range(count):
        best = max(
            found,
            key=lambda each: sum(10.0 ** -seen[what] for what in each.features),
        )
        found.remove(best)
        chosen.append(best)
        seen.update(best.features)
    return tuple(chosen)
