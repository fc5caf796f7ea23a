"""Calling what the device can do, and judging what it is told."""

from functools import cache
import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util.yaml import load_yaml_dict
from jsonschema import Draft202012Validator

from tests.bridges.egauge.conftest import FIXTURES

# The vendor's own description, where somebody has put it beside the repository.
_SPEC = Path(__file__).parents[4] / "shared" / "specs" / "egauge-webapi-openapi.yaml"


@cache
def spec() -> dict[Any, Any] | None:
    """Load the vendor's description, if it is here."""
    return load_yaml_dict(str(_SPEC)) if _SPEC.exists() else None


@cache
def shapes() -> dict[str, Any]:
    """Load what we expect of answers and of the bodies of commands."""
    found: dict[str, Any] = json.loads((FIXTURES / "shapes.json").read_text())
    return found


def judge(body: object, path: str, method: str = "get", status: str = "200") -> None:
    """Judge an answer by our own schema, and by the vendor's where that is here."""
    ours = shapes()["answers"][f"{method} {path} {status}"]
    Draft202012Validator(ours).validate(body)
    if not (vendors := spec()):
        return
    answer = vendors["paths"][path][method]["responses"][status]
    schema = answer["content"]["application/json"]["schema"]
    if alternatives := schema.get("oneOf"):
        # They are worded so loosely that most answers would fit more than one.
        is_condition = isinstance(body, dict) and "current" in body
        schema = alternatives[1 if is_condition else 0]
    Draft202012Validator({**schema, "components": vendors["components"]}).validate(body)


def judge_body(name: str, body: object) -> None:
    """Judge the body of a command by our own schema, and by the vendor's."""
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
