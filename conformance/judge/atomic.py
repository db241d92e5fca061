"""Files that are replaced whole or not at all."""

from __future__ import annotations

import codecs
import contextlib
import os
import tempfile
from pathlib import Path
from typing import Final

from conformance.errors import DataError

BOM: Final = codecs.BOM_UTF8
"""What some editors put before a text, and TOML's writers do not: read over, and kept where it stood."""


def replace_file(path: Path, content: bytes) -> None:
    """Write the whole file or nothing: a full disk leaves the old one as it was. Raises DataError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        content = _mark_of(path) + content
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(content)
            mode = path.stat().st_mode if path.exists() else 0o644
            Path(name).chmod(mode & 0o777)
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from None


def _mark_of(path: Path) -> bytes:
    """The byte order mark that a file begins with; nothing where there is no file."""
    if not path.exists():
        return b""
    with path.open("rb") as file:
        return BOM if file.read(len(BOM)) == BOM else b""
