"""The archive from which a worker starts under another interpreter.

It holds the worker's side of this package and the top-level package of one adapter, and nothing
else: with our site-packages on its path, the other interpreter would import *our* anyio, not its
own. Python files only; an adapter's data files and compiled modules do not travel.
"""

from __future__ import annotations

import atexit
import hashlib
import io
import shutil
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import conformance
from conformance.wire.address import adapter_root

WORKER_SIDE = (
    "__init__.py",
    "errors.py",
    "interpreter/*.py",
    "interpreter/ops/*.py",
    "adapter/*.py",
    "lang/*.py",
    "lang/ops/*.py",
    "run/*.py",
    "wire/__init__.py",
    "wire/copies.py",
    "wire/worker.py",
)
"""What a worker imports of `conformance`."""

_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # equal content, equal archive
_lock = threading.Lock()
_built: dict[str, Path] = {}


def build_archive(module: str) -> Path:
    """The archive for an adapter's module, one per content. Raises UsageError for no module."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, path in sorted(_members(module)):
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), path.read_bytes())
    digest = hashlib.sha256(buffer.getvalue()).hexdigest()[:16]
    with _lock:
        if digest not in _built:
            path = _directory() / f"worker-{digest}.zip"
            path.write_bytes(buffer.getvalue())
            _built[digest] = path
        return _built[digest]


def _directory() -> Path:
    if _built:
        return next(iter(_built.values())).parent
    directory = tempfile.mkdtemp(prefix="conformance-")
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return Path(directory)


def _members(module: str) -> Iterator[tuple[str, Path]]:
    """Name in the archive, and file."""
    ours = Path(conformance.__file__).parent
    for pattern in WORKER_SIDE:
        for path in ours.glob(pattern):
            yield f"conformance/{path.relative_to(ours).as_posix()}", path
    top = module.partition(".")[0]
    root = adapter_root(module)
    if top == "conformance":
        return
    if (root / f"{top}.py").is_file() and not (root / top / "__init__.py").is_file():
        yield f"{top}.py", root / f"{top}.py"
        return
    for path in (root / top).rglob("*.py"):
        yield path.relative_to(root).as_posix(), path
