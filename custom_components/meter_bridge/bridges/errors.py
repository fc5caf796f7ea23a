"""What can go wrong with a bridge; each class has a message for the owner."""

from typing import ClassVar, override

from .words import words


class BridgeError(Exception):
    """A request to a bridge failed.

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
        """Keep the answer's status, the start of its body, and its login challenges.

        The next try comes after `retry_after` seconds at the soonest.
        """
        super().__init__(message)
        self.status = status
        self.body = body
        self.challenges = challenges
        self.retry_after = retry_after

    @property
    def may_pass(self) -> bool:
        """Tell whether the same request may well succeed the next time."""
        return False


class BridgeConnectionError(BridgeError):
    """The bridge did not answer, or answered that it is busy or has failed."""

    translation_key = "cannot_connect"

    @property
    @override
    def may_pass(self) -> bool:
        """Return True: networks lose packets, and bridges are busy."""
        return True


class UnknownHostError(BridgeConnectionError):
    """There is no device of this name."""

    translation_key = "unknown_host"


class RefusedCertificateError(BridgeConnectionError):
    """The certificate cannot be verified, as the owner wants it to be."""

    translation_key = "bad_certificate"


class StreamClosedError(BridgeConnectionError):
    """The bridge closed its stream in good order."""


class BridgeAuthError(BridgeError):
    """The bridge refused the login, or asks for one."""

    translation_key = "invalid_auth"


class ChangedCertificateError(BridgeAuthError):
    """The bridge, or somebody in between, shows another certificate than before."""

    translation_key = "changed_certificate"


class BridgePermissionError(BridgeError):
    """The login is valid but does not allow this."""

    translation_key = "no_permission"


class BridgeLicenseError(BridgePermissionError):
    """The bridge needs a licence for this."""

    translation_key = "no_license"


class BridgeResponseError(BridgeError):
    """The answer is not one that this kind of bridge gives.

    `status` is set if the status shows that, and None if the body does.
    """

    translation_key = "not_recognised"

    @property
    @override
    def may_pass(self) -> bool:
        """Return True for a body that cannot be read: it may have been cut."""
        return self.status is None


class ClearPasswordError(BridgeError):
    """The bridge wants its password unencrypted, at an address from an announcement."""

    translation_key = "clear_password"


class BridgeRefusedError(BridgeError):
    """The bridge refused the request; the text is its own reason."""

    translation_key = "refused"

    def __init__(self, message: str) -> None:
        """Keep the device's reason as it may be shown, and logged."""
        super().__init__(words(message))


class NotAcceptedError(BridgeError):
    """The bridge did not accept what was to be set.

    Its own words are left out: they may repeat a password.
    """

    translation_key = "not_accepted"


class NotOfferedError(BridgeError):
    """The firmware of the bridge does not have what was asked for."""

    translation_key = "not_offered"


class NotUpdatedError(BridgeError):
    """The update failed: the bridge runs the same version as before."""

    translation_key = "not_updated"


class NotThereError(BridgeError):
    """The bridge does not have what was asked for: no card, or no such file."""

    translation_key = "not_there"


class UnusableFileError(BridgeError):
    """A file or folder of Home Assistant cannot be used, or must not be."""

    translation_key = "unusable_file"


class UnresolvedError(BridgeRefusedError):
    """A template has variables that the bridge does not send; the text names them."""

    translation_key = "unresolved"


class NoBrokerError(BridgeError):
    """Home Assistant has no broker that the bridge could use."""

    translation_key = "no_broker"


class NotMovedError(BridgeError):
    """The bridge does not answer at the address that it was given."""

    translation_key = "not_moved"


class NoWayLeftError(BridgeError):
    """The bridge could no longer be reached; nothing was changed."""

    translation_key = "no_way_left"


class ScanFailedError(BridgeError):
    """The bridge could not look for wireless networks."""

    translation_key = "scan_failed"


class UnfitFieldsError(BridgeError):
    """The fields of an action do not fit together; nothing was sent to the bridge."""

    translation_key = "unfit_fields"


class UnknownKindError(BridgeError):
    """An entry is of a kind of bridge that this version does not know."""

    translation_key = "unknown_kind"


class WrongBridgeError(BridgeError):
    """Another bridge of the same kind answers at the address."""

    translation_key = "wrong_bridge"


class MeterNotReadyError(BridgeError):
    """The bridge works but cannot read its meter."""

    translation_key = "meter_not_ready"
