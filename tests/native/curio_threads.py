"""Threads, ends, servers, peers and UNIX sockets asked of curio itself."""

from __future__ import annotations

import peer_probes
import server_probes
import shutdown_probes
import thread_probes
from curio_run import PROBES, curio, probe
from words_of_curio import Curio

LIB = Curio()

thread_probes.file_results(probe, LIB)
thread_probes.file_cancelled(probe, LIB)
server_probes.file_servers(probe, LIB)
peer_probes.file_peers(probe, LIB)
peer_probes.file_unix(probe, LIB)

shutdown_probes.file_main(PROBES, curio.run, LIB)
shutdown_probes.file_tasks(PROBES, curio.run, LIB)
shutdown_probes.file_orphans(PROBES, curio.run, LIB, [])
