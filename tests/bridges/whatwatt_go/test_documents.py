"""The simulated settings: PUT merges, POST resets, and no secret comes out.

They are judged by schemas of our own, and by the vendor's where those are present.
"""

from functools import cache
import json
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from homeassistant.util.yaml import load_yaml_dict
import jsonschema
import pytest

from tests.bridges.whatwatt_go.conftest import FIXTURES
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator

# The vendor's own description, if it is present beside the repository.
_SPEC = Path(__file__).parents[4] / "shared" / "specs" / "whatwatt-go-openapi.yaml"
SECRET = "0123456789abcdef" * 2
CHANGES: dict[str, dict[str, Any]] = {
    "/api/v1/settings": {
        "system": {"password": SECRET[:31]},
        "services": {"report_interval": 60, "sd": {"frequency": 900}},
    },
    "/api/v1/meter/settings": {
        "encryption": True,
        "encryption_key": SECRET,
        "authentication_key": SECRET,
    },
    "/api/v1/wifi/sta/settings": {"name": "guests", "password": SECRET},
    "/api/v1/eth/settings": {"enable": False},
    "/api/v1/mqtt/settings": {
        "url": "mqtt://broker.example",
        "password": SECRET,
        "publish": {"topic": "house"},
    },
}
SECRETS = ("password", "encryption_key", "authentication_key")


@cache
def schemas() -> dict[str, Any]:
    """Return our own schemas of answers, by path."""
    found: dict[str, Any] = json.loads((FIXTURES / "documents.json").read_text())
    return found


def judge(path: str, answer: object) -> None:
    """Judge an answer by our own schema, and by the vendor's if it is present."""
    jsonschema.validate(answer, schemas()[path])
    if _SPEC.exists() and path in (paths := load_yaml_dict(str(_SPEC))["paths"]):
        good = paths[path]["get"]["responses"]["200"]["content"]
        jsonschema.validate(answer, good["application/json"]["schema"])


def shown(changes: dict[str, Any]) -> dict[str, Any]:
    """Return what of changes an answer shows: all but the secrets."""
    return {
        key: shown(value) if isinstance(value, dict) else value
        for key, value in changes.items()
        if key not in SECRETS
    }


def has(answer: dict[str, Any], changes: dict[str, Any]) -> bool:
    """Tell whether an answer has all of these, however deep."""
    return all(
        has(answer[key], value) if isinstance(value, dict) else answer[key] == value
        for key, value in changes.items()
    )


@pytest.mark.parametrize("path", CHANGES)
async def test_what_is_chosen_is_kept(
    simulator: WhatwattGoSimulator, session: ClientSession, path: str
) -> None:
    """PUT changes what it names and nothing else; POST resets all that it leaves out.

    No answer contains a password or a key.
    """
    simulator.ethernet_up = True
    url, changes = f"http://{simulator.address}{path}", CHANGES[path]
    async with session.get(url) as response:
        first = await response.json()
    judge(path, first)
    async with session.put(url, json=changes) as response:
        merged = await response.json()
    judge(path, merged)
    assert has(merged, shown(changes))
    for answer in (first, merged):
        assert SECRET[:31] not in json.dumps(answer)
    kept = {key: value for key, value in first.items() if key not in changes}
    assert has(merged, kept)
    async with session.post(url, json={}) as response:
        reset = await response.json()
    judge(path, reset)
    assert not has(reset, shown(changes)) or not shown(changes)


@pytest.mark.parametrize("path", ["/api/v1/wifi/scan", "/api/v1/variables"])
async def test_lists(
    simulator: WhatwattGoSimulator, session: ClientSession, path: str
) -> None:
    """Networks and variables are lists as the vendor describes them."""
    async with session.get(f"http://{simulator.address}{path}") as response:
        judge(path, await response.json())
