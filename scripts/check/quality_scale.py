"""Check quality_scale.yaml against the rules of the Integration Quality Scale."""

from collections.abc import Iterator
import re

from homeassistant.const import Platform
from probatio import In, Invalid, Required, Schema

from .repository import Json, Problem, Repository, judge
from .words import find

_TIERS = {
    "bronze": """
        action-setup appropriate-polling brands common-modules config-flow
        config-flow-test-coverage dependency-transparency docs-actions docs-conditions
        docs-high-level-description docs-installation-instructions
        docs-removal-instructions docs-triggers entity-event-setup entity-unique-id
        has-entity-name runtime-data test-before-configure test-before-setup
        unique-config-entry
    """,
    "silver": """
        action-exceptions config-entry-unloading docs-configuration-parameters
        docs-installation-parameters entity-unavailable integration-owner
        log-when-unavailable parallel-updates reauthentication-flow test-coverage
    """,
    "gold": """
        devices diagnostics discovery discovery-update-info docs-data-update
        docs-examples docs-known-limitations docs-supported-devices
        docs-supported-functions docs-troubleshooting docs-use-cases dynamic-devices
        entity-category entity-device-class entity-disabled-by-default
        entity-translations exception-translations icon-translations
        reconfiguration-flow repair-issues stale-devices
    """,
    "platinum": "async-dependency inject-websession strict-typing",
}
RULES = {tier: tuple(rules.split()) for tier, rules in _TIERS.items()}


def _comment(value: Json) -> str:
    """Accept one line that says something."""
    if not isinstance(value, str) or not value.strip() or "\n" in value.strip():
        raise Invalid("is no line that says how, or why not")
    return value


_RULE = {
    Required("status"): In(["done", "exempt", "todo"]),
    Required("comment"): _comment,
}
SCALE = Schema(
    {
        Required("rules"): {
            Required(rule): _RULE for tier in RULES.values() for rule in tier
        }
    }
)
# Text that the code must contain if a rule is "done", where a text search can tell.
EVIDENCE = {
    "action-setup": ("__init__.py", r"async def async_setup\("),
    "config-entry-unloading": ("__init__.py", r"async def async_unload_entry\("),
    "config-flow": ("config_flow.py", r"async def async_step_user\("),
    "diagnostics": ("diagnostics.py", r"def async_get_config_entry_diagnostics\("),
    "discovery": ("config_flow.py", r"async def async_step_zeroconf\("),
    "discovery-update-info": ("flow/following.py", r"async_update_entry\("),
    "has-entity-name": ("entity.py", r"_attr_has_entity_name = True"),
    "icon-translations": ("icons.json", r'"entity"'),
    "reauthentication-flow": ("config_flow.py", r"async def async_step_reauth\("),
    "reconfiguration-flow": ("config_flow.py", r"async def async_step_reconfigure\("),
    "repair-issues": ("repairs.py", r"async def async_create_fix_flow\("),
    "runtime-data": ("__init__.py", r"entry\.runtime_data = "),
    "stale-devices": ("__init__.py", r"async def async_remove_config_entry_device\("),
    "test-before-setup": ("__init__.py", r"ConfigEntryNotReady"),
    "unique-config-entry": ("config_flow.py", r"async_set_unique_id\("),
}


def check(repository: Repository) -> Iterator[Problem]:
    """Report rules that are unknown, missing, unexplained, or that the code breaks."""
    path = f"{repository.integration}/quality_scale.yaml"
    if path not in repository.files:
        yield Problem(path, "is missing")
        return
    scale = repository.mapping(path)
    yield from judge(path, SCALE, scale)
    rules = find(scale, ("rules",))
    if list(rules) != [rule for tier in RULES.values() for rule in tier]:
        yield Problem(path, "rules are not in order: by tier, then by alphabet")
    for rule, (name, pattern) in EVIDENCE.items():
        text = repository.text(f"{repository.integration}/{name}") or ""
        if _is_done(rules, rule) and not re.search(pattern, text):
            yield Problem(path, f"{rule}: is done, but {name} has no {pattern}")
    for platform in Platform:
        code = repository.text(f"{repository.integration}/{platform}.py")
        if code is None or not _is_done(rules, "parallel-updates"):
            continue
        if not re.search(r"^PARALLEL_UPDATES = \d$", code, re.MULTILINE):
            yield Problem(path, f"parallel-updates: is done, but not in {platform}.py")


def _is_done(rules: dict[str, Json], rule: str) -> bool:
    """Tell whether the file says that a rule is done."""
    return find(rules, (rule,)).get("status") == "done"
