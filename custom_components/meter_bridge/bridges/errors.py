"""What can go wrong between us and a bridge, in the owner's terms."""

from typing import ClassVar


class BridgeError(Exception):
    """A bridge could not do what it was asked.

    `translation_key` names the message that flows, coordinator and buttons show.
    """

    translation_key: ClassVar[str] = "unknown"

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        body: str = "",
        challenges: tuple[str, ...] = (),
        retry_after: float = 0.0,
    ) -> None:
        """Keep what the answer said, and for how many seconds to leave it alone."""
        super().__init__(message)
        self.status = status
        self.body = body
        self.challenges = challenges
        self.retry_after = retry_after


class BridgeConnectionError(BridgeError):
    """The bridge did not answer, or said that it cannot answer now."""

    translation_key = "cannot_connect"


class StreamClosedError(BridgeConnectionError):
    """The bridge ended its stream in good order."""


class BridgeAuthError(BridgeError):
    """The bridge refused the login, or asks for one."""

    translation_key = "invalid_auth"


class BridgePermissionError(BridgeError):
    """The login is right but does not allow this."""

    translation_key = "no_permission"


class BridgeLicenseError(BridgePermissionError):
    """The bridge wants a licence for this."""

    translation_key = "no_license"


class BridgeResponseError(BridgeError):
    """Something answered, but not as this kind of bridge does."""

    translation_key = "not_recognised"


class ClearPasswordError(BridgeError):
    """The bridge wants its password in the clear, at an address from hearsay."""

    translation_key = "clear_password"


class BridgeRefusedError(BridgeError):
    """The bridge understood, and refused; the text is its own reason."""

    translation_key = "refused"


class NotUpdatedError(BridgeError):
    """The bridge was to install an update, and runs what it ran before."""

    translation_key = "not_updated"


class UnfitFieldsError(BridgeError):
    """The fields of an action do not make sense together; the bridge was not asked."""

    translation_key = "unfit_fields"


class UnknownKindError(BridgeError):
    """An entry is of a kind of bridge that this version does not know."""

    translation_key = "unknown_kind"


class WrongBridgeError(BridgeError):
    """Another bridge of the same kind answers at the address."""

    translation_key = "wrong_bridge"


class MeterNotReadyError(BridgeError):
    """The bridge is fine but cannot read its meter."""

    translation_key = "meter_not_ready"
