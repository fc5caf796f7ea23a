"""Call commands of the device, and check requests and answers against schemas."""

from homeassistant.core import HomeAssistant
from jsonschema import Draft202012Validator

from tests.bridges.egauge.conftest import FIXTURES
from tests.support.described import own, vendors

_SPEC = "egauge-webapi-openapi.yaml"


def judge(body: object, path: str, method: str = "get", status: str = "200") -> None:
    """Check an answer against our own schema, and the vendor's if present."""
    ours = own(FIXTURES)["answers"][f"{method} {path} {status}"]
    Draft202012Validator(ours).validate(body)
    if not (spec := vendors(_SPEC)):
        return
    answer = spec["paths"][path][method]["responses"][status]
    schema = answer["content"]["application/json"]["schema"]
    if alternatives := schema.get("oneOf"):
        # The alternatives are so general that most answers match more than one.
        is_condition = isinstance(body, dict) and "current" in body
        schema = alternatives[1 if is_condition else 0]
    Draft202012Validator({**schema, "components": spec["components"]}).validate(body)


def judge_body(name: str, body: object) -> None:
    """Check the body of a command against our own schema, and the vendor's."""
    Draft202012Validator(own(FIXTURES)["commands"][name]).validate(body)
    if not (spec := vendors(_SPEC)):
        return
    request = spec["paths"][f"/cmd/{name}"]["post"].get("requestBody")
    if request is None:
        assert body is None
        return
    schema = request["content"]["application/json"]["schema"]
    Draft202012Validator({**schema, "components": spec["components"]}).validate(body)


async def press(hass: HomeAssistant, name: str) -> None:
    """Press a button."""
    await hass.services.async_call(
        "button", "press", {"entity_id": f"button.bridge_{name}"}, blocking=True
    )
