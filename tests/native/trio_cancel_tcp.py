"""Cancellation and TCP asked of trio itself: `python trio_cancel_tcp.py [PART OF AN ID]`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # the probes are scripts, not a package

import probe_runner
import trio_cancel
import trio_handover
import trio_tcp
import trio_tcp_data
import trio_waiters

PROBES = trio_cancel.PROBES
LOADED = (trio_waiters, trio_handover, trio_tcp, trio_tcp_data)  # importing them fills PROBES

# Answers about our composition (a scope and an event per task, a loop around receive_some, a
# lingering close), not about trio: no rule or question is put to trio there.
COMPOSED = frozenset(
    f"cancellation/{name}"
    for name in ("joiner", "joined-cancels-joiner", "pending-at-ended-join", "after-end")
) | {"tcp/exactly-early-eof", "tcp/cancel-exactly-midway", "tcp/abort-seen-by-receive"}

if __name__ == "__main__":
    probe_runner.main(PROBES, *sys.argv[1:2])
