"""Ops on channels."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.lang.ops.base import Op, Value


@dataclass(frozen=True, slots=True)
class Send(Op):
    """Put an item into the channel, waiting for room."""

    channel: str
    item: Value


@dataclass(frozen=True, slots=True)
class Receive(Op):
    """Take the next item from the channel, waiting for one; logs `got ITEM`."""

    channel: str


@dataclass(frozen=True, slots=True)
class SendNowait(Op):
    """Put an item into the channel or raise Full."""

    channel: str
    item: Value


@dataclass(frozen=True, slots=True)
class ReceiveNowait(Op):
    """Take the next item from the channel or raise Empty; logs `got ITEM`."""

    channel: str


@dataclass(frozen=True, slots=True)
class Length(Op):
    """Log `got NUMBER`: how many items the channel holds."""

    channel: str


@dataclass(frozen=True, slots=True)
class CloseSender(Op):
    """Close the channel's sending end (or a clone of it)."""

    channel: str


@dataclass(frozen=True, slots=True)
class CloseReceiver(Op):
    """Close the channel's receiving end (or a clone of it)."""

    channel: str


@dataclass(frozen=True, slots=True)
class CloneSender(Op):
    """Open another sending end of the channel, which `send` and its like can name."""

    channel: str
    clone: str


@dataclass(frozen=True, slots=True)
class CloneReceiver(Op):
    """Open another receiving end of the channel, which `receive` and its like can name."""

    channel: str
    clone: str
