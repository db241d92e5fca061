# ruff: noqa: T201 - a script that prints; its name is that of its page
"""eventlet: an error of a green thread that waited at a closed descriptor comes out of the main thread.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import sys
from importlib.metadata import version

import eventlet
import eventlet.debug

eventlet.debug.hub_exceptions(state=False)  # errors of green threads are printed otherwise
listener = eventlet.listen(("127.0.0.1", 0))
client = eventlet.connect(listener.getsockname())
server, _ = listener.accept()
eventlet.spawn(client.recv, 1)
eventlet.sleep(0.05)  # it waits
client.close()
another = eventlet.listen(("127.0.0.1", 0))  # gets the same descriptor
seen = "the main thread slept on"
try:
    eventlet.sleep(0.05)
except EOFError as error:
    seen = f"sleep raised {error!r} in the main thread"

print(f"eventlet {version('eventlet')}, CPython {sys.version.split()[0]}")
print("expected: the green thread fails, the main thread sleeps on")
print(f"seen:     {seen}")
raise SystemExit("raised" in seen)
