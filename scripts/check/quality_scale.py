"""Judge quality_scale.yaml against the rules of the Integration Quality Scale."""

from collections.abc import Iterator

from probatio import Any, In, Optional, Required, Schema

from .repository import Json, Problem, Repository, judge

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

_STATUS = Any(
    In(["done", "todo"]),
    {Required("status"): In(["done", "todo"]), Optional("comment"): str},
    {Required("status"): "exempt", Required("comment"): str},
    msg="is neither done, todo nor exempt with a comment",
)
SCALE = Schema(
    {
        Required("rules"): {
            Required(rule): _STATUS for tier in RULES.values() for rule in tier
        }
    }
)


def check(repository: Repository) -> Iterator[Problem]:
    """Report unknown and forgotten rules, and a claim they do not bear out."""
    path = f"{repository.integration}/quality_scale.yaml"
    manifest = repository.mapping(f"{repository.integration}/manifest.json")
    claim = manifest.get("quality_scale")
    if path not in repository.files:
        if claim:
            yield Problem(path, "is missing, though the manifest claims a scale")
        return
    scale = repository.mapping(path)
    yield from judge(path, SCALE, scale)
    rules = scale.get("rules")
    if claim not in RULES or not isinstance(rules, dict):
        return
    for tier, names in RULES.items():
        for name in names:
            if not _met(rules.get(name)):
                yield Problem(path, f"{name}: is open, but the manifest says {claim}")
        if tier == claim:
            return


def _met(rule: Json) -> bool:
    """Tell whether a rule is done or does not apply."""
    status = rule.get("status") if isinstance(rule, dict) else rule
    return status in ("done", "exempt")
