"""Actions of all kinds: one name for one idea, described as they are validated."""

from collections.abc import Mapping
from pathlib import Path

from homeassistant.util.yaml import load_yaml_dict
import probatio

from custom_components.meter_bridge import services
from custom_components.meter_bridge.bridges import BRIDGES

FIELDS: list[tuple[str, Mapping[probatio.Marker, object]]] = [
    (action.key, action.fields)
    for bridge in BRIDGES.values()
    for action in bridge.actions
]


def test_one_name_has_the_same_fields() -> None:
    """An action of several kinds has the same fields, of which the same is required."""
    known = dict(FIELDS)
    for key, fields in FIELDS:
        assert fields == known[key]
        assert [*map(type, fields)] == [*map(type, known[key])]
    for bridge in BRIDGES.values():
        names = [action.key for action in bridge.actions]
        assert len(names) == len(set(names))


def test_every_field_is_described() -> None:
    """The form that an owner fills has the fields that are validated."""
    path = Path(services.__file__).with_name("services.yaml")
    described = {
        key: value["fields"] for key, value in load_yaml_dict(str(path)).items()
    }
    # Every kind of bridge has the last two.
    shared = {"import_history", "undo_import"}
    assert described.keys() == {key for key, _ in FIELDS} | shared
    for key, fields in FIELDS:
        wanted = {str(marker.schema) for marker in fields}
        assert described[key].keys() == {"device_id", *wanted}
        for marker in fields:
            about = described[key][str(marker.schema)]
            is_required = isinstance(marker, probatio.Required)
            assert about.get("required", False) is is_required
