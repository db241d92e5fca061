# ruff: noqa: T201 - a script that prints; its name is that of its page
"""newio: an exit or a Ctrl-C in main leaves `run` as an OSError.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import logging
import signal

import newio_kernel

logging.disable()  # the kernel tells of every task that failed


async def leave() -> None:
    """As `sys.exit(3)` does."""
    raise SystemExit(3)


async def interrupt() -> None:
    """As Ctrl-C does."""
    signal.raise_signal(signal.SIGINT)


seen = []
print(f"newio {newio_kernel.__version__}")
for main, expected in ((leave, SystemExit), (interrupt, KeyboardInterrupt)):
    print(f"expected: {expected.__name__}")
    try:
        newio_kernel.run(main())
    except BaseException as error:  # noqa: BLE001
        print(f"happened: {error!r}, while {error.__context__!r} was on its way")
        seen.append(type(error) is expected)
raise SystemExit(not all(seen))
