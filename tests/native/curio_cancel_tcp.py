"""Cancellation and TCP asked of curio itself: `python curio_cancel_tcp.py [PART OF AN ID]`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # the probes are scripts, not a package

import curio_cancel
import curio_handover
import curio_tcp
import curio_tcp_data
import curio_waiters
import probe_runner

PROBES = curio_cancel.PROBES
LOADED = (curio_waiters, curio_handover, curio_tcp, curio_tcp_data)  # importing them fills PROBES
COMPOSED = frozenset({"tcp/abort-seen-by-receive"})  # a lingering close

if __name__ == "__main__":
    probe_runner.main(PROBES, *sys.argv[1:2])
