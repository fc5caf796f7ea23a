"""Check that the manifest declares the Home Assistant integrations that we import."""

import ast
from collections.abc import Iterator

from homeassistant.const import Platform

from .repository import Json, Problem, Repository

_PARTS = "homeassistant.components"
# Always loaded by Home Assistant, so that hassfest asks for no declaration.
_ALWAYS = {
    *(platform.value for platform in Platform),
    *("automation", "device_automation", "frontend", "group", "homeassistant"),
    *("onboarding", "persistent_notification", "script", "sun", "system_log"),
    *("system_health", "webhook", "websocket_api", "zone"),
}
DISCOVERY = ("bluetooth", "dhcp", "mqtt", "ssdp", "usb", "zeroconf")


def imported(source: str) -> set[str]:
    """Return the integrations of Home Assistant that a module imports at run time."""
    found: set[str] = set()
    pending: list[ast.AST] = [ast.parse(source)]
    while pending:
        match pending.pop():
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                continue
            case ast.ImportFrom(module=str(module), names=names) if module == _PARTS:
                found |= {alias.name for alias in names}
            case ast.ImportFrom(module=str(module)):
                found |= _part(module)
            case ast.Import(names=names):
                found = found.union(*(_part(alias.name) for alias in names))
            case node:
                pending += ast.iter_child_nodes(node)
    return found


def check(repository: Repository) -> Iterator[Problem]:
    """Report integrations that are imported but not declared."""
    manifest = repository.mapping(f"{repository.integration}/manifest.json")
    allowed = _ALWAYS | _names(manifest.get("dependencies"))
    allowed |= _names(manifest.get("after_dependencies"))
    allowed |= {name for name in DISCOVERY if name in manifest}
    for path in repository.sources():
        inside = path.removeprefix(f"{repository.integration}/")
        try:
            parts = imported(repository.text(path) or "")
        except SyntaxError as err:
            yield Problem(path, f"cannot be parsed: {err}")
            continue
        # Home Assistant imports diagnostics.py only once `diagnostics` is loaded.
        for part in parts - allowed - {inside.removesuffix(".py").split("/")[0]}:
            if f"{repository.integration}/{part}.py" not in repository.files:
                yield Problem(path, f"imports {part}, which the manifest does not name")


def _part(module: str) -> set[str]:
    """Return the integration of Home Assistant that a module belongs to."""
    return {module.split(".")[2]} if module.startswith(f"{_PARTS}.") else set()


def _names(content: Json) -> set[str]:
    """Return the names in a list of the manifest."""
    return {str(name) for name in content} if isinstance(content, list) else set()
