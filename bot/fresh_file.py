"""Fresh files: what a command writes for its user, whole or not at all, for its owner only, and never over another."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from bot.openings import Refused


def check(path: Path) -> None:
    """Refused if nothing could be written there: to be asked before what goes into the file is made."""
    if path.exists() or path.is_symlink():
        raise Refused(f"{path}: is there already, and is not written over. Choose another name, or move it away.")
    if not path.parent.is_dir():
        raise Refused(f"{path}: its folder does not exist. Make it, or choose another.")
    if not os.access(path.parent, os.W_OK):
        raise Refused(f"{path}: its folder can't be written. Choose another.")


def written(path: Path, content: bytes) -> None:
    """Write a file that nobody else may read. Refused if one is there, or it can't be written."""
    check(path)
    whole = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        descriptor = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.link(whole, path)  # fails where a file has come meanwhile
        finally:
            whole.unlink(missing_ok=True)
    except OSError as error:
        raise Refused(f"{path}: can't be written ({error.strerror}). Choose another place, or make room.") from error
