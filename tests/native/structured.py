"""What trio and anyio spell alike: the names that the probes of scopes, groups and starts use.

anyio's API is trio's where the two have the same thing, so one text asks both, each in its own words.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Api:
    """trio's or anyio's own functions and classes."""

    open_group: Callable[[], Any]
    CancelScope: Callable[..., Any]
    move_on_after: Callable[[float], Any]
    fail_after: Callable[[float], Any]
    late: type[Exception]
    cancelled: Callable[[], type[BaseException]]
    sleep: Callable[[float], Awaitable[None]]
    checkpoint: Callable[[], Awaitable[None]]
    Event: Callable[[], Any]
    now: Callable[[], float]
    pending: Callable[[], bool]


def words(log: list[str], **answers: str) -> str:
    """The answer whose log, words joined by blanks, this is; else the log itself. `_` stands for `-`."""
    text = " ".join(log)
    return next((w.replace("_", "-") for w, known in answers.items() if known == text), f"? {text}")
