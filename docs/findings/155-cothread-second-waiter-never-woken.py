# ruff: noqa: T201 - a script that prints; its name is that of its page
"""cothread: of two tasks that wait for a third one, one waits for ever.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

from importlib.metadata import version

import cothread


def work() -> int:
    """What both wait for."""
    cothread.Sleep(0.05)
    return 7


told = []
worker = cothread.Spawn(work)


def wait() -> None:
    """Wait for it."""
    told.append(worker.Wait())


waiters = [cothread.Spawn(wait) for _ in range(2)]
cothread.Sleep(0.3)
print(f"cothread {version('cothread')}")
print("expected: two waiters are told 7, or one is told that it must not wait")
late = worker.Wait()
print(f"happened: {len(told)} was told {told}; who waits once it is over is told {late}")
raise SystemExit(len(told) < len(waiters))
