"""Secrets that are planted in what a bridge says, and found again in any spelling."""

from collections.abc import Iterable, Iterator
import json
from random import Random
import re
import string

from .simulator import Json

# A part of a secret that is long enough to be known by.
_PART = 6
_LETTERS = string.ascii_lowercase + string.digits
_HARDWARE = re.compile(r"[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5,7}")
_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")


class Plants:
    """What was planted, and under which keys."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        """Leave alone what stands under these keys: without it nothing is read."""
        self._vocabulary = set(vocabulary)
        self.keys: dict[str, set[str]] = {}

    def add(self, key: str, secret: str) -> str:
        """Know one secret more."""
        self.keys.setdefault(secret, set()).add(key)
        return secret

    def in_place_of(self, key: str, said: str) -> str:
        """Return a secret of the same shape, always the same one."""
        random = Random(said)  # noqa: S311 (no secret, merely looks like one)
        if _HARDWARE.fullmatch(said):
            pairs = (f"{random.randrange(256):02X}" for _ in re.split("[:-]", said))
            return self.add(key, ":".join(pairs))
        if _ADDRESS.fullmatch(said):
            parts = (str(random.randrange(100, 256)) for _ in range(4))
            return self.add(key, ".".join(parts))
        return self.add(key, "".join(random.choices(_LETTERS, k=12)))

    def _planted(self, key: str, value: Json) -> Json:
        """Copy a value with a secret in the place of each text."""
        if isinstance(value, dict):
            return {each: self._planted(each, inner) for each, inner in value.items()}
        if isinstance(value, list):
            return [self._planted(key, inner) for inner in value]
        if not isinstance(value, str) or not value or key in self._vocabulary:
            return value
        if value.lstrip().startswith("{"):
            return json.dumps(self._planted(key, json.loads(value)))
        return self.in_place_of(key, value)

    def change(self, body: bytes) -> bytes:
        """Plant in a body, if it is JSON; add what some firmware may come to say."""
        try:
            said: Json = json.loads(body)
        except ValueError:
            return body
        if isinstance(said, dict):
            said = {**said, **_MORE}
        return json.dumps(self._planted("", said)).encode()

    def found_in(self, text: str) -> Iterator[str]:
        """Yield the secrets of which at least a part stands in a text.

        Digits alone are no part: they may be anything.
        """
        spelt = _spelt(text)
        for secret in self.keys:
            known = _spelt(secret)
            parts = {known[at : at + _PART] for at in range(len(known) - _PART + 1)}
            if secret in text or any(
                part in spelt and not part.isdecimal() for part in parts
            ):
                yield secret


# In every answer, beside what the simulator says.
_MORE: dict[str, Json] = {
    "wifiSsid": "a network",
    "access_point": {"BSSID": "02:00:5E:10:00:01", "psk": "a passphrase"},
    "userName": "a user",
    "admin-password": "a password",
    "api_token": "a token",
    "sta_ip": "192.0.2.77",
    "UUID": "an id",
}


def _spelt(text: str) -> str:
    """Return letters and digits alone: one address is written in many ways."""
    return "".join(letter for letter in text.lower() if letter.isalnum())
