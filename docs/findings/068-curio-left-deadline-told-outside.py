# ruff: noqa: T201 - a script that prints; its name is that of its page
"""curio: a deadline whose block was left is told outside of it.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import multiprocessing.connection
import ssl
import time

for name in ("CHALLENGE", "WELCOME", "FAILURE"):  # curio 1.6 imports what 3.12 took away
    if not hasattr(multiprocessing.connection, name):
        setattr(multiprocessing.connection, name, b"")
if not hasattr(ssl, "wrap_socket"):
    vars(ssl)["wrap_socket"] = ssl.SSLContext.wrap_socket

import curio  # noqa: E402 - it needs the stand-ins


async def main() -> str:
    """Leave two deadlines, of which both have passed, the inner one first."""
    async with curio.ignore_after(0.1):
        async with curio.ignore_after(0):
            await curio.sleep(0)
            time.sleep(0.2)  # noqa: ASYNC251 - it is to hold the kernel up
        await curio.sleep(0)
    return "both blocks were left"


print(f"curio {curio.__version__}")
print("expected: both blocks were left")
try:
    seen = curio.run(main)
except curio.errors.UncaughtTimeoutError as error:
    seen = repr(error)
print(f"seen: {seen}")
raise SystemExit(seen != "both blocks were left")
