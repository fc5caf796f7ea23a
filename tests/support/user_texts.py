"""Find texts for users in a module, which should be in a translation."""

import ast
from collections.abc import Iterator
import re

LETTER = re.compile(r"[^\W\d_]")
_KEY = re.compile(r"[a-z0-9_]*")
_SENTENCE = re.compile(r"\b[a-z]{2,},? [a-z]{2,}\b")

# Exceptions whose text is shown to users.
_EXCEPTIONS = {
    *("ConfigEntryAuthFailed", "ConfigEntryError", "ConfigEntryNotReady"),
    *("HomeAssistantError", "PlatformNotReady", "ServiceValidationError"),
    *("UpdateFailed",),
}
# Arguments and attributes that Home Assistant shows as they are.
_SHOWN = {
    *("description", "label", "message", "name", "notification_title", "reason"),
    *("release_notes", "release_summary", "summary", "title"),
}
# Arguments that it inserts into sentences, or shows at the fields of a form.
_FILLED_IN = {
    *("description_placeholders", "errors", "placeholders", "title_placeholders"),
    "translation_placeholders",
}
# Errors whose text is shown unchanged: those of a bridge, or of validation.
_VERBATIM = {"BridgeRefusedError", "Invalid"}
# The name of a kind of bridge is the manufacturer's, and not translated.
_NAMED = {"BridgeType"}
# Texts that appear only in a log: of errors that have a translation, names of tasks.
_LOGS = re.compile(r"LOGGER\.\w+|\w+Error|kind|.*\.async_create_background_task")

# Texts that the front end knows and translates: the cause of a trigger.
_KNOWN = {"state of "}


def user_texts(source: str) -> Iterator[int]:
    """Yield the lines of a module with a text for users."""
    for node in ast.walk(ast.parse(source)):
        found = False
        match node:
            case ast.Call():
                found = _has_user_text(node)
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


def user_sentences(source: str) -> Iterator[int]:
    """Yield the lines of a module with a sentence that is not for the log."""
    tree = ast.parse(source)
    hidden = [node for node in ast.walk(tree) if _is_not_shown(node)]
    ignored = {found for node in hidden for found, _ in _texts(node)}
    for found, text in _texts(tree):
        if found not in ignored and text not in _KNOWN and _SENTENCE.search(text):
            yield found.lineno


def _is_not_shown(node: ast.AST) -> bool:
    """Tell whether texts in a node are not shown: a docstring, or for the log."""
    match node:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Call(func=called):
            return bool(_LOGS.fullmatch(ast.unparse(called)))
        case _:
            return False


def _has_user_text(node: ast.Call) -> bool:
    """Tell whether a call has a text for users among its arguments."""
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
    """Tell whether an attribute or method returns a text that is shown."""
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
    """Tell whether a node is a text with letters, rather than a key."""
    match node:
        case ast.Constant(value=str(value)):
            return bool(LETTER.search(value)) and not _KEY.fullmatch(value)
        case ast.JoinedStr(values=values):
            return any(map(_is_text, values))
        case _:
            return False


def _has_letter(node: ast.expr) -> bool:
    """Tell whether a node contains a text with letters."""
    return any(LETTER.search(text) for _, text in _texts(node))


def _texts(node: ast.AST) -> Iterator[tuple[ast.Constant, str]]:
    """Yield all texts inside a node."""
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each, each.value
