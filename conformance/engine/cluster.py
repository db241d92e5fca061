"""A Dask cluster as an executor: for campaigns that one machine is too small for (extra `[cluster]`).

Dask's own client has one; what is added here is that a worker process performs one batch at a time, whatever its
number of threads, since a process keeps one worker for each runtime, and that every machine has this very version.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final, final

from conformance import DISTRIBUTION
from conformance.errors import NotStarted, UsageError

SCHEME: Final = "dask://"
PATIENCE: Final = 10
"""Seconds that the scheduler has to answer."""
_ONE_AT_A_TIME: Final = threading.Lock()


@contextmanager
def cluster(where: str) -> Iterator[tuple[Executor, int]]:
    """The executor of the scheduler at `dask://HOST:PORT`, and how many workers it has.

    Raises UsageError for another address or without Dask, NotStarted where no scheduler answers, no worker is there
    or a worker has another version of this package.
    """
    host = where.removeprefix(SCHEME)
    if not where.startswith(SCHEME) or not host.rpartition(":")[2].isdecimal():
        raise UsageError(f"{where} is no executor", hint=f"write {SCHEME}HOST:PORT")
    try:
        from distributed import Client  # noqa: PLC0415 — the extra may not be there
    except ImportError:
        raise UsageError(
            "Dask is not installed", hint=f"pip install '{DISTRIBUTION}[cluster]'"
        ) from None
    try:
        client = Client(f"tcp://{host}", timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise NotStarted(f"no Dask scheduler answers at {host}: {error}") from None
    try:
        count = _check(client, host)
        executor = client.get_executor(pure=False)
        yield _Alone(executor), count
        executor.shutdown(wait=False)
    finally:
        client.close()


def _check(client: Any, host: str) -> int:
    found: dict[str, str] = client.run(_version)
    if not found:
        raise NotStarted(f"the Dask scheduler at {host} has no workers")
    for worker, told in found.items():
        if told != _version():
            raise NotStarted(f"{DISTRIBUTION} {_version()} is here, {told} at {worker}")
    return len(found)


def _version() -> str:
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "none"


def alone(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call it, in this process one after the other."""
    with _ONE_AT_A_TIME:
        return function(*arguments)


@final
class _Alone(Executor):
    """Hands every call over as one that its process performs alone."""

    def __init__(self, inner: Executor) -> None:
        self._inner = inner

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """As the executor inside does. `kwargs` are refused, by that."""
        return self._inner.submit(alone, fn, *args, **kwargs)
