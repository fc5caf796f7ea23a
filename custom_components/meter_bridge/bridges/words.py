"""Texts of a device, made safe to show in titles, repairs, ids and the log."""

from hashlib import sha256
import re

# No more of a text is looked at: a device may send anything.
_LONGEST_READ = 1024
_LONGEST_WORDS = 64
# The longest key that stands in a unique id as it is; the sum takes 32 characters.
_LONGEST_KEY, _SUM = 64, 32
# Titles and messages are rendered as Markdown: emphasis, code, tables, pictures, and
# links, which an address without brackets makes as well. A `*` at the end of a word is
# none: so registers of apparent power are marked. `#`, `-` and `+` begin a block.
_MARKUP = re.compile(
    r"[\[\]<>`~\\|]|://|\bwww\.|@(?=\S{0,64}\.)"
    r"|^(?:\s*[#=+-]+(?=\s))+|\*+(?=\w)|(?<![\w*])\*+(?=\S)|(?<!\w)_+",
    re.IGNORECASE,
)
# What a font shows as nothing although it counts as a letter or a mark, and more marks
# on one letter than any language has.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
_TOO_MANY_MARKS = re.compile(f"(?<=[{_MARKS}]{{2}})[{_MARKS}]+")


def printable(said: str) -> str:
    """Return a text without line breaks and other control characters."""
    if said.isprintable():
        return said
    return "".join(each if each.isprintable() else " " for each in said)


def words(said: str) -> str:
    """Return a text as it may be shown: short, on one line, without markup."""
    seen = _TOO_MANY_MARKS.sub("", _UNSEEN.sub("", printable(said[:_LONGEST_READ])))
    plain = _MARKUP.sub(" ", seen)
    return " ".join(plain.split())[:_LONGEST_WORDS].rstrip()


def short_key(key: str) -> str:
    """Return a key for use in an id: a long one is cut, and ends in a hash.

    So does one with control characters.
    """
    if len(key) <= _LONGEST_KEY and key.isprintable():
        return key
    digest = sha256(key.encode(errors="surrogatepass")).hexdigest()
    return f"{printable(key[: _LONGEST_KEY - _SUM - 1])}_{digest[:_SUM]}"
