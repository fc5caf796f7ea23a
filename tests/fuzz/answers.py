"""Decode the answers of each kind of bridge, as far as what its owner sees."""

from math import isfinite

import orjson

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.errors import BridgeError
from custom_components.meter_bridge.bridges.snapshot import Snapshot
from custom_components.meter_bridge.meter.plausible import Limits
from custom_components.meter_bridge.values.board import Board
from tests.kinds import KINDS
from tests.support.decoding import Decode

_TURNS_PER_CHECK = 64


class Owner:
    """Look at snapshots as the coordinator does, down to each entity's value."""

    def __init__(self, key: str) -> None:
        """Have an entry of this kind."""
        bridge = BRIDGES[key]
        self._board = Board(bridge, Limits(max_power=bridge.max_power))

    def look(self, snapshot: Snapshot[object]) -> None:
        """Judge what was read; a number that is none would be our mistake."""
        for reading in snapshot.readings:
            assert all(map(isfinite, reading.values.values()))
        self._board.take(snapshot)
        assert all(
            isfinite(value)
            for value in self._board.values.values()
            if isinstance(value, float)
        )
        # What has to survive a restart must be such that it can be stored.
        orjson.dumps(self._board.as_stored())


def answers_of(key: str) -> Decode:
    """Return what decodes each body as if it came from any of its kind's sources."""
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
