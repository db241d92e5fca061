"""What an adapter needs to know of the package that it is an adapter for."""

from __future__ import annotations

from importlib import import_module, metadata
from typing import Any

from conformance.errors import NotStarted


def module(name: str, package: str = "") -> Any:
    """The module of a package. Raises NotStarted when it cannot be imported."""
    try:
        return import_module(name)
    except ImportError as error:
        hint = f"pip install {package or name}"
        raise NotStarted(f"{name} cannot be imported: {error}", hint=hint) from error


def release(package: str) -> str:
    """The installed version."""
    return metadata.version(package)


def place(found: Any) -> str:
    """The file that a module was imported from."""
    return str(found.__file__)
