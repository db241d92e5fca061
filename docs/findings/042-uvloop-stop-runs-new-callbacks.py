# ruff: noqa: T201 - a script that prints; its name is that of its page
"""uvloop: a callback that is registered in the round of a stop runs before run_forever returns.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import sys
from importlib.metadata import version

import uvloop

said: list[str] = []
loop = uvloop.new_event_loop()


def callback() -> None:
    """Stop the loop, then register another callback."""
    loop.stop()
    loop.call_soon(said.append, "new callback")


loop.call_soon(callback)
loop.run_forever()
said.append("run_forever returned")
loop.stop()
loop.run_forever()
loop.close()
print(f"uvloop {version('uvloop')}, CPython {sys.version.split()[0]}")
print("expected: run_forever returned, new callback")
print("seen:", ", ".join(said))
raise SystemExit(said != ["run_forever returned", "new callback"])
