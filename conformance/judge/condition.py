"""Conditions of a baseline's entries: `python < "3.12" and version >= "1.0" and platform == "linux"`."""

from __future__ import annotations

import operator
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, final

from packaging.version import InvalidVersion, Version

from conformance.errors import DataError

_TERM = re.compile(r'\s*(python|version|platform)\s*(<=|>=|==|!=|<|>)\s*"([^"]+)"\s*')
_OPERATORS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@final
@dataclass(frozen=True, slots=True)
class Environment:
    """Where a case ran: CPython's version, the runtime's, and `sys.platform`."""

    python: str
    version: str
    platform: str = sys.platform


def holds(condition: str, environment: Environment) -> bool:
    """Whether the condition is true there; the empty one always is.

    A version is compared to as many places as are written: `python == "3.12"` means any 3.12.
    Raises DataError for a condition that cannot be read.
    """
    if not condition:
        return True
    terms = [_term(part, condition, environment) for part in condition.split(" and ")]
    return all(terms)


def check_condition(condition: str) -> None:
    """Raise DataError for a condition that cannot be read."""
    holds(condition, Environment("3.11", "1"))


def _term(text: str, condition: str, environment: Environment) -> bool:
    match = _TERM.fullmatch(text)
    if match is None:
        hint = 'write `python < "3.12"`, `version >= "1.0"`, `platform == "linux"`, joined by `and`'
        raise DataError(f"the condition `{condition}` cannot be read", hint=hint)
    name, sign, value = match.groups()
    actual = getattr(environment, name)
    if name == "platform":
        if sign not in ("==", "!="):
            raise DataError(f"the condition `{condition}` orders platforms")
        return _OPERATORS[sign](actual, value)
    try:
        wanted = Version(value)
        found = Version(actual)
    except InvalidVersion as error:
        raise DataError(f"the condition `{condition}` cannot be judged: {error}") from None
    return _OPERATORS[sign](found.release[: len(wanted.release)], wanted.release)
