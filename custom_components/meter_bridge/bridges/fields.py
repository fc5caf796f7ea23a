"""Validators of the fields of actions: what may be sent to a device.

Each raises a ValueError or an Invalid; Home Assistant then reports an invalid value for
the field. They check the type, since in Python `1 == True`, and a boolean is an int.
"""

from collections.abc import Callable, Mapping

from probatio import Email, Marker, Required

_LONGEST_WORDS = 1024
_LINE_ENDS = "\r\n\t"
# No device counts its networks or registers any further.
_LARGEST_NUMBER = (1 << 31) - 1
# What an SSID may have at most, in bytes (IEEE 802.11).
_LONGEST_SSID = 32


def exactly_true(value: object) -> bool:
    """Return True for True alone: not for 1, and not for a word."""
    if value is not True:
        raise ValueError("has to be true")
    return value


CONFIRMED: Mapping[Marker, object] = {Required("confirm"): exactly_true}
"""The field that confirms an action which destroys something."""


def whole_number(
    *, least: int = 0, most: int = _LARGEST_NUMBER
) -> Callable[[object], int]:
    """Return a validator for a whole number in these limits; not True, and not 1.0."""

    def check(value: object) -> int:
        if type(value) is not int:
            raise ValueError("has to be a whole number")
        if not least <= value <= most:
            raise ValueError("is out of range")
        return value

    return check


def real_number(*, least: float, most: float) -> Callable[[object], float]:
    """Return a validator for a number in these limits; not a boolean, not a text."""

    def check(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError("has to be a number")  # noqa: TRY004 (see above)
        if not least <= value <= most:
            raise ValueError("is out of range")
        return value

    return check


def one_line(
    *, shortest: int = 1, longest: int = _LONGEST_WORDS
) -> Callable[[object], str]:
    """Return a validator for text of so many characters, without control characters.

    A device that writes such text into a file or a mail would read a line end in it as
    the beginning of something else.
    """

    def check(value: object) -> str:
        if not isinstance(value, str) or not shortest <= len(value) <= longest:
            raise ValueError(f"has to be text of {shortest} to {longest} characters")
        if not value.isprintable():
            raise ValueError("must not have line ends or other control characters")
        return value

    return check


def paragraphs(*, longest: int) -> Callable[[object], str]:
    """Return a validator for text of up to so many characters, with line ends."""

    def check(value: object) -> str:
        if not isinstance(value, str) or not 1 <= len(value) <= longest:
            raise ValueError(f"has to be text of 1 to {longest} characters")
        if not all(each.isprintable() or each in _LINE_ENDS for each in value):
            raise ValueError("must not have control characters")
        return value

    return check


def ascii_line(
    *, shortest: int = 1, longest: int = _LONGEST_WORDS, but: str = ""
) -> Callable[[object], str]:
    """Return a validator for a line of printable ASCII, without those of `but`."""
    check_line = one_line(shortest=shortest, longest=longest)

    def check(value: object) -> str:
        line = check_line(value)
        if not line.isascii() or set(but) & set(line):
            raise ValueError("has characters that the device cannot take")
        return line

    return check


def ssid(value: object) -> str:
    """Return the name of a wireless network: a line of 32 bytes at most."""
    name = one_line(longest=_LONGEST_SSID)(value)
    if len(name.encode()) > _LONGEST_SSID:
        raise ValueError(f"has to have {_LONGEST_SSID} bytes at most")
    return name


def mail_address(value: object) -> str:
    """Return a mail address on one line."""
    address: str = Email()(ascii_line()(value))
    return address


def some[T](each: Callable[[object], T]) -> Callable[[object], list[T]]:
    """Return a validator for a list; an empty one may mean all to a device."""

    def check(value: object) -> list[T]:
        if not isinstance(value, list) or not value:
            raise ValueError("has to be a list with at least one item")
        return [each(item) for item in value]

    return check
