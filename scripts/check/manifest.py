"""Check manifest.json."""

from collections.abc import Iterator
import re

from probatio import In, Invalid, Optional, Required, Schema

from .repository import DOMAIN, Json, Problem, Repository, judge

# SemVer, as in release tags; Home Assistant itself would accept other schemes as well.
VERSION = re.compile(r"\d+\.\d+\.\d+(-[a-z]+\.?\d+)?|\d+\.\d+\.\d+(a|b|rc)\d+")
IOT_CLASSES = (
    *("assumed_state", "calculated", "cloud_polling", "cloud_push"),
    *("local_polling", "local_push"),
)
INTEGRATION_TYPES = (
    *("device", "entity", "hardware", "helper", "hub", "service", "system"),
)
# How devices are reached. Home Assistant 2026.12 lists integrations by this, and by
# categories.
CONNECTIVITIES = (
    *("bluetooth", "cloud", "dali", "enocean", "host", "infrared", "insteon", "knx"),
    *("lorawan", "matter", "modbus", "mqtt", "network", "onewire", "rf", "serial"),
    *("thread", "zigbee", "zwave"),
)
# Home Assistant shows every custom integration as "custom", whatever it claims.
QUALITY_SCALES = ("custom",)


def _lower(value: Json) -> str:
    """Accept lower-case text: Home Assistant lower-cases what it matches."""
    if not isinstance(value, str) or value != value.lower():
        raise Invalid("is not lower-case text, so it never matches")
    return value


def _service(value: Json) -> str:
    """Accept an mDNS service type."""
    if not re.fullmatch(r"_[a-z0-9-]+\._(tcp|udp)\.local\.", _lower(value)):
        raise Invalid("is no service type: _name._tcp.local.")
    return str(value)


def _link(value: Json) -> str:
    """Accept an https address."""
    if not isinstance(value, str) or not re.fullmatch(r"https://[\w.-]+/\S*", value):
        raise Invalid("is no https address")
    return value


def _owner(value: Json) -> str:
    """Accept a GitHub account or team."""
    if not isinstance(value, str) or not re.fullmatch(r"@[\w-]+(/[\w-]+)?", value):
        raise Invalid("is no GitHub account: @name")
    return value


def _category(value: Json) -> str:
    """Accept a category, alone or with one below it."""
    if not isinstance(value, str) or not re.fullmatch(
        r"[a-z]+(_[a-z]+)*(\.[a-z]+(_[a-z]+)*)?", value
    ):
        raise Invalid("is no category: energy.meters_monitoring")
    return value


def _version(value: Json) -> str:
    """Accept a version that Home Assistant can order."""
    if not isinstance(value, str) or not VERSION.fullmatch(value):
        raise Invalid("is no version: 1.2.3 or 1.2.3-beta.1")
    return value


_MATCHER = Schema(
    {
        Required("type"): _service,
        Optional("name"): _lower,
        Optional("properties"): {_lower: _lower},
    }
)


def _matcher(value: Json) -> Json:
    """Accept a service type alone or with a name or properties to match."""
    if isinstance(value, str):
        return _service(value)
    _MATCHER(value)
    return value


# Host names in DHCP requests, and the first digits of manufacturers' MAC addresses.
_LEASE = {
    Optional("hostname"): _lower,
    Optional("macaddress"): str,
    Optional("registered_devices"): bool,
}

MANIFEST = Schema(
    {
        Required("domain"): In([DOMAIN]),
        Required("name"): str,
        Optional("after_dependencies"): [str],
        Optional("categories"): [_category],
        Required("codeowners"): [_owner],
        Optional("config_flow"): bool,
        Optional("connectivity"): [In(CONNECTIVITIES)],
        Optional("dependencies"): [str],
        Optional("dhcp"): [_LEASE],
        Required("documentation"): _link,
        Optional("import_executor"): bool,
        Required("integration_type"): In(INTEGRATION_TYPES),
        Required("iot_class"): In(IOT_CLASSES),
        Required("issue_tracker"): _link,
        Optional("loggers"): [str],
        Optional("quality_scale"): In(QUALITY_SCALES),
        Optional("requirements"): list,
        Optional("single_config_entry"): bool,
        Required("version"): _version,
        Optional("zeroconf"): [_matcher],
    }
)


def check(repository: Repository) -> Iterator[Problem]:
    """Report what is wrong with the manifest."""
    path = f"{repository.integration}/manifest.json"
    manifest = repository.mapping(path)
    if path not in repository.files:
        yield Problem(path, "is missing")
        return
    yield from judge(path, MANIFEST, manifest)
    keys = [key for key in manifest if key not in ("domain", "name")]
    if list(manifest)[:2] != ["domain", "name"] or keys != sorted(keys):
        yield Problem(path, "keys are not in order: domain, name, then by alphabet")
    if manifest.get("requirements"):
        yield Problem(path, "requirements: this integration installs no packages")
    if not manifest.get("codeowners"):
        yield Problem(path, "codeowners: there is none")
    for name in ("dependencies", "after_dependencies"):
        parts = manifest.get(name)
        if isinstance(parts, list) and parts != sorted(set(map(str, parts))):
            yield Problem(path, f"{name}: are not in order, or one stands twice")
    flow = f"{repository.integration}/config_flow.py" in repository.files
    if flow != bool(manifest.get("config_flow")):
        yield Problem(path, "config_flow: does not say whether config_flow.py exists")
