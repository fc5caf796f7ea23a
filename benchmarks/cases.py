"""Which readings are measured: by bridge, the registers that change in one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How a bridge is measured.

    `changes` lists registers so that changing the first N of them changes N states,
    as far as this can be; `path` is where its readings come from, `body` what is sent
    to get one.
    """

    key: str
    path: str
    changes: tuple[tuple[str, ...], ...]
    pushes: bool = True
    registers: int = 0
    body: dict[str, str] | None = None

    @property
    def method(self) -> str:
        """Return how a reading is asked for."""
        return "POST" if self.body else "GET"


_VOLTS = ("32.7.0", "52.7.0", "72.7.0")
_POWERS = ("1.7.0", "21.7.0", "41.7.0", "61.7.0")

KINDS = (
    Kind(
        key="cozify_han",
        path="/ws",
        changes=(
            (),
            ("32.7.0",),
            (*_VOLTS, "1.8.0", "2.8.0"),
            # Each power changes net power as well.
            (
                *(*_VOLTS, "1.8.0", "2.8.0", "3.8.0", "4.8.0", *_POWERS),
                *("2.7.0", "22.7.0", "42.7.0", "62.7.0", "3.7.0"),
            ),
        ),
    ),
    Kind(
        key="egauge",
        path="/api/register?raw&rate&time=now&virtual=value",
        pushes=False,
        registers=24,
        changes=tuple(
            tuple(str(index) for index in range(count)) for count in (0, 1, 5, 20)
        ),
    ),
    Kind(
        key="iometer",
        path="/v1/reading",
        changes=(
            (),
            ("16.7.0",),
            ("16.7.0", "36.7.0", "56.7.0", "76.7.0", "1.8.0"),
            (
                *("16.7.0", "36.7.0", "56.7.0", "76.7.0"),
                *("1.8.0", "1.8.1", "1.8.2", "2.8.0"),
            ),
        ),
    ),
    Kind(
        key="octopus_home_pro",
        path="/get_meter_consumption",
        pushes=False,
        body={"meter_type": "elec"},
        # It tells when it heard the meter: that is a state too.
        changes=((), ("16.7.0",), ("16.7.0", "1.8.0")),
    ),
    Kind(
        key="whatwatt_go",
        path="/api/v1/live",
        changes=(
            (),
            ("32.7.0",),
            (*_VOLTS, "1.8.0", "2.8.0"),
            (
                *(*_VOLTS, "31.7.0", "51.7.0", "71.7.0", *_POWERS),
                *("1.8.0", "1.8.1", "1.8.2", "2.8.0", "2.8.1", "2.8.2"),
            ),
        ),
    ),
)
