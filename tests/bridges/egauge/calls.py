"""Call commands of the device, and check requests and answers against schemas."""

from functools import cache
import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util.yaml import load_yaml_dict
from jsonschema import Draft202012Validator

from tests.bridges.egauge.conftest import FIXTURES

# The vendor's own description, if it is present beside the repository.
_SPEC = Path(__file__).parents[4] / "shared" / "specs" / "egauge-webapi-openapi.yaml"


@cache
def spec() -> dict[Any, Any] | None:
    """Return the vendor's description, if it is present."""
    return load_yaml_dict(str(_SPEC)) if _SPEC.exists() else None


@cache
def shapes() -> dict[str, Any]:
    """Return our own schemas of answers and of the bodies of commands."""
    found: dict[str, Any] = json.loads((FIXTURES / "shapes.json").read_text())
    return found


def judge(body: object, path: str, method: str = "get", status: str = "200") -> None:
    """Check an answer against our own schema, and the vendor's if present."""
    ours = shapes()["answers"][f"{method} {path} {status}"]
    Draft202012Validator(ours).validate(body)
    if not (vendors := spec()):
        return
    answer = vendors["paths"][path][method]["responses"][status]
    schema = answer["content"]["application/json"]["schema"]
    if alternatives := schema.get("oneOf"):
        # The alternatives are so general that most answers match more than one.
        is_condition = isinstance(body, dict) and "current" in body
        schema = alternatives[1 if is_condition else 0]
    Draft202012Validator({**schema, "components": vendors["components"]}).validate(body)


def judge_body(name: str, body: object) -> None:
    """Check the body of a command against our own schema, and the vendor's."""
    Draft202012Validator(shapes()["commands"][name]).validate(body)
    if not (vendors := spec()):
        return
    request = vendors["paths"][f"/cmd/{name}"]["post"].get("requestBody")
    if request is None:
        assert body is None
        return
    schema = request["content"]["application/json"]["schema"]
    Draft202012Validator({**schema, "components": vendors["components"]}).validate(body)


async def press(hass: HomeAssistant, name: str) -> None:
    """Press a button."""
    await hass.services.async_call(
        "button", "press", {"entity_id": f"button.bridge_{name}"}, blocking=True
    )
