"""Runtimes on the bench: started once to learn what they are, then workers to be borrowed."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeAlias, final

from conformance.engine.in_process import InProcess
from conformance.errors import ConformanceError
from conformance.judge.evidence import RuntimeFacts
from conformance.lang.capability import Support
from conformance.wire.address import Address
from conformance.wire.client import RuntimeInfo, Worker

Borrowed: TypeAlias = Worker | InProcess


def facts_of(address: str, info: RuntimeInfo) -> RuntimeFacts:
    """What the judge needs to know of a started runtime."""
    capabilities: dict[str, Support] = {
        kind: "composed" if kind in info.composed else how
        for kind, how in info.capabilities.items()
    }
    return RuntimeFacts(
        address=address,
        version=info.version,
        python=info.python_version,
        families=info.families,
        capabilities=capabilities,
        semantics=info.semantics,
        virtual=info.virtual,
        steering=info.steering,
    )


@final
class Bench:
    """Workers by address. Use as a context manager: leaving it ends every worker.

    `facts` are the runtimes that started, `trouble` the errors of those that did not. `renewable`: as of its workers.
    """

    def __init__(self, *, renewable: bool = False) -> None:
        self._renewable = renewable
        self.facts: dict[str, RuntimeFacts] = {}
        self.trouble: dict[str, ConformanceError] = {}
        self._idle: dict[str, list[Borrowed]] = {}
        self._all: list[Borrowed] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Bench:
        """Nothing is started yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """End every worker."""
        for worker in self._all:
            worker.close()

    def start(self, addresses: Iterable[str], jobs: int = 1) -> None:
        """Start one worker for each address, `jobs` at a time. Fills `facts` and `trouble`."""
        addresses = list(dict.fromkeys(addresses))
        with ThreadPoolExecutor(max(1, jobs)) as threads:
            results = list(threads.map(self._start, addresses))
        for address, result in zip(addresses, results, strict=True):
            if isinstance(result, ConformanceError):
                self.trouble[address] = result
            else:
                self.facts[address] = result

    def _start(self, address: str) -> RuntimeFacts | ConformanceError:
        try:
            with self.borrow(address) as worker:
                return facts_of(address, worker.start())
        except ConformanceError as error:
            return error

    @contextmanager
    def borrow(self, address: str) -> Iterator[Borrowed]:
        """A worker that nobody else uses meanwhile. Raises UsageError, NotStarted."""
        with self._lock:
            idle = self._idle.setdefault(address, [])
            worker = idle.pop() if idle else None
        if worker is None:
            where = Address.parse(address)
            worker = InProcess(where) if where.local else Worker(where, renewable=self._renewable)
            with self._lock:
                self._all.append(worker)
        try:
            yield worker
        finally:
            with self._lock:
                self._idle[address].append(worker)
