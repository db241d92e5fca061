"""Other answers than those of the semantics that one starts from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.lang.semantics import Semantics


def answer(semantics: Semantics, cited: str, **answers: Any) -> Semantics:
    """The semantics with other answers, all from one source."""
    told = {**semantics.citations, **dict.fromkeys(answers, cited)}
    return replace(semantics, citations=told, **answers)
