"""Copy a file of the memory card into a folder."""

import asyncio
from contextlib import suppress
import os
from pathlib import Path
import re
import tempfile

from ..errors import NotThereError, UnusableFileError
from .sd_card import SdCard, Watch

# As the card lists them: 20261129.CSV, SYSTEM~1.
_NAME = re.compile(r"[A-Za-z0-9_~-]{1,64}(\.[A-Za-z0-9_~-]{1,16})?")


def file_name(value: object) -> str:
    """Return the name of a file on the card, which cannot lead to another folder."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError("has to be the name of a file")
    return value


async def copy(
    card: SdCard, name: str, folder: Path, watch: Watch
) -> dict[str, object]:
    """Copy one file, and return where it is; an older copy is replaced.

    NotThereError: the card has no such file. UnusableFileError: nothing can be written
    into the folder.
    """
    if name not in await card.files():
        raise NotThereError("The memory card has no such file")
    content = bytearray()
    await card.download(name, content.extend, watch)
    try:
        path = await asyncio.to_thread(_write, folder, name, content)
    except OSError as error:
        raise UnusableFileError("The folder cannot be written to") from error
    return {"path": str(path), "size": len(content)}


def _write(folder: Path, name: str, content: bytes | bytearray) -> Path:
    """Write a whole file, or none; a link of its name is replaced, not followed."""
    handle, part = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(part).chmod(0o644)
        return Path(part).replace(folder / name)
    except OSError:
        with suppress(OSError):
            Path(part).unlink()
        raise
