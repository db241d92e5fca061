# ruff: noqa: T201 - a script that prints; its name is that of its page
"""eventlet: a green thread that is killed inside `connect` leaves its connection open.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import sys
from importlib.metadata import version

import eventlet

listener = eventlet.listen(("127.0.0.1", 0))
task = eventlet.spawn(eventlet.connect, listener.getsockname())
eventlet.sleep(0)  # it has begun to connect
task.kill()
seen = "the server was never connected to"
with eventlet.Timeout(1, exception=False):
    server, _ = listener.accept()
    seen = "the server's receive waits: the connection is open"
    seen = f"the server received {server.recv(1)!r}"

print(f"eventlet {version('eventlet')}, CPython {sys.version.split()[0]}")
print("expected: nothing was connected, or the server received b''")
print(f"seen:     {seen}; the client's green thread is {'dead' if task.dead else 'alive'}")
raise SystemExit("open" in seen)
