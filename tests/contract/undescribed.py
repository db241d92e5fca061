"""Adapters that are not able to say what they are."""

from typing import Any

from conformance.adapter.core import Runtime
from conformance.lang.semantics import Semantics


class BadVersion(Runtime):
    """Its version is a number."""

    def version(self) -> Any:
        """No text."""
        return 5

    def module_file(self) -> str:
        """As it should be."""
        return __file__


class BadSemantics(BadVersion):
    """It declares an answer that there is not."""

    semantics = Semantics(order="sideways")  # type: ignore[arg-type]

    def version(self) -> str:
        """As it should be."""
        return "1"


class NoSuper(BadSemantics):
    """Its `__init__` forgets the base class."""

    def __init__(self, flavour: str = "") -> None:
        pass
