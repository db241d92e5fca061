"""Cancellation and TCP asked of anyio: `--backend asyncio|uvloop|trio`, then a part of an id."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # the probes are scripts, not a package

import anyio_cancel
import anyio_handover
import anyio_tcp
import anyio_tcp_data
import anyio_waiters
import probe_runner

PROBES = anyio_cancel.PROBES
LOADED = (anyio_waiters, anyio_handover, anyio_tcp, anyio_tcp_data)  # importing them fills PROBES
COMPOSED = frozenset({"tcp/abort-seen-by-receive"})  # a lingering close

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", default="asyncio", choices=("asyncio", "uvloop", "trio"))
    parser.add_argument("only", nargs="?", default="")
    options = parser.parse_args()
    anyio_cancel.BACKEND = options.backend
    probe_runner.main(PROBES, options.only)
