"""The reference's peers outside of the runtime: what plain sockets send and close."""

from __future__ import annotations

from runtimes.reference.network import Network
from runtimes.reference.objects import Listener, Stream, Task


class Peers(Network):
    """Kernel with peers."""

    def peer_connect(self, task: Task, client: Stream, server: Stream, listener: Listener) -> None:
        """A connection from outside; the op itself never waits and never fails."""
        self.writes |= listener.bit | client.bit | server.bit
        if listener.open:
            self.established(client, server, listener)

    def peer_send(self, task: Task, client: Stream, data: bytes) -> None:
        """Data from outside, unless that end is closed or knows of a reset."""
        self.writes |= client.bit
        peer = client.peer
        if peer is None or client.closed or client.ended or client.reset:
            return
        self.writes |= peer.bit
        if peer.closed:
            client.reset = True
            return
        peer.inbox += data
        self.arrived(peer)

    def peer_eof(self, task: Task, client: Stream) -> None:
        """The end of what comes from outside."""
        self.writes |= client.bit
        if client.peer is not None and not (client.closed or client.ended or client.reset):
            client.ended = True
            self.finished(client.peer)

    def peer_reset(self, task: Task, client: Stream) -> None:
        """A reset from outside."""
        self.writes |= client.bit
        if client.peer is not None and not client.closed:
            self.drop(client, reset=True)

    def peer_close(self, task: Task, client: Stream) -> None:
        """A close from outside."""
        self.writes |= client.bit
        if client.peer is not None and not client.closed:
            self.drop(client, reset=bool(client.inbox) and bool(self.choose("io", 2)))
