"""Threads, ends, servers, peers and UNIX sockets asked of asyncio itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import asyncio_run
import peer_probes
import server_probes
import shutdown_probes
import thread_call_probes
import thread_probes
from asyncio_run import PROBES, probe
from words_of_asyncio import Asyncio

LIB = Asyncio()

thread_probes.file_results(probe, LIB)
thread_probes.file_cancelled(probe, LIB)
thread_call_probes.file_calls(probe, LIB)
server_probes.file_servers(probe, LIB)
peer_probes.file_peers(probe, LIB)
peer_probes.file_unix(probe, LIB)

UNHANDLED: list[Any] = []


def run(main: Callable[[], Any]) -> None:
    """As `asyncio.run`; what is logged is kept."""
    with asyncio.Runner(loop_factory=asyncio_run.new_loop) as runner:
        runner.get_loop().set_exception_handler(lambda loop, context: UNHANDLED.append(context))
        runner.run(main())


shutdown_probes.file_main(PROBES, run, LIB)
shutdown_probes.file_tasks(PROBES, run, LIB)
shutdown_probes.file_orphans(PROBES, run, LIB, UNHANDLED)
