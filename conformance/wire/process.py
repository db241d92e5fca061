"""A process that answers JSON lines, and every way in which it may fail to.

One exchange writes a request and waits for its reply, in one `select` loop with what the process
prints: no threads, no blocking write, and no wait without an end.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from typing import IO, Any, final

from conformance.errors import NotStarted

LOOK = 0.25
"""Seconds between two looks at whether it still lives (a child of it may hold its pipes open)."""
PATIENCE = 2.0
"""Seconds that a process which was told to stop has for it."""
MAX_REPLY = 64 * 2**20
NOISE_KEPT = 16 * 2**10


class LostError(Exception):
    """The process gave no reply, and is gone. `ending` as in `conformance.lang.outcome.ENDINGS`."""

    def __init__(self, ending: str, *reported: str) -> None:
        super().__init__(" ".join([ending, *reported]))
        self.ending = ending
        self.reported = reported


@final
class Process:
    """A child process in a session of its own; its stdin and stdout belong to the protocol."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start it. Raises NotStarted when the system cannot."""
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(
                command, bufsize=0, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
            )
        except OSError as error:
            raise NotStarted(f"cannot start {command[0]}: {error.strerror or error}") from None
        self._selector = selectors.DefaultSelector()
        self._replies, self._noise = bytearray(), bytearray()
        for stream, buffer in (
            (self._process.stdout, self._replies),
            (self._process.stderr, self._noise),
        ):
            assert stream is not None
            os.set_blocking(stream.fileno(), False)
            self._selector.register(stream, selectors.EVENT_READ, buffer)
        assert self._process.stdin is not None
        os.set_blocking(self._process.stdin.fileno(), False)
        self._outgoing = b""
        self._killed = False

    def __enter__(self) -> Process:
        """Nothing to do: it runs already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    @property
    def noise(self) -> str:
        """The end of what it printed so far."""
        return self._noise.decode(errors="replace")

    def dead(self) -> bool:
        """Whether it ended by itself."""
        return self._process.poll() is not None

    def exchange(
        self, request: dict[str, Any], limit: float, *, deaf: bool = False
    ) -> dict[str, Any]:
        """The reply to a request, awaited for `limit` seconds. Raises LostError, the process gone.

        With `deaf`, lines that are no reply to this request are skipped: some interpreters greet.
        """
        deadline = time.monotonic() + limit
        self._send(json.dumps(request, separators=(",", ":")).encode() + b"\n")
        try:
            while (reply := self._next_reply(request["seq"], deaf=deaf)) is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    self._ask_where()
                    raise LostError("hung")
                self._look(min(left, LOOK))
        except BaseException:
            self.kill()
            raise
        self._pump(0)  # what was printed before the reply
        return reply

    def close(self) -> None:
        """End it: politely (its input ends), then by force."""
        if self._process.stdin is not None:
            self._stop_sending()
            self._process.stdin.close()
        if self._process.returncode is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE)
        self.kill()

    def kill(self) -> None:
        """End it, and what it started, by force; leave neither zombie nor pipe. A second time does nothing."""
        if self._killed:
            return
        self._killed = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)  # its session outlives it
        self._process.wait()
        self._selector.close()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def _ask_where(self) -> None:
        """Have a hung worker print where it is: `conformance.wire.worker` arms the signal."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGUSR1)
        end = time.monotonic() + LOOK
        while self._pump(LOOK) and time.monotonic() < end:
            continue

    # ------------------------------------------------------------ the loop

    def _look(self, timeout: float) -> None:
        """Wait for something to read. Raises LostError when there never will be."""
        if self._pump(timeout):
            return
        over = self._process.poll() is not None or self._process.stdout not in self._open()
        if over and not self._pump(0):
            raise self._death()

    def _open(self) -> list[object]:
        return [key.fileobj for key in self._selector.get_map().values()]

    def _pump(self, timeout: float) -> bool:
        """Move what can be moved; whether there was anything."""
        moved = False
        for key, _ in self._selector.select(timeout):
            if key.data is None:
                self._write()
                moved = True
            else:
                moved |= self._read(key.fileobj, key.data)  # type: ignore[arg-type]
        return moved

    def _read(self, stream: IO[bytes], buffer: bytearray) -> bool:
        try:
            data = os.read(stream.fileno(), 2**16)
        except BlockingIOError:
            return False
        buffer += data
        if not data:
            self._selector.unregister(stream)
        if buffer is self._noise:
            del buffer[:-NOISE_KEPT]
        elif len(buffer) > MAX_REPLY:
            raise LostError("garbage")
        return bool(data)

    def _send(self, data: bytes) -> None:
        self._outgoing += data
        self._write()
        if self._outgoing and self._process.stdin not in self._open():
            assert self._process.stdin is not None
            self._selector.register(self._process.stdin, selectors.EVENT_WRITE, None)

    def _write(self) -> None:
        assert self._process.stdin is not None
        try:
            self._outgoing = self._outgoing[
                os.write(self._process.stdin.fileno(), self._outgoing) :
            ]
        except BlockingIOError:
            return
        except BrokenPipeError:  # it is dying, and reading tells how
            self._outgoing = b""
        if not self._outgoing:
            self._stop_sending()

    def _stop_sending(self) -> None:
        with contextlib.suppress(KeyError, ValueError, RuntimeError):
            self._selector.unregister(self._process.stdin)  # type: ignore[arg-type]

    def _next_reply(self, seq: int, *, deaf: bool) -> dict[str, Any] | None:
        """The next whole line, if it is there. Raises LostError for one that is no such reply."""
        while (end := self._replies.find(b"\n")) >= 0:
            line = bytes(self._replies[:end])
            del self._replies[: end + 1]
            reply = _parse(line)
            if reply is not None and reply.get("seq") == seq:
                return reply
            if not deaf:
                raise LostError("garbage")
        return None

    def _death(self) -> LostError:
        """How it ended, when its pipe did."""
        try:
            code = self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            return LostError("garbage", "closed its pipe")
        if code >= 0:
            return LostError("exited", f"exit {code}")
        with contextlib.suppress(ValueError):
            return LostError("crashed", signal.Signals(-code).name)
        return LostError("crashed", f"signal {-code}")


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        reply = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return reply if isinstance(reply, dict) else None
