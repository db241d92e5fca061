# ruff: noqa: T201 - a script that prints; its name is that of its page
"""uvloop: remove_reader and remove_writer return None, whether or not there was anything to remove.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import socket
import sys
from importlib.metadata import version
from typing import Any

import uvloop

loop: Any = uvloop.new_event_loop()
here, there = socket.socketpair()
here.setblocking(False)  # noqa: FBT003
loop.add_reader(here, print)
loop.add_writer(here, print)
seen = [loop.remove_reader(here), loop.remove_reader(here)]
seen += [loop.remove_writer(here), loop.remove_writer(here)]
loop.close()
here.close()
there.close()
print(f"uvloop {version('uvloop')}, CPython {sys.version.split()[0]}")
print("expected: True, False, True, False")
print("seen:", *seen)
raise SystemExit(seen != [True, False, True, False])
