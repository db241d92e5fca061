"""Threads, servers, peers and UNIX sockets asked of anyio itself."""

from __future__ import annotations

import peer_probes
import server_probes
import thread_call_probes
import thread_probes
from anyio_run import probe
from words_of_nurseries import Nurseries

LIB = Nurseries("anyio")

thread_probes.file_results(probe, LIB)
thread_probes.file_cancelled(probe, LIB)
thread_call_probes.file_calls(probe, LIB)
server_probes.file_servers(probe, LIB)
peer_probes.file_peers(probe, LIB)
peer_probes.file_unix(probe, LIB)
