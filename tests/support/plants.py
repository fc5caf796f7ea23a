"""Secrets that replace texts of a bridge, and can be found again in any spelling."""

from collections.abc import Iterable, Iterator
import json
from random import Random
import re
import string

from .simulator import Json

# The length of a part that still identifies a secret.
_PART = 6
_LETTERS = string.ascii_lowercase + string.digits
_HARDWARE = re.compile(r"[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5,7}")
_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")


class Plants:
    """The planted secrets, and their JSON keys."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        """Leave the values of these keys unchanged: the client needs them."""
        self._vocabulary = set(vocabulary)
        self.keys: dict[str, set[str]] = {}

    def add(self, key: str, secret: str) -> str:
        """Add a secret."""
        self.keys.setdefault(secret, set()).add(key)
        return secret

    def secret_for(self, key: str, value: str) -> str:
        """Return the secret for a value: of the same form, and always the same."""
        random = Random(value)  # noqa: S311 (no secret, merely looks like one)
        if _HARDWARE.fullmatch(value):
            pairs = (f"{random.randrange(256):02X}" for _ in re.split("[:-]", value))
            return self.add(key, ":".join(pairs))
        if _ADDRESS.fullmatch(value):
            parts = (str(random.randrange(100, 256)) for _ in range(4))
            return self.add(key, ".".join(parts))
        return self.add(key, "".join(random.choices(_LETTERS, k=12)))

    def _planted(self, key: str, value: Json) -> Json:
        """Return a copy of a value, with every text replaced by a secret."""
        if isinstance(value, dict):
            return {each: self._planted(each, inner) for each, inner in value.items()}
        if isinstance(value, list):
            return [self._planted(key, inner) for inner in value]
        if not isinstance(value, str) or not value or key in self._vocabulary:
            return value
        if value.lstrip().startswith("{"):
            return json.dumps(self._planted(key, json.loads(value)))
        return self.secret_for(key, value)

    def change(self, body: bytes) -> bytes:
        """Replace the texts of a JSON body; add keys that a later firmware may send."""
        try:
            value: Json = json.loads(body)
        except ValueError:
            return body
        if isinstance(value, dict):
            value = {**value, **_EXTRA}
        return json.dumps(self._planted("", value)).encode()

    def found_in(self, text: str) -> Iterator[str]:
        """Yield the secrets of which a text contains at least a part.

        A part with digits only does not count: it may be any number.
        """
        spelt = _spelt(text)
        for secret in self.keys:
            known = _spelt(secret)
            parts = {known[at : at + _PART] for at in range(len(known) - _PART + 1)}
            if secret in text or any(
                part in spelt and not part.isdecimal() for part in parts
            ):
                yield secret


# Added to every answer of a simulator.
_EXTRA: dict[str, Json] = {
    "wifiSsid": "a network",
    "access_point": {"BSSID": "02:00:5E:10:00:01", "psk": "a passphrase"},
    "userName": "a user",
    "admin-password": "a password",
    "api_token": "a token",
    "sta_ip": "192.0.2.77",
    "UUID": "an id",
}


def _spelt(text: str) -> str:
    """Return letters and digits only: an address can be written in several ways."""
    return "".join(letter for letter in text.lower() if letter.isalnum())
