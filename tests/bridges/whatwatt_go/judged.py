"""Check answers and requests against our own schemas, and the vendor's if present."""

from typing import Any

from jsonschema import Draft202012Validator

from tests.bridges.whatwatt_go.conftest import FIXTURES
from tests.support.described import own, vendors

_SPEC = "whatwatt-go-openapi.yaml"


def judge_answer(path: str, body: object) -> None:
    """Check the answer to a GET; no key may be unknown to our own schemas."""
    _judge("answers", path, body)
    if (spec := vendors(_SPEC)) and (get := spec["paths"].get(path, {}).get("get")):
        schema = get["responses"]["200"]["content"]["application/json"]["schema"]
        Draft202012Validator(schema).validate(body)


def judge_request(path: str, body: object) -> None:
    """Check the body of a PUT, which may hold any part; no key may be unknown."""
    _judge("requests", path, body)
    if (spec := vendors(_SPEC)) and (put := spec["paths"].get(path, {}).get("put")):
        schema = put["requestBody"]["content"]["application/json"]["schema"]
        Draft202012Validator(_strict(schema)).validate(body)


def _judge(group: str, path: str, body: object) -> None:
    """Check a body against our own schema."""
    shapes = own(FIXTURES)
    schema = {**shapes[group][path], "$defs": shapes["$defs"]}
    Draft202012Validator(schema).validate(body)


def _strict(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that allows no unknown key."""
    if "properties" not in schema:
        return schema
    known = {key: _strict(each) for key, each in schema["properties"].items()}
    return {**schema, "properties": known, "additionalProperties": False}
