"""Upload a file as a form does, and report the progress."""

from collections.abc import Callable
from io import BytesIO
import secrets
from typing import override

from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import BytesIOPayload

_PIECE = 1 << 14


class Upload(BytesIOPayload):
    """A form with one file, in its field `file`; it can be sent again after a login."""

    def __init__(
        self, name: str, content: bytes, progress: Callable[[float], None]
    ) -> None:
        """Put the file into a form."""
        border = secrets.token_hex(16)
        head = (
            f'--{border}\r\nContent-Disposition: form-data; name="file"; '
            f'filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        )
        self._form = b"".join(
            (head.encode(), content, f"\r\n--{border}--\r\n".encode())
        )
        self._progress = progress
        super().__init__(
            BytesIO(self._form),
            content_type=f"multipart/form-data; boundary={border}",
        )

    @override
    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        """Send it piece by piece, each once there is room for it."""
        for at in range(0, len(self._form), _PIECE):
            await writer.write(self._form[at : at + _PIECE])
            self._progress(min(1.0, (at + _PIECE) / len(self._form)))
