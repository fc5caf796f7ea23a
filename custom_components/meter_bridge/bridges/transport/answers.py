"""The latest answers of a bridge, unchanged, for diagnostics."""

from dataclasses import dataclass

KEPT_BYTES = 1 << 16
KEPT_ANSWERS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAnswer:
    """An answer with its status, or a message of a stream, whose status is None.

    `size` counts its bytes or characters. `body` is None if it was too large to keep.
    """

    status: int | None
    size: int
    body: bytes | str | None


class Answers:
    """The latest answer to each request, and the latest message of each stream.

    It keeps references, not copies, and at most `KEPT_ANSWERS` of them: the request
    that was answered longest ago goes first.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._latest: dict[str, RecordedAnswer] = {}

    def record(
        self, request: str, body: bytes | str, status: int | None = None
    ) -> None:
        """Keep an answer, in place of an earlier one to the same request."""
        size = len(body)
        self._latest.pop(request, None)
        self._latest[request] = RecordedAnswer(
            status=status, size=size, body=body if size <= KEPT_BYTES else None
        )
        if len(self._latest) > KEPT_ANSWERS:
            del self._latest[next(iter(self._latest))]

    def latest(self) -> dict[str, RecordedAnswer]:
        """Return the latest answers by request."""
        return dict(self._latest)
