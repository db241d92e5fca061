"""The reference's in-memory TCP: what two programs over loopback may legally see.

What the kernel's TCP decides by timing is a choice here (`data`, `io`): how many bytes a receive returns, whether
a large send blocks, whether a close with unread data resets, what a write to a closed peer tells. Source of the
rules: RFC 9293 sections 3.6 and 3.10, and the socket interface of POSIX.
"""

from __future__ import annotations

from typing import Any

from conformance.lang.ops.network import NO_ROOM
from runtimes.reference.kernel import WAIT, Fault, InUse
from runtimes.reference.objects import ERROR, RETRY, VALUE, Listener, Stream, Task
from runtimes.reference.turns import Turns

SMALL = 4096
"""Bytes in flight up to which a send never blocks."""
READ = 64
"""Bytes that are kept of a payload that finds no room: more than that nobody reads of it."""
FEW = 4
"""Bytes up to which every way of cutting them up is followed where a runtime says nothing of it."""
COMPOSED = frozenset({"receive_exactly", "receive_until_eof"})
"""Reads that a runtime may compose of several: who gives one up loses what the first of them have taken."""


class Network(Turns):
    """Kernel with TCP."""

    def listen(self, task: Task, listener: Listener) -> None:
        """Open a listener."""
        self.writes |= listener.bit
        listener.open = listener.ever = True

    def close_listener(self, task: Task, listener: Listener) -> None:
        """Close it: connections nobody accepted are reset, a blocked accept fails or, where that is open, stays."""
        self.writes |= listener.bit
        listener.open = False
        for server in listener.backlog:
            self.drop(server, reset=bool(self.choose("io", 2)))
        listener.backlog = ()
        for waiter in listener.acceptors:
            self.writes |= waiter.bit
            told = self.semantics.own_close == "closed" or self.choose("io", 2) == 0
            if waiter.waiting is not None and told:
                listener.acceptors = tuple(w for w in listener.acceptors if w is not waiter)
                self.wake(waiter, RETRY)

    def connect(self, task: Task, client: Stream, server: Stream, listener: Listener) -> Any:
        """Connect; the handshake needs no accept. It takes a while: a cancellation may come in between."""
        self.writes |= listener.bit | client.bit | server.bit
        if not listener.open:
            raise Fault(self.fault("Refused"))
        self.established(client, server, listener)
        self.wake(task, VALUE, client, ("connect", client, listener))
        return WAIT

    def established(self, client: Stream, server: Stream, listener: Listener) -> None:
        """The handshake is done: whoever accepts first gets the connection."""
        client.opened = server.opened = True
        client.peer, server.peer = server, client
        listener.backlog += (server,)
        self.rouse_acceptor(listener)

    def rouse_acceptor(self, listener: Listener) -> None:
        """Tell the first who waits to try: somebody else may be faster (POSIX, accept: a descriptor that is ready)."""
        if listener.backlog and listener.acceptors:
            first, listener.acceptors = listener.acceptors[0], listener.acceptors[1:]
            self.wake(first, RETRY, None, ("accept-again", listener, None))

    def connected(self, stream: Stream) -> bool:
        """Whether a connect that was under way succeeds: a reset that came meanwhile may be told right there."""
        self.reads |= stream.bit
        return not (stream.reset and not stream.told and self.choose("io", 2))

    def accept(self, task: Task, listener: Listener) -> Any:
        """The next connection."""
        self.writes |= listener.bit
        if listener.backlog:
            server, listener.backlog = listener.backlog[0], listener.backlog[1:]
            return server
        unheard = self.retrying and self.semantics.own_close == "any"  # see `_unheard`
        if not listener.open and not (unheard and self.choose("io", 2)):
            raise Fault(self.fault("Closed"))
        listener.acceptors += (task,)
        return self.block(task, "accept", listener)

    def send_bytes(self, task: Task, stream: Stream, data: bytes) -> Any:
        """Send all; may wait while the peer does not read."""
        self.writes |= stream.bit
        if stream.closed or stream.ended:
            raise self.gone(stream)
        if stream.writer is not None:
            raise InUse(self.fault("Busy"))
        peer = stream.peer
        assert peer is not None
        self.writes |= peer.bit
        fits = len(data) < NO_ROOM
        if stream.reset:
            if not stream.told and (fits or not self.retrying) and self.choose("io", 2):
                return None  # it was buffered before the reset was seen
            gone = stream.told or (fits and self.choose("io", 2))
            raise self.gone(stream) if gone else self.broken(stream)
        if peer.closed:
            told = self.choose("io", 3) if fits else 1 + self.choose("io", 2)
            stream.reset = told > 0
            if told == 2:
                raise self.broken(stream)
            return None
        if not peer.stuck:
            peer.inbox += data[: None if fits else READ]
            peer.stuck = not fits
            self.arrived(peer)
        if not fits or ((peer.stuck or len(peer.inbox) > SMALL) and self.choose("data", 2)):
            stream.writer = (task, b"")
            return self.block(task, "tcp-write", stream)
        return None

    def send_eof(self, task: Task, stream: Stream) -> None:
        """Half-close."""
        self.writes |= stream.bit
        if stream.closed:
            silent = self.semantics.own_close != "closed" or stream.ended
            if silent and self.choose("io", 2):
                return  # asyncio does nothing then; trio where it was sent before (HalfCloseableStream.send_eof)
            raise self.gone(stream)
        peer = stream.peer
        over = stream.ended and peer is not None and (peer.closed or peer.ended)
        if (stream.reset or over) and (how := self.choose("io", 3)):
            raise self.broken(stream) if how == 1 else self.gone(stream)
        if not stream.ended:
            stream.ended = True
            self.finished(peer)

    def broken(self, stream: Stream) -> Fault:
        """The error for a connection that was reset; from now on this end was told."""
        stream.told = True
        return Fault(self.fault("Broken"))

    def gone(self, stream: Stream) -> Fault:
        """The error for an end that was closed here, or whose sending was ended: documents may not say which."""
        if stream.closed and self.semantics.own_close != "any":
            return Fault(self.fault("Closed"))
        return Fault(self.fault(("Closed", "Misuse", "Broken")[self.choose("io", 3)]))

    def close_stream(self, task: Task, stream: Stream) -> None:
        """Close both directions. With unread data the peer may see a reset."""
        self.writes |= stream.bit
        if not stream.closed:
            unread = bool(stream.inbox) and bool(self.choose("io", 2))
            self.drop(stream, reset=stream.stuck or unread)
        if stream.reset and self.choose("io", 2):
            raise self.broken(stream)  # asyncio's wait_closed tells what the connection died of

    def abort_stream(self, task: Task, stream: Stream) -> None:
        """Reset the connection. No runtime has a call for that: what is composed of others may send an end first."""
        self.writes |= stream.bit
        if not stream.closed:
            if not stream.ended and self.choose("io", 2):
                self.finished(stream.peer)
            self.drop(stream, reset=True)
        elif self.choose("io", 2):
            raise self.gone(stream)

    def drop(self, stream: Stream, *, reset: bool) -> None:
        """This end is gone."""
        self.writes |= stream.bit
        stream.closed = True
        self.close_under(stream)
        self.free_writer(stream)
        if (peer := stream.peer) is None:
            return
        self.writes |= peer.bit
        if not reset:
            if not stream.ended:
                self.finished(peer)
            return
        peer.reset = True
        self.free_writer(peer, ("tcp-write", peer, None))
        self.arrived(peer)

    def free_writer(self, stream: Stream, told: Any = None, how: int = RETRY) -> None:
        """Who is blocked in a send goes on, or looks again: at once, unless that has to be `told` by the kernel."""
        if stream.writer is not None:
            writer, stream.writer = stream.writer[0], None
            self.wake(writer, how, None, told)

    def close_under(self, stream: Stream) -> None:
        """A close under a blocked receive: an error, EOF, or nothing (where documents are silent)."""
        if stream.reader is None:
            return
        told = 0 if self.semantics.own_close == "closed" else self.choose("io", 3)
        if told < 2:
            reader, stream.reader = stream.reader, None
            stream.eof = told == 1
            self.wake(reader, RETRY)

    def finished(self, stream: Stream | None) -> None:
        """The peer of this stream will send no more."""
        if stream is not None:
            self.writes |= stream.bit
            stream.eof = True
            self.arrived(stream)

    def arrived(self, stream: Stream) -> None:
        """Something arrived: a blocked reader looks again, unless its end was closed under it."""
        if stream.reader is not None and not (stream.closed and self.choose("io", 2)):
            reader, stream.reader = stream.reader, None
            self.wake(reader, RETRY, None, ("tcp-read", stream, None))

    def receive_some(self, task: Task, stream: Stream, limit: int) -> Any:
        """At least one byte, at most `limit`, or nothing at EOF."""
        if self._unheard(stream):
            return self._wait_for_bytes(task, stream)
        if self._may_read(task, stream, enough=bool(stream.inbox)):
            return self._rest(stream, limit)
        count = min(limit, len(stream.inbox))
        if count:
            return self.taken(stream, count - (self.choose("data", count) if count > 1 else 0))
        return b"" if self._at_end(stream) else self._wait_for_bytes(task, stream)

    def receive_exactly(self, task: Task, stream: Stream, count: int) -> Any:
        """That many bytes. Raises Fault(IncompleteRead)."""
        if self._unheard(stream):
            return self._wait_for_bytes(task, stream)
        self._take_back(task, stream)
        at_end = self._may_read(task, stream, enough=len(stream.inbox) >= count)
        if not at_end and len(stream.inbox) >= count:
            return self.taken(stream, count)
        if at_end and len(stream.inbox) >= count and self.choose("data", 2):
            return self.taken(stream, count)
        if at_end or self._at_end(stream):
            stream.inbox = b""
            raise self._cut(stream) if at_end else Fault(self.fault("IncompleteRead"))
        return self._wait_for_bytes(task, stream)

    def receive_until_eof(self, task: Task, stream: Stream) -> Any:
        """Everything."""
        if self._unheard(stream):
            return self._wait_for_bytes(task, stream)
        self._take_back(task, stream)
        if self._may_read(task, stream, enough=False):
            if self.semantics.own_close != "any":
                raise self.gone(stream)
            return self._rest(stream, len(stream.inbox))
        if self._at_end(stream):
            return self.taken(stream, len(stream.inbox))
        return self._wait_for_bytes(task, stream)

    def _unheard(self, stream: Stream) -> bool:
        """Whether a close was faster than the loop, which had not looked at what came: a reader may hang then, too."""
        self.writes |= stream.bit
        if not (stream.closed and self.retrying and self.semantics.own_close == "any"):
            return False
        return stream.reader is None and self.choose("io", 2) == 1

    def _take_back(self, task: Task, stream: Stream) -> None:
        """Go on with a composed read: what it has taken, then what came since."""
        if stream.partial is task:
            stream.inbox, stream.held, stream.partial = stream.held + stream.inbox, b"", None

    def _pass_by(self, task: Task, stream: Stream) -> None:
        """Who reads past a composed read finds what that one has not taken yet."""
        if stream.partial is not None and stream.partial is not task:
            taken = self.up_to(len(stream.inbox))
            stream.held, stream.inbox = stream.held + stream.inbox[:taken], stream.inbox[taken:]

    @staticmethod
    def _leave_partial(task: Task, stream: Stream) -> None:
        """A composed read comes to nothing: what it has taken is gone."""
        if stream.partial is task:
            stream.held, stream.partial = b"", None

    def _may_read(self, task: Task, stream: Stream, *, enough: bool) -> bool:
        """Whether a stream that was closed here reads as ended. Raises Fault for Closed, Busy.

        Where there is `enough` nobody need wait, and who does is what some look for.
        """
        enough = enough and self.semantics.second_user == "if_blocks"
        self.writes |= stream.bit
        if stream.closed:
            own = self.semantics.own_close
            if (own == "any" or (own == "drained" and stream.inbox)) and self.choose("io", 2):
                return True
            if stream.reader is not None and self.choose("io", 2):
                raise InUse(self.fault("Busy"))
            raise self.gone(stream)
        if stream.reader is not None and (not enough or self.choose("io", 2) == 0):
            if not self._between_reads(stream) or self.choose("io", 2) == 0:
                raise InUse(self.fault("Busy"))
            reader, stream.reader = stream.reader, None
            self.take_along(stream)
            self.wake(reader, ERROR, self.fault("Busy"))
        self._pass_by(task, stream)
        if stream.reset and stream.inbox and self.choose("data", 2):
            stream.inbox = b""  # what was not read before the reset was noticed is lost, or not
        return False

    def _between_reads(self, stream: Stream) -> bool:
        """Whether who reads there may stand between two reads that its op is composed of, having taken a part.

        trio and anyio have no such ops: then it is the newcomer who waits, and the next of those reads is refused.
        """
        composed = stream.reader is not None and stream.reader.doing in COMPOSED
        return composed and bool(stream.inbox) and self.semantics.second_user == "refused"

    def _rest(self, stream: Stream, most: int) -> bytes:
        """What a stream that was closed here still gives: some of what came before, or nothing (asyncio's reader).

        How much of it the kernel had handed over by then nobody says.
        """
        least = int(self.semantics.own_close == "drained")
        count = least + self.up_to(min(most, len(stream.inbox)) - least)
        return self.taken(stream, count) if count else b""

    def _cut(self, stream: Stream) -> Fault:
        """The error of an exact read that a close of one's own cuts short."""
        any_way = self.semantics.own_close == "any"
        return Fault(self.fault("IncompleteRead")) if any_way else self.gone(stream)

    def _at_end(self, stream: Stream) -> bool:
        """Whether no more will come. Raises Fault(Broken).

        The kernel tells a reset once, and a connection whose peer had ended before may read as ended: then
        EOF comes instead of an error (the pending error of a socket: POSIX, getsockopt, SO_ERROR).
        """
        if stream.reset and not ((stream.told or stream.eof) and self.choose("io", 2)):
            self.take_along(stream)
            raise self.broken(stream)
        return stream.reset or stream.eof

    def take_along(self, stream: Stream) -> None:
        """A composed read that comes to nothing may have taken some of what had come."""
        stream.inbox = stream.inbox[self.up_to(len(stream.inbox)) :]

    def up_to(self, most: int) -> int:
        """How many of so many bytes: any number of a few, all or none of many."""
        if not most:
            return 0
        return self.choose("data", most + 1) if most <= FEW else most * self.choose("data", 2)

    def _wait_for_bytes(self, task: Task, stream: Stream) -> Any:
        if stream.reader is not None and stream.partial is stream.reader:
            raise InUse(self.fault("Busy"))
        if task.doing in COMPOSED:
            if self.semantics.second_user != "displaces":
                stream.partial = task
            self._make_room(stream, enough=True)  # what has come it has taken
        stream.reader = task
        return self.block(task, "tcp-read", stream)

    def taken(self, stream: Stream, count: int) -> bytes:
        """Take bytes out of the inbox; a blocked sender may go on, and must once it is empty."""
        data, stream.inbox = stream.inbox[:count], stream.inbox[count:]
        self._make_room(stream, enough=not stream.inbox)
        return data

    def _make_room(self, stream: Stream, *, enough: bool) -> None:
        if (peer := stream.peer) is not None and peer.writer is not None and not stream.stuck:
            self.writes |= peer.bit
            if enough or self.choose("data", 2) == 0:
                self.free_writer(peer, ("tcp-write", peer, None), VALUE)

    def undo(self, task: Task, kind: str, thing: Any, value: Any) -> None:
        """A cancellation wins over a wake-up."""
        if kind == "accept-again":
            self.writes |= thing.bit
            self.rouse_acceptor(thing)
        elif kind == "connect":
            self._give_up_connect(thing, value)
        elif kind == "tcp-read" and task.doing in COMPOSED:
            self.writes |= thing.bit
            self._leave_partial(task, thing)
            self.take_along(thing)
        elif kind not in ("tcp-read", "tcp-write"):
            super().undo(task, kind, thing, value)

    def _give_up_connect(self, client: Stream, listener: Listener) -> None:
        """A cancelled connect: its connection is dropped, or was never made (curio looks names up)."""
        self.writes |= listener.bit
        if client.peer in listener.backlog and self.choose("io", 2):
            listener.backlog = tuple(s for s in listener.backlog if s is not client.peer)
            return
        self.drop(client, reset=bool(self.choose("io", 2)))

    def forget(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        """Remove a task from where it waits. A composed exact read may have taken bytes already."""
        if queue == "accept":
            self.writes |= thing.bit
            thing.acceptors = tuple(t for t in thing.acceptors if t is not task)
        elif queue == "tcp-read":
            self.writes |= thing.bit
            thing.reader = None
            self._leave_partial(task, thing)
            self.take_along(thing)
        elif queue == "tcp-write":
            self.writes |= thing.bit
            thing.writer = None
        else:
            super().forget(task, queue, thing, extra)
