"""Ops that scripts spell alike on every runtime: what the standard library does, and what is outside of the loop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

OPS: Final[Mapping[str, str]] = {
    "set_variable": "t.$variable.set($value)",
    "set_variable:reset": "${variable}_tokens.append(t.$variable.set($value))",
    "get_variable": "got_item(t.$variable.get())",
    "reset_variable": "t.$variable.reset(${variable}_tokens.pop())",
    "hold": "t.$gate.wait()",
    "open_gate": "t.$gate.set()",
    "interrupt": "signal.raise_signal(signal.SIGINT)",
    "interrupt:thread": "os.kill(os.getpid(), signal.SIGINT)",
    "exit": "raise SystemExit(1)",
    "handler": 't.${listener}_announced.append(("$stream", $task))',
    "peer_connect": "t.$peer = peer_connect(t.$listener[-1])",
    "peer_send": "peer_does(t.$peer.send, $data)",
    "peer_eof": "peer_does(t.$peer.shutdown, socket.SHUT_WR)",
    "peer_reset": (
        "peer_does(t.$peer.setsockopt, socket.SOL_SOCKET, socket.SO_LINGER, "
        'struct.pack("ii", 1, 0))\n'
        "t.$peer.close()"
    ),
    "peer_close": "t.$peer.close()",
}
"""As in `Spelling.ops`; a runtime's own spelling goes first. Every listener ends in its port or path."""

OBJECTS: Final[Mapping[str, str]] = {
    "variable": "contextvars.ContextVar($name, default=None)",
    "gate": "threading.Event()",
    "announced": "[]",
}
"""As in `Spelling.objects`."""

HELPERS: Final = '''

def peer_connect(port):
    """From outside of the runtime. Where nobody listens, what it says reaches nobody."""
    peer = socket.socket()
    with contextlib.suppress(OSError):
        peer.connect(("127.0.0.1", port))
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.setblocking(False)
    return peer


def peer_does(call, *args):
    with contextlib.suppress(OSError):
        call(*args)


def next_handler(announced, connection):
    """The handler of a new connection; None when there is none."""
    if not announced:
        return None
    stream, body = announced.pop(0)
    setattr(t, stream, connection)
    return body


def fresh_path():
    """For a UNIX socket."""
    return os.path.join(tempfile.mkdtemp(), "socket")
'''
