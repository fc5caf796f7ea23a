"""Find the words for a person that stand in a module instead of a translation."""

import ast
from collections.abc import Iterator
import re

LETTER = re.compile(r"[^\W\d_]")
_KEY = re.compile(r"[a-z0-9_]*")
_PROSE = re.compile(r"\b[a-z]{2,},? [a-z]{2,}\b")

# What tells a person that something failed.
_EXCEPTIONS = {
    *("ConfigEntryAuthFailed", "ConfigEntryError", "ConfigEntryNotReady"),
    *("HomeAssistantError", "PlatformNotReady", "ServiceValidationError"),
    *("UpdateFailed",),
}
# What Home Assistant shows of what it is given.
_SHOWN = {
    *("description", "label", "message", "name", "notification_title", "reason"),
    *("release_notes", "release_summary", "summary", "title"),
}
# What it fills into sentences, or shows at each field of a form.
_FILLED_IN = {
    *("description_placeholders", "errors", "placeholders", "title_placeholders"),
    "translation_placeholders",
}
# What passes on words as they are: those of a bridge, or of who validates.
_VERBATIM = {"BridgeRefusedError", "Invalid"}
# A kind of bridge is called as its maker calls it.
_NAMED = {"BridgeType"}
# What only a log tells: a bridge's error has a translation, a task merely a name.
_LOGS = re.compile(r"LOGGER\.\w+|\w+Error|kind|.*\.async_create_background_task")

# What the front end knows and translates: how a trigger names its cause.
_KNOWN = {"state of "}


def spoken(source: str) -> Iterator[int]:
    """Yield the lines of a module that hold words for a person."""
    for node in ast.walk(ast.parse(source)):
        found = False
        match node:
            case ast.Call():
                found = _speaks(node)
            case ast.Raise(exc=ast.Name(id=name)):
                found = name in _EXCEPTIONS
            case ast.Assign(targets=[target], value=value):
                name = _name(target)
                found = name.startswith("_attr_") and _is_shown(name, [value])
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                ends = [each for each in ast.walk(node) if isinstance(each, ast.Return)]
                found = _is_shown(name, [each.value for each in ends])
        if found and isinstance(node, ast.stmt | ast.expr):
            yield node.lineno


def prose(source: str) -> Iterator[int]:
    """Yield the lines of a module that hold a sentence which is not for the log."""
    tree = ast.parse(source)
    silent = [node for node in ast.walk(tree) if _is_silent(node)]
    told = {found for node in silent for found, _ in _texts(node)}
    for found, text in _texts(tree):
        if found not in told and text not in _KNOWN and _PROSE.search(text):
            yield found.lineno


def _is_silent(node: ast.AST) -> bool:
    """Tell whether nobody is told what stands in this: a docstring, or for the log."""
    match node:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Call(func=called):
            return bool(_LOGS.fullmatch(ast.unparse(called)))
        case _:
            return False


def _speaks(node: ast.Call) -> bool:
    """Tell whether a call hands over words for a person."""
    name, keywords = _name(node.func), {each.arg: each.value for each in node.keywords}
    words = [value for key, value in keywords.items() if key in _SHOWN]
    for key, value in keywords.items():
        if key in _FILLED_IN and isinstance(value, ast.Dict):
            words += value.values
    if name in _EXCEPTIONS:
        if "translation_key" not in keywords:
            return True
        words += node.args
    if name in _VERBATIM and any(map(_has_letter, node.args)):
        return True
    return name not in _NAMED and any(map(_is_text, words))


def _is_shown(name: str, values: list[ast.expr] | list[ast.expr | None]) -> bool:
    """Tell whether what an attribute or a method gives is text that is shown."""
    shown = name.removeprefix("_attr_").removeprefix("async_") in _SHOWN
    return shown and any(map(_is_text, values))


def _name(node: ast.expr) -> str:
    """Return the last part of a name."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _is_text(node: ast.expr | None) -> bool:
    """Tell whether this is text with a letter of our own in it, and no key."""
    match node:
        case ast.Constant(value=str(value)):
            return bool(LETTER.search(value)) and not _KEY.fullmatch(value)
        case ast.JoinedStr(values=values):
            return any(map(_is_text, values))
        case _:
            return False


def _has_letter(node: ast.expr) -> bool:
    """Tell whether any text with a letter goes into this."""
    return any(LETTER.search(text) for _, text in _texts(node))


def _texts(node: ast.AST) -> Iterator[tuple[ast.Constant, str]]:
    """Yield every text that stands in this."""
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each, each.value
