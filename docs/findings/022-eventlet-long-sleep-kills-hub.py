# ruff: noqa: T201 - a script that prints; its name is that of its page
"""eventlet: a sleep of months, while somebody waits for a socket, kills the hub.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import socket
import sys
import threading
from importlib.metadata import version

import eventlet

listener = eventlet.listen(("127.0.0.1", 0))
address = listener.getsockname()
eventlet.spawn(eventlet.sleep, 10.0**7)  # 115 days, and no other timer
client = threading.Timer(0.1, socket.create_connection, [address])
client.start()
try:
    listener.accept()
    seen = "accepted"
except OverflowError as error:
    seen = f"accept raised {error!r}"
client.join()

print(f"eventlet {version('eventlet')}, CPython {sys.version.split()[0]}")
print(f"expected: accepted\nseen:     {seen}")
raise SystemExit(seen != "accepted")
