"""Ops of stream sockets: TCP on the loopback interface, UNIX sockets, servers, and peers outside of the runtime."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from conformance.lang.ops.base import Op


@dataclass(frozen=True, slots=True)
class Listen(Op):
    """Open a listening socket on a free loopback port."""

    listener: str


@dataclass(frozen=True, slots=True)
class CloseListener(Op):
    """Close a listening socket; its port stays known, so that a connect can be refused."""

    listener: str


@dataclass(frozen=True, slots=True)
class Connect(Op):
    """Open the stream `stream` to a listener's port."""

    stream: str
    listener: str


@dataclass(frozen=True, slots=True)
class Accept(Op):
    """Wait for the next connection of a listener and call it `stream`."""

    stream: str
    listener: str


NO_ROOM: Final = 32 * 2**20
"""Bytes: so many no connection over loopback takes in while its peer reads next to nothing.

Linux lets the two buffers of a TCP connection grow to 4 and 6 MiB (tcp(7), `tcp_wmem` and `tcp_rmem`).
"""


@dataclass(frozen=True, slots=True)
class SendBytes(Op):
    """Send `data`, `times` over, waiting while the peer does not read."""

    stream: str
    data: str
    times: int = 1

    def size(self) -> int:
        """How many bytes that are."""
        return len(self.data.encode()) * self.times


@dataclass(frozen=True, slots=True)
class ReceiveSome(Op):
    """Receive at least one and at most `max` bytes; logs `got 'BYTES'`, or `got ''` at EOF."""

    stream: str
    max: int


@dataclass(frozen=True, slots=True)
class ReceiveExactly(Op):
    """Receive exactly `count` bytes, or raise IncompleteRead when EOF comes first."""

    stream: str
    count: int


@dataclass(frozen=True, slots=True)
class ReceiveUntilEof(Op):
    """Receive everything up to EOF."""

    stream: str


@dataclass(frozen=True, slots=True)
class SendEof(Op):
    """Close the sending direction only (half-close)."""

    stream: str


@dataclass(frozen=True, slots=True)
class Close(Op):
    """Close the stream, both directions."""

    stream: str


@dataclass(frozen=True, slots=True)
class Abort(Op):
    """Reset the connection: the peer sees an error, unsent data is dropped."""

    stream: str


@dataclass(frozen=True, slots=True)
class ListenUnix(Op):
    """Open a listening UNIX socket at a fresh path."""

    listener: str


@dataclass(frozen=True, slots=True)
class ConnectUnix(Op):
    """Open the stream `stream` to the path of a UNIX listener."""

    stream: str
    listener: str


@dataclass(frozen=True, slots=True)
class Handler(Op):
    """Let `task` handle the next connection that a `serve` of that listener takes; it calls it `stream`.

    Announced in the order of the connections, before they are made.
    """

    task: str
    stream: str
    listener: str


@dataclass(frozen=True, slots=True)
class Serve(Op):
    """Serve a listener until cancelled: each connection gets a task of its own (see `handler`)."""

    listener: str


@dataclass(frozen=True, slots=True)
class PeerConnect(Op):
    """Connect to a listener from outside of the runtime; the end out there is called `peer`."""

    peer: str
    listener: str


@dataclass(frozen=True, slots=True)
class PeerSend(Op):
    """Send `data` from outside; at once, whoever reads."""

    peer: str
    data: str


@dataclass(frozen=True, slots=True)
class PeerEof(Op):
    """Close the sending direction from outside (half-close)."""

    peer: str


@dataclass(frozen=True, slots=True)
class PeerReset(Op):
    """Reset the connection from outside."""

    peer: str


@dataclass(frozen=True, slots=True)
class PeerClose(Op):
    """Close the connection from outside, both directions."""

    peer: str
