"""Decode the answers of each kind of bridge, up to the values that its owner sees."""

from math import isfinite

import orjson

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.errors import BridgeError
from custom_components.meter_bridge.bridges.snapshot import Snapshot
from custom_components.meter_bridge.meter.plausible import Limits
from custom_components.meter_bridge.values.board import Board
from tests.kinds import KINDS
from tests.support.decoding import Decode
from tests.support.readings import sent_values

_TURNS_PER_CHECK = 64


class Owner:
    """Processes snapshots as the coordinator does, up to the value of each entity."""

    def __init__(self, key: str) -> None:
        """Create what an entry of this kind has."""
        bridge = BRIDGES[key]
        self._board = Board(bridge, Limits(max_power=bridge.max_power))

    def look(self, snapshot: Snapshot[object]) -> None:
        """Process a snapshot; a value that is no finite number would be our fault."""
        for reading in snapshot.readings:
            assert all(map(isfinite, sent_values(reading).values()))
        self._board.take(snapshot)
        assert all(
            isfinite(value)
            for value in self._board.values.values()
            if isinstance(value, float)
        )
        # The data to store must be valid JSON.
        orjson.dumps(self._board.as_stored())


def answers_of(key: str) -> Decode:
    """Return a function that decodes a body as coming from each possible source."""
    owner, decoding, turns = Owner(key), KINDS[key].decoding, 0
    decoder = decoding.make()

    def decode(body: bytes) -> None:
        nonlocal turns
        for source, known in decoding.first:
            decoder.take(source, known)
        refusal, is_taken = None, False
        for source in decoding.sources(body):
            try:
                decoder.take(source, body)
            except BridgeError as error:
                refusal = error
            else:
                is_taken = True
        owner.look(decoder.snapshot())
        turns += 1
        if turns % _TURNS_PER_CHECK == 0:
            decoding.check(decoder)
        if refusal is not None and not is_taken:
            raise refusal

    return decode
