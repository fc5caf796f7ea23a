"""What a bridge said last, as it was sent, for whoever looks for a fault."""

from dataclasses import dataclass

KEPT_BYTES = 1 << 16
KEPT_ANSWERS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer with its status, or a message of a stream, without one.

    Of one too large to be kept `body` is None.
    """

    status: int | None
    size: int
    body: bytes | str | None


class Heard:
    """The last answer to each question, and the last message of each stream.

    It holds references and cannot grow: of too many the oldest goes.
    """

    def __init__(self) -> None:
        """Nothing was said yet."""
        self._said: dict[str, Said] = {}

    def note(self, asked: str, body: bytes | str, status: int | None = None) -> None:
        """Keep what was said, in place of what was said to the same before."""
        size = len(body)
        self._said.pop(asked, None)
        self._said[asked] = Said(
            status=status, size=size, body=body if size <= KEPT_BYTES else None
        )
        if len(self._said) > KEPT_ANSWERS:
            del self._said[next(iter(self._said))]

    def last(self) -> dict[str, Said]:
        """Return what was said last, by what was asked."""
        return dict(self._said)
