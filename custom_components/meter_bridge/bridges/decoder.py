"""Turn the bytes of one bridge into snapshots, without a connection."""

from abc import ABC, abstractmethod

from .snapshot import Snapshot


class Decoder[D](ABC):
    """Keep what one bridge has sent, answer by answer and message by message.

    Its client gives it every answer and every pushed message, undecoded. Tests and
    benchmarks do the same, so that they run the client's own code.
    """

    @abstractmethod
    def take(self, source: str, body: bytes | str) -> bool:
        """Decode and keep a body; return whether it says anything new.

        `source` names the request or stream that it comes from; the module that defines
        the decoder has a constant for each. Raises BridgeErrors and nothing else.
        """

    @abstractmethod
    def snapshot(self) -> Snapshot[D]:
        """Return everything that is known now."""
